"""Progress bars on a terminal; elsewhere nothing, or a line every half minute."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.cli.output import say
from publisher.durations import Clock, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import Task

    from publisher.runners.progress_log import ProgressLog


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Progress]:
    """A bar on a terminal and nothing elsewhere; yields a function of (done, total or 0)."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done, whole: bar.update(task, completed=done, total=whole or None)


@contextmanager
def mailing_progress(clock: Clock) -> "Iterator[ProgressLog]":
    """Hand out what counts messages, and draws a bar or logs; `clock` is in the site's zone."""
    from publisher.runners.progress_log import ProgressLog

    if not sys.stderr.isatty():
        yield ProgressLog(say, clock)
        return
    with _bar(clock) as bar:
        task = bar.add_task("Sending", total=None)

        class Drawn(ProgressLog):
            """Draws instead of logging."""

            def expects(self, count: int) -> None:
                bar.reset(task, total=count)

            def settled(self, count: int) -> None:
                bar.advance(task, count)

        yield Drawn(say, clock)


def _bar(clock: Clock) -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    from publisher.runners.progress_log import spell_pace

    class Finish(ProgressColumn):
        """The pace of the last half minute, and when that will be done."""

        max_refresh = 0.5

        def render(self, task: "Task") -> Text:
            left, speed = int(task.remaining or 0), task.speed
            return Text(spell_pace(speed, left, clock()) if speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Finish())
    return Bar(*columns, console=Console(stderr=True), transient=True)
