"""Watch: how a caller follows and stops a run."""

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(_: object) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """How a caller follows a run.

    `expects` hears how many messages are queued when sending begins, `settled` the size of each
    group that is written down, `say` a line for people; `stopping` ends the run.
    """

    expects: Callable[[int], None] = _nothing
    settled: Callable[[int], None] = _nothing
    say: Callable[[str], None] = _nothing
    stopping: Callable[[], bool] = _never
