"""Watch: how a caller follows and stops a run."""

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(_: object) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """`settled` hears the size of each batch, `say` a line for people; `stopping` ends the run."""

    settled: Callable[[int], None] = _nothing
    say: Callable[[str], None] = _nothing
    stopping: Callable[[], bool] = _never
