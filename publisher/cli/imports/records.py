"""A CSV file read strictly (RFC 4180), line by line: nothing in it may swallow what follows."""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Final, NamedTuple, TextIO

from publisher.cli.imports.sources import BROKEN, Source
from publisher.errors import UsageError
from publisher.mime.addresses import AddressError, mailbox

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
_QUOTED: Final = re.compile(r'"[^"]*"?')
_BREAK: Final = re.compile(r"\s*[\r\n]\s*")
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_UNDECODED: Final = re.compile("[\ud800-\udfff]")
_OF_WHOLE_FILES: Final = ("utf", "iso2022", "hz")
"""Encodings in which a line may look like one in UTF-8, or has no end that bytes tell."""

ENCODINGS: Final = (
    "save it as CSV in UTF-8, or say what the lines are that are not, such as --encoding cp1252"
)
NOT_UTF8: Final = "is not UTF-8"


class Record(NamedTuple):
    """Its first line in the file, its cells, and what is wrong with it; empty: nothing.

    `broken` are the places of cells that had line breaks, of which each is a space now.
    """

    line: int
    cells: list[str]
    problem: str = ""
    broken: frozenset[int] = frozenset()


class _Open(Exception):
    """A quote is open for too many lines."""


class _Feed:
    """The lines of a file, of which those of a record that went wrong are read anew.

    `problem` says what is wrong with the letters of a line since `begin`.
    """

    def __init__(self, name: str, file: TextIO, otherwise: str) -> None:
        self._name = name
        self._file = file
        self._otherwise = otherwise
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 0
        self.problem = ""

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MOST_LINES:
            raise _Open
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        if not line.isascii() and _UNDECODED.search(line):
            line = self._decoded(line)
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """The lines so far are done with."""
        self.line += len(self.taken)
        self.taken.clear()
        self.problem = ""

    def go_back(self) -> None:
        """Only the first line is done with."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def head(self) -> str:
        """The first line that is neither blank nor a comment; all are still to come."""
        while len(self._again) < _MOST_LINES and (line := self._read()):
            self._again.append(line)
            if line.strip() and not line.startswith("#"):
                return line
        return "".join(self._again)

    def find_delimiter(self, head: str) -> str:
        """The delimiter: asked for once, before anything but the `head` is read.

        Excel writes `sep=;` into a first line; else it is what is most often between the names
        of the columns, or a comma where nothing does.
        """
        named = _SEPARATOR.fullmatch(head.rstrip("\r\n"))
        if named:
            self.line = len(self._again)
            self._again.clear()
            return named[1]
        return max(_DELIMITERS, key=_QUOTED.sub("", head).count)

    def _decoded(self, line: str) -> str:
        """A line that is not UTF-8, in the encoding that was named."""
        raw = line.encode("utf-8", "surrogateescape")
        try:
            return raw.decode(self._otherwise or "utf-8")
        except UnicodeError:
            self.problem = f"is not {self._otherwise.upper()}" if self._otherwise else NOT_UTF8
            return line

    def _read(self) -> str:
        number = self.line + len(self.taken) + 1
        try:
            line = self._file.readline(_LONGEST)
        except UnicodeError:
            known = self._file.encoding.upper().removesuffix("-SIG")
            raise UsageError(f"{self._name}:{number}: is not {known}", ENCODINGS) from None
        except OSError as error:
            raise UsageError(f"{self._name}: cannot be read: {error.strerror}") from None
        except BROKEN:
            raise UsageError(f"{self._name}:{number}: its archive is damaged") from None
        if len(line) == _LONGEST:
            raise UsageError(f"{self._name}:{number}: has more than {_LONGEST:,} characters")
        return line


def read_records(source: Source, encoding: str | None = None) -> Iterator[Record]:
    """Every record that is not blank; one that cannot be read has a problem.

    The file is in UTF-8 unless a byte order mark says otherwise; lines that are not are read in
    `encoding`. A list of bare addresses has a head all the same, `email`.

    Raises:
        UsageError: it cannot be read, or not in this encoding.
    """
    with source.open() as whole:
        try:
            mark = whole.read(4)
            whole.seek(0)
        except BROKEN:
            raise UsageError(f"{source.name}: its archive is damaged", "export it again") from None
        name = next((name for bom, name in _BOMS if mark.startswith(bom)), "")
        is_whole = bool(encoding) and _codec(encoding or "").startswith(_OF_WHOLE_FILES)
        strict = is_whole and not name
        text = TextIOWrapper(
            whole,
            (encoding if strict else name) or "utf-8",
            "strict" if strict or name.startswith(("utf-16", "utf-32")) else "surrogateescape",
            newline="",
        )
        yield from _records(_Feed(source.name, text, "" if is_whole else encoding or ""))


def _codec(encoding: str) -> str:
    return codecs.lookup(encoding).name.replace("-", "").replace("_", "")


def _records(feed: _Feed) -> Iterator[Record]:
    head = feed.head()
    if _is_address(head):
        yield Record(1, ["email"])
        yield from _roster(feed)
        return
    yield from _table(feed, feed.find_delimiter(head))


def _is_address(line: str) -> bool:
    try:
        mailbox(line.strip())
    except AddressError:
        return False
    return True


def _roster(feed: _Feed) -> Iterator[Record]:
    """A list of addresses, one on a line, as Mailman writes it."""
    for line in feed:
        cell = line.strip()
        if cell and not cell.startswith("#"):
            yield Record(feed.line + 1, [cell], feed.problem)
        feed.begin()


def _table(feed: _Feed, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
    width = 0
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
        width = width or len(cells)
        if any(map(str.strip, cells)):
            yield _record(feed, cells, delimiter, width)


def _record(feed: _Feed, cells: list[str], delimiter: str, width: int) -> Record:
    wrong = feed.problem
    if any(map(_CONTROL.search, feed.taken)):
        wrong = wrong or "has a control character"
    if len(feed.taken) == 1:
        return Record(feed.line + 1, cells, wrong)
    if any(_may_be_another(line, delimiter, width) for line in feed.taken[1:]):
        wrong = wrong or "has a cell with a line break, and after it what may be another subscriber"
    broken = frozenset(at for at, cell in enumerate(cells) if _BREAK.search(cell))
    return Record(feed.line + 1, [_BREAK.sub(" ", cell) for cell in cells], wrong, broken)


def _may_be_another(line: str, delimiter: str, width: int) -> bool:
    """Whether two quotes too many may have made a line of its own part of a cell."""
    parts = line.split(delimiter)
    return len(parts) >= min(width, 2) and any(
        _is_address(each.strip('" \t\r\n')) for each in parts
    )
