"""A CSV file read strictly, line by line: nothing in it may swallow what follows."""

import csv
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TextIO

from publisher.errors import UsageError

_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS: Final = ",;\t|"
_LONGEST: Final = 1_000_000  # characters in a line
_MOST_LINES: Final = 200  # of one record: enough to see that a quote was closed after all
_QUOTED: Final = re.compile(r'"[^"]*"')
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_UNDECODED: Final = re.compile("[\ud800-\udfff]")
_ENCODINGS: Final = "save it as CSV in UTF-8, or say what it is, such as --encoding cp1252"


class Record(NamedTuple):
    """Its first line in the file, its cells, and what is wrong with it; empty: nothing."""

    line: int
    cells: list[str]
    problem: str = ""


class _Open(Exception):
    """A quote is open for too many lines."""


class _Feed:
    """The lines of a file, of which those of a record that went wrong are read anew."""

    def __init__(self, name: str, file: TextIO) -> None:
        self._name = name
        self._file = file
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MOST_LINES:
            raise _Open
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """The lines so far are done with."""
        self.line += len(self.taken)
        self.taken.clear()

    def go_back(self) -> None:
        """Only the first line is done with."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def find_delimiter(self) -> str:
        """The delimiter: asked for once, before anything is read.

        Excel writes `sep=;` into a first line; else it is what is most often between the names
        of the columns, or a comma where nothing does.
        """
        head = self._read()
        named = _SEPARATOR.fullmatch(head.rstrip("\r\n"))
        if named:
            self.line = 1
            return named[1]
        self._again.append(head)
        return max(_DELIMITERS, key=_QUOTED.sub("", head).count)

    def _read(self) -> str:
        number = self.line + len(self.taken) + 1
        try:
            line = self._file.readline(_LONGEST)
        except UnicodeError:
            raise not_readable(self._name, number, self._file.encoding) from None
        except OSError as error:
            raise UsageError(f"{self._name}: cannot be read: {error.strerror}") from None
        if len(line) == _LONGEST:
            raise UsageError(f"{self._name}:{number}: has more than {_LONGEST:,} characters")
        if not line.isascii() and _UNDECODED.search(line):
            raise not_readable(self._name, number, self._file.encoding)
        return line


def not_readable(name: str, line: int, encoding: str) -> UsageError:
    """The error of a file that is in another encoding."""
    known = encoding.upper().removesuffix("-SIG")
    return UsageError(f"{name}:{line}: is not {known}", _ENCODINGS)


def read_records(file: Path, encoding: str | None = None) -> Iterator[Record]:
    """Every record that is not blank; one that cannot be read has a problem.

    The file is in UTF-8 unless a byte order mark or `encoding` says otherwise.

    Raises:
        UsageError: it cannot be read, or not in this encoding.
    """
    with _binary(file) as whole:
        head = whole.read(4)
        whole.seek(0)
        marked = next((name for mark, name in _BOMS if head.startswith(mark)), "")
        errors = "strict" if encoding else "surrogateescape"
        text = TextIOWrapper(whole, marked or encoding or "utf-8", errors, newline="")
        yield from _records(_Feed(str(file), text))


def _records(feed: _Feed) -> Iterator[Record]:
    separator = feed.find_delimiter()
    reader = csv.reader(feed, delimiter=separator, strict=True, skipinitialspace=True)
    while True:
        feed.begin()
        try:
            cells = next(reader, None)
        except (csv.Error, _Open) as error:
            is_open = isinstance(error, _Open) or "end of data" in str(error)
            why = "a quote is opened and not closed" if is_open else f"is not valid CSV: {error}"
            feed.go_back()
            yield Record(feed.line + 1, [], why)
            continue
        if cells is None:
            return
        if len(feed.taken) > 1:
            yield Record(feed.line + 1, cells, "has a cell with a line break")
        elif any(map(str.strip, cells)):
            control = _CONTROL.search(feed.taken[0])
            yield Record(feed.line + 1, cells, "has a control character" if control else "")


def _binary(file: Path) -> BinaryIO:
    """The open file; what comes through a pipe is put by first."""
    try:
        opened = file.open("rb")
        if opened.seekable():
            opened.peek(1)  # a folder can be opened, but not read
            return opened
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
        with opened:
            shutil.copyfileobj(opened, copy)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    copy.seek(0)
    return copy
