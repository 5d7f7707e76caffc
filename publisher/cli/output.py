"""What people and programs see: lines, JSON, tables, times and files."""

import errno
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from publisher import private
from publisher.cli.streams import OutputLost
from publisher.errors import PublisherError, StorageError

_OBEYED = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_BYTES = range(0xDC80, 0xDD00)  # of a file's name that is not in the terminal's encoding
_BREAKS = "\x1c\x1d\x1e\x1f\x85\u2028\u2029"  # blanks to Python, more to a terminal
_JOINERS = "\u200c\u200d"
_NOT_ASCII = re.compile("[^ -~]")

_AT_ONCE = 1_000


def forgive_encodings() -> None:
    """Let a terminal that lacks a letter show its number instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """A line for people, on standard error."""
    click.echo(printable(text), err=True)


def say_error(error: PublisherError, prefix: str = "") -> int:
    """The error and how to fix it, on standard error; gives its exit code."""
    say(prefix + error.message)
    if error.hint:
        say(f"  {error.hint}")
    return error.exit_code


def tell(text: str = "") -> None:
    """A line that was asked for, on standard output."""
    click.echo(printable(text))


def say_lost(error: OutputLost) -> None:
    """Say that standard output takes no more; a program that stopped reading knows."""
    if error.errno != errno.EPIPE:
        say(f"cannot write the output: {error.strerror}")


@contextmanager
def telling_what_was_done() -> Iterator[None]:
    """Tell of what has happened whether or not standard output takes it."""
    try:
        yield
        sys.stdout.flush()
    except OutputLost as error:
        say_lost(error)


def json_line(values: dict[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    json_lines([values])


def json_lines(rows: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line on standard output."""
    encode = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
    json_texts(map(encode, rows))


def json_texts(lines: Iterable[str]) -> None:
    """Lines that are JSON already, without what a terminal would obey or the output cannot hold."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    unfit = _OBEYED if is_utf8 else _NOT_ASCII
    sys.stdout.writelines(
        (line if line.isprintable() and is_utf8 else unfit.sub(_escaped, line)) + "\n"
        for line in lines
    )


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


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


def short(moment: datetime | None, zone: ZoneInfo) -> str:
    """`Mon 14 Sep 2026 07:00`, in the site's zone."""
    return moment.astimezone(zone).strftime("%a %d %b %Y %H:%M") if moment else "-"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """A table for people, one line a row where it is read by a program; an empty one is none.

    A thousand rows at a time are read and shown, so that a million take no memory; those say how
    wide the columns are. Says how many rows there are.
    """
    head: list[Sequence[str]] = [columns]
    widths: list[int] = []
    number = 0
    left = iter(rows)
    for part in iter(lambda: list(islice(left, _AT_ONCE)), []):
        number += len(part)
        cells = [[printable(str(cell)).replace("\n", " ") for cell in row] for row in part]
        if sys.stdout.isatty():
            _drawn(columns, cells)
            continue
        if head:
            widths = [max(map(len, each)) for each in zip(columns, *cells, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in [*head, *cells]]
        click.echo("\n".join(lines))
        head = []
    return number


def counted(number: int, noun: str) -> str:
    """`1 post`, `2 posts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _drawn(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The table as wide as the terminal; what is too long goes on below."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*map(escape, row))
    Console(highlight=False).print(drawn)


def write_file(path: Path, content: str | bytes, *, for_owner: bool = False) -> None:
    """Write `content`, making the folder where it is missing; `for_owner`: so that only they read.

    Raises:
        StorageError: it cannot be written, and why.
    """
    raw = content.encode() if isinstance(content, str) else content
    try:
        if for_owner:
            private.make_folder(path.parent)
            private.write_file(path, raw)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from None


def printable(text: str) -> str:
    """The text with all that a terminal would obey or not show escaped, such as U+202E.

    What joins emoji, or letters of scripts that need it, stays.
    """
    if text.isprintable():
        return text
    neighbours = zip(f" {text}", text, f"{text[1:]} ", strict=False)
    return "".join(
        char if _joins(before, char, after) else _visible(char)
        for before, char, after in neighbours
    )


def _joins(before: str, char: str, after: str) -> bool:
    """Whether it stands where emoji, Persian or Indic letters need it, and so hides nothing."""
    seen = (each.isprintable() and not each.isascii() for each in (before, after))
    return char in _JOINERS and all(seen)


def _visible(char: str) -> str:
    if char.isprintable() or char == "\n":
        return char
    if char.isspace() and char not in _BREAKS:
        return " "
    if ord(char) in _BYTES:
        return f"\\x{ord(char) & 0xFF:02x}"
    return repr(char)[1:-1]
