"""A CSV file of subscribers, each line judged; what another tool knows of them is respected."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from publisher.cli.imports.cells import WrongLine, as_written
from publisher.cli.imports.columns import (
    ACTIVE,
    BLOCKED,
    BOUNCED,
    COMPLAINED,
    LEFT,
    WORDS,
    CellVerdict,
    RowStatus,
    about_else,
    plain_header,
    standings,
    surely_gone,
)
from publisher.cli.imports.details import Details, Wanted, tool_of
from publisher.cli.imports.ours import OurColumns
from publisher.cli.imports.records import NOT_UTF8, Record, read_records
from publisher.cli.imports.report import remarks_of
from publisher.cli.imports.sources import Source
from publisher.errors import UsageError
from publisher.mime.addresses import Address, AddressError, mailbox, parse_address
from publisher.model.contacts import ImportRow, ImportState

OUR_REASON: Final = "suppressed"
"""The column of our own exports that says why somebody is suppressed."""

COLUMNS: Final = "the first line must name the columns, including email"
_HEADERS: Final = {name: frozenset(each) for name, each in WORDS["headers"].items()}
EMAIL: Final = _HEADERS["email"]
_REASONS: Final = frozenset(verdict.reason for verdict in (BOUNCED, COMPLAINED, BLOCKED))
_TECHNICAL: Final = frozenset(WORDS["exports"]["technical"])
_EXPORTS: Final = (
    (re.compile(r"(unsubscribed|nonsubscribed)_\w*export"), LEFT),
    (re.compile(r"cleaned_\w*export"), BOUNCED),
)
"""Mailchimp writes who has left into files of their own; one of them has no column that says so."""


@dataclass(slots=True)
class Sheet:
    """A file of subscribers that is read once.

    `unused` names the columns that nobody looks at, `bad` counts the lines that are wrong, `tool`
    is what exported it, if that is known; all are known when the file is read. `refuse` hears of
    each line that is wrong, as it is found. `newsletters` are those that rows of an export of
    Publisher may name; `unnamed` is raised where another list needs one and none is given.
    """

    source: Source
    refuse: Callable[["Refusal"], None]
    wanted: Wanted
    encoding: str | None = None
    ignored: Sequence[str] = ()
    newsletters: Collection[str] = ()
    unnamed: UsageError | None = None
    unused: list[str] = field(default_factory=list)
    bad: int = 0
    misread: int = 0
    is_list: bool = True
    is_log: bool = False
    is_among_exports: bool = False
    is_silent: bool = False
    tool: str = ""
    details: Details | None = None

    def arrivals(self) -> Iterator[ImportRow]:
        """Everybody in the file but for those on lines that are wrong.

        Raises:
            UsageError: the file cannot be read, or has no column `email`.
        """
        records = read_records(self.source, self.encoding)
        head = next(records, Record(1, []))
        self.is_log = is_log(head)
        if self.is_log and not self.source.archive:
            problem = "tells who got or opened a post, not who subscribes"
            raise UsageError(f"{self.source.name}: {problem}", "import the list of subscribers")
        if self.source.archive and (self.is_log or not self._may_be_list(head)):
            self.is_list = False
            return
        row = _Row(self, head)
        self.unused, self.tool, self.details = row.unused, row.tool, row.details
        for record in records:
            try:
                arrival = row.arrival(record)
            except WrongLine as wrong:
                self.bad += 1
                self.misread += wrong.problem == NOT_UTF8
                self.refuse(Refusal(self, record, wrong.where, wrong.problem))
            else:
                yield arrival

    def is_export(self) -> bool:
        """Whether a known tool made it; only its first line is read."""
        head = next(read_records(self.source, self.encoding), Record(1, []))
        return bool(tool_of([plain_header(cell) for cell in head.cells]))

    def _may_be_list(self, head: Record) -> bool:
        """Whether a file of an archive is a list; beside an export it must say who wants email."""
        if not has_email(head):
            return False
        if not self.is_among_exports:
            return True
        plain = [plain_header(cell) for cell in head.cells]
        tells = tool_of(plain) or any(standings(head.cells, self.ignored))
        named = of_the_files_name(self.source.file_name) != ACTIVE
        self.is_silent = not (tells or named)
        return not self.is_silent

    def remarks(self) -> Iterator[str]:
        """What to say of a file that was read."""
        name = self.source.name
        if self.is_log:
            return  # there are two for each post
        if not self.is_list:
            why = "nothing that says who wants email" if self.is_silent else "no column named email"
            yield f"{name}: has {why}, not read"
            return
        known = f"an export of {self.tool}" if self.tool not in {"", "Publisher"} else ""
        gone = of_the_files_name(self.source.file_name) != ACTIVE
        if known and gone:
            yield f"{name}: {known}, of people who are not subscribed"
        elif known:
            yield f"{name}: {known}"
        elif gone:
            yield f"{name}: is named as an export of people who are not subscribed"
        missed = [each for each in self.unused if not (known and plain_header(each) in _TECHNICAL)]
        if missed:
            yield f"{name}: columns not used: {', '.join(missed)}"
        if self.details is not None:
            yield from (f"{name}: {each}" for each in remarks_of(self.details))


_UNCLEAR = "receiving emails for"  # of what Substack's page of subscribers exports


class Refusal(NamedTuple):
    """A line that is wrong, of which sheet, in which column, and why."""

    sheet: Sheet
    record: Record
    where: str
    why: str


def has_email(head: Record) -> bool:
    """Whether a first line names a column of addresses."""
    plain = set(map(plain_header, head.cells))
    return bool(plain & EMAIL or plain & _HEADERS["other_email"]) and not head.problem


def is_log(head: Record) -> bool:
    """Whether a file tells what became of a post's emails, as those in Substack's archives do.

    There may be people in it who have left since, and are on no list any more.
    """
    return "post id" in map(plain_header, head.cells)


class _Row:
    """Which column is what.

    Raises:
        UsageError: the first line names no column `email`, or one of those needed twice.
    """

    def __init__(self, sheet: Sheet, head: Record) -> None:
        self._name_of_file = sheet.source.name
        self._plain = [plain_header(cell) for cell in head.cells]
        if head.problem:
            raise UsageError(f"{self._name_of_file}:{head.line}: {head.problem}", COLUMNS)
        places = (self._place("email", headers) for headers in ("email", "other_email"))
        email = next((place for place in places if place is not None), None)
        if email is None:
            raise UsageError(f"{self._name_of_file}:{head.line}: no column named email", COLUMNS)
        self._email = email
        self._name = self._place("name", "name")
        self._first = self._place("first name", "first_name")
        self._last = self._place("last name", "last_name")
        self.tool = tool_of(self._plain)
        self._ours = OurColumns(self._plain, sheet) if self.tool == "Publisher" else None
        self.details = self._details(sheet)
        own = [] if self._ours is None else self._ours.heads
        self._standings = list(standings(head.cells, [*sheet.ignored, *own]))
        self._width = len(head.cells)
        self._needed = 1 + max([email, *(each.place for each in self._standings)])
        self._otherwise = of_the_files_name(sheet.source.file_name)
        unused = self._unused(head.cells)
        self.unused = list(unused.values())
        spared = {plain_header(name) for name in sheet.ignored}
        if _UNCLEAR in set(self._plain) - spared:
            problem = "does not say who has turned emails off, as Substack's archive does"
            hint = f"import that: Settings, Export there; or use --ignore '{_UNCLEAR}'"
            raise UsageError(f"{self._name_of_file}: {problem}", hint)
        self._unasked = {
            at: name
            for at, name in unused.items()
            if self._plain[at] not in spared and not about_else(self._plain[at])
        }

    def _details(self, sheet: Sheet) -> Details:
        origin = self.tool or sheet.source.file_name
        if self._ours is None and sheet.unnamed is not None:
            raise sheet.unnamed
        heads = [] if self._ours is not None else self._plain
        spared = frozenset(map(plain_header, sheet.ignored))
        return Details(heads, sheet.wanted, origin, spared)

    def arrival(self, record: Record) -> ImportRow:
        """The subscriber on a line; WrongLine if there is none, or their state is odd."""
        if record.problem:
            raise WrongLine("", record.problem)
        if self._email in record.broken:
            raise WrongLine("email", "has a line break")
        cells = record.cells
        if len(cells) != self._width:
            self._check_width(cells)
        self._check_unused(cells)
        address, name = _mailbox(cells[self._email])
        says, reason = self._verdict(cells)
        row = ImportRow(address.written, address.key, self._full_name(cells) or name, says, reason)
        if self._ours is not None:
            return self._ours.add_to(row, cells)
        details = self.details
        if not details.has_any:
            details.unproved += says is ImportState.ACTIVE
            return row._replace(consent=details.unknown)
        return row._replace(
            language=details.language(cells),
            timezone=details.timezone(cells),
            choices=details.choices(cells),
            consent=details.consent(cells, counts=says is ImportState.ACTIVE),
        )

    def _check_unused(self, cells: list[str]) -> None:
        """A column with a name of no meaning may still contain who has left."""
        for at, name in self._unasked.items():
            if at < len(cells) and surely_gone(cells[at]):
                wrong = f"contains {cells[at].strip()!r}, but its name does not say what that means"
                raise WrongLine(name, f"{wrong}; rename it to status, or use --ignore {name!r}")

    def _check_width(self, cells: list[str]) -> None:
        surplus = any(map(str.strip, cells[self._width :]))
        if surplus or len(cells) < self._needed:
            wrong = f"has {len(cells)} cells where the first line has {self._width}"
            raise WrongLine("", f"{wrong}; a cell with a comma needs quotes" if surplus else wrong)

    def _verdict(self, cells: list[str]) -> CellVerdict:
        """The strictest that any column says."""
        found = self._otherwise
        for column in self._standings:
            cell = cells[column.place]
            verdict = column.verdict(cell)
            if verdict is None:
                raise WrongLine(column.name, _not_understood(cell, column))
            if verdict.says > found.says:
                found = verdict if column.name != OUR_REASON else verdict._replace(reason=cell)
        return found if not found.reason else found._replace(reason=self._reason(found.reason))

    def _reason(self, reason: str) -> str:
        """Why somebody is suppressed; one that an export of ours gives is kept as it is."""
        known = {verdict.reason for verdict in (BOUNCED, COMPLAINED, BLOCKED)}
        return f"{reason}, says {self.details.origin}" if reason in known else reason.strip()

    def _full_name(self, cells: list[str]) -> str:
        whole, first, last = (_cell(cells, at) for at in (self._name, self._first, self._last))
        if whole and (first or not last or whole.endswith(last)):
            return whole
        return " ".join(filter(None, (whole or first, last)))

    def _place(self, what: str, headers: str) -> int | None:
        found = [at for at, plain in enumerate(self._plain) if plain in _HEADERS[headers]]
        if len(found) > 1:
            raise UsageError(
                f"{self._name_of_file}: multiple columns named {what}", "keep only one"
            )
        return found[0] if found else None

    def _unused(self, heads: list[str]) -> dict[int, str]:
        used = {self._email, self._name, self._first, self._last, *self.details.places}
        used |= {each.place for each in self._standings}
        if self._ours is not None:
            used |= self._ours.places
        named = [head.strip() or f"column {at}" for at, head in enumerate(heads, 1)]
        return {at: name for at, name in enumerate(named) if at not in used}


def _mailbox(cell: str) -> tuple[Address, str]:
    """The address in a cell, and the name before it where it is written `Name <address>`."""
    try:
        name, address = mailbox(as_written(cell.strip()))
    except AddressError as error:
        raise WrongLine("email", error.message) from None
    return parse_address(address), name


def _cell(cells: list[str], place: int | None) -> str:
    if place is None or place >= len(cells):
        return ""
    return " ".join(as_written(cells[place].strip()).split())


def _not_understood(cell: str, column: RowStatus) -> str:
    found = f"contains {cell.strip()[:80]!r}" if cell.strip() else "is empty"
    hint = f"use --ignore {column.name!r} if it does not say who wants email"
    return f"{found}, which is not understood; {hint}"


def of_the_files_name(name: str) -> CellVerdict:
    """What a file's name says of everybody in it."""
    name = name.casefold()
    return next((verdict for pattern, verdict in _EXPORTS if pattern.match(name)), ACTIVE)
