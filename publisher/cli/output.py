"""What people and programs see: JSON lines, tables, times and progress bars."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click


def say(text: str) -> None:
    """A line for people, on standard error."""
    click.echo(text, err=True)


def json_line(values: dict[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal() | Path():
            return str(value)
        case Enum():
            return value.value
        case _:
            return asdict(value)


def local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The moment in the site's zone, for JSON."""
    return moment.astimezone(zone) if moment else None


def short(moment: datetime | None, zone: ZoneInfo) -> str:
    """`Mon 14 Sep 2026 07:00`, in the site's zone."""
    return moment.astimezone(zone).strftime("%a %d %b %Y %H:%M") if moment else "-"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table for people; an empty one says nothing."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(escape(printable(str(cell))) for cell in row))
    if drawn.row_count:
        width = None if sys.stdout.isatty() else 160
        Console(width=width, highlight=False).print(drawn)


def printable(text: str) -> str:
    """The text without control characters: a post's title must not steer a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal and nothing elsewhere; yields a function of (done, total)."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
