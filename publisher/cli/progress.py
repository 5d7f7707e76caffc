"""How a mailing goes: a bar on a terminal, a line every half minute elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.cli.output import say, says_on_terminal

if TYPE_CHECKING:
    from rich.progress import Progress, Task

    from publisher.runners.progress_log import Teller


@contextmanager
def followed(zone: ZoneInfo) -> "Iterator[Teller]":
    """Hand out what counts the messages and tells of them."""
    from publisher.runners.progress_log import Teller

    if not says_on_terminal():
        yield Teller(say, zone)
        return
    with _bar(zone) as bar:
        task = bar.add_task("Sending", total=None)

        class Drawn(Teller):
            """Draws instead of telling."""

            def expects(self, count: int) -> None:
                bar.reset(task, total=count)

            def settled(self, count: int) -> None:
                bar.advance(task, count)

        yield Drawn(say, zone)


def _bar(zone: ZoneInfo) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
    from rich.text import Text

    from publisher.runners.progress_log import a_second, finish

    class Finish(ProgressColumn):
        """The pace of the last half minute, and when that will be done."""

        max_refresh = 0.5

        def render(self, task: "Task") -> Text:
            left, speed = task.remaining, task.speed
            if not speed:
                return Text("")
            end = f", done about {finish(int(left), speed, zone)}" if left else ""
            return Text(a_second(speed) + end)

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Finish())
    return Progress(*columns, console=Console(stderr=True), transient=True)
