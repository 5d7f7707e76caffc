"""Watch: how a caller follows and stops a run."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Self, TypeVar

from publisher.durations import spell

T = TypeVar("T")

_UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))


def _nothing(_: object) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """How a caller follows a run.

    `expects` hears how many messages are queued when sending begins, `settled` how many of them
    have just been written down as sent, rejected or unknown, `say` a line for people; `stopping`
    ends the run.
    """

    expects: Callable[[int], None] = _nothing
    settled: Callable[[int], None] = _nothing
    say: Callable[[str], None] = _nothing
    stopping: Callable[[], bool] = _never

    def unfailing(self) -> Self:
        """The same watch, of which nothing that it is told can fail: telling decides nothing."""
        return replace(
            self,
            expects=partial(_told, self.expects),
            settled=partial(_told, self.settled),
            say=partial(_told, self.say),
        )


def _told(call: Callable[[T], None], value: T) -> None:
    with suppress(Exception):
        call(value)


def tell_step(step: timedelta, watch: Watch) -> None:
    """Say that the clock was set back, if it was."""
    if step:
        unit = next((unit for unit in _UNITS if step >= unit), _UNITS[-1])
        back = spell(max(1, round(step / unit)) * unit)
        watch.say(f"the clock was set back by {back}; what waits is brought back with it")
