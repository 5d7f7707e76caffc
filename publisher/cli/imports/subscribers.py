"""A CSV file of subscribers, each line judged; what another tool knows of them is respected."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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
from publisher.cli.imports.records import Record, read_records
from publisher.cli.output import counted
from publisher.errors import Problem, UsageError
from publisher.mime.addresses import Address, AddressError, mailbox, parse_address
from publisher.model.contacts import ImportRow

OUR_REASON: Final = "suppressed"
"""The column of our own exports that says why somebody is suppressed."""

COLUMNS: Final = "the first line must name the columns, including email"
_HEADERS: Final = {name: frozenset(each) for name, each in WORDS["headers"].items()}
EMAIL: Final = _HEADERS["email"]
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_EXPORTS: Final = (
    (re.compile(r"(unsubscribed|nonsubscribed)_\w*export"), LEFT),
    (re.compile(r"cleaned_\w*export"), BOUNCED),
)
"""Mailchimp writes who has left into files of their own; one of them has no column that says so."""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_written(cell: str) -> str:
    """The cell that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


@dataclass(slots=True)
class Sheet:
    """A file of subscribers that is read once.

    `unused` names the columns that nobody looks at, and `bad` counts the lines that are wrong; both
    are known when the file is read. `report` hears of each line that is wrong, as it is found.
    """

    file: Path
    report: Callable[[Problem], None]
    encoding: str | None = None
    ignored: Sequence[str] = ()
    unused: list[str] = field(default_factory=list)
    bad: int = 0

    def arrivals(self) -> Iterator[ImportRow]:
        """Everybody in the file; once a line is wrong, only what else is wrong is looked for.

        Raises:
            UsageError: the file cannot be read, has no column `email`, or has lines that are wrong.
        """
        yield from self._judged(read_records(self.file, self.encoding))
        if self.bad:
            wrong = f"{self.file}: {counted(self.bad, 'bad line')}; nothing was imported"
            raise UsageError(wrong, "fix them, then import again")

    def remarks(self) -> Iterator[str]:
        """What to say of a file that was read."""
        if _of_the_files_name(self.file) != ACTIVE:
            yield f"{self.file}: is named as an export of people who are not subscribed"
        if self.unused:
            yield f"{self.file}: columns not used: {', '.join(self.unused)}"

    def _judged(self, records: Iterator[Record]) -> Iterator[ImportRow]:
        head = next(records, Record(1, []))
        row = _Row(self.file, head, self.ignored)
        self.unused = row.unused
        for record in records:
            try:
                arrival = row.arrival(record)
            except _Wrong as wrong:
                self.bad += 1
                self.report(Problem(str(self.file), record.line, wrong.where, wrong.problem))
            else:
                if not self.bad:
                    yield arrival


class _Wrong(Exception):
    """What is wrong with a line, and with which of its columns."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(problem)
        self.where = where
        self.problem = problem


class _Row:
    """Which column is what.

    Raises:
        UsageError: the first line names no column `email`, or one of those needed twice.
    """

    def __init__(self, file: Path, head: Record, ignored: Sequence[str]) -> None:
        self._file = file
        self._plain = [plain_header(cell) for cell in head.cells]
        if head.problem:
            raise UsageError(f"{file}:{head.line}: {head.problem}", COLUMNS)
        places = (self._place("email", headers) for headers in ("email", "other_email"))
        email = next((place for place in places if place is not None), None)
        if email is None:
            raise UsageError(f"{file}:{head.line}: no column named email", COLUMNS)
        self._email = email
        self._name = self._place("name", "name")
        self._first = self._place("first name", "first_name")
        self._last = self._place("last name", "last_name")
        ours = {"newsletter", "state", "since"} <= set(self._plain)  # an export of Publisher
        self._newsletter = self._plain.index("newsletter") if ours else None
        named = [] if self._newsletter is None else ["newsletter"]
        self._standings = list(standings(head.cells, [*ignored, *named]))
        self._width = len(head.cells)
        self._needed = 1 + max([email, *(each.place for each in self._standings)])
        self._otherwise = _of_the_files_name(file)
        self._first_newsletter = ""
        unused = self._unused(head.cells)
        self.unused = list(unused.values())
        spared = {plain_header(name) for name in ignored}
        self._unasked = {
            at: name
            for at, name in unused.items()
            if self._plain[at] not in spared and not about_else(self._plain[at])
        }

    def arrival(self, record: Record) -> ImportRow:
        """The subscriber on a line; _Wrong if there is none, or their status is not understood."""
        if record.problem:
            raise _Wrong("", record.problem)
        cells = record.cells
        if len(cells) != self._width:
            self._check_width(cells)
        if self._newsletter is not None:
            self._check_newsletter(cells[self._newsletter])
        self._check_unused(cells)
        address, name = _mailbox(cells[self._email])
        says, reason = self._verdict(cells)
        return ImportRow(address.written, address.key, self._full_name(cells) or name, says, reason)

    def _check_newsletter(self, cell: str) -> None:
        """Nobody gets into a newsletter because they have another one."""
        self._first_newsletter = self._first_newsletter or cell
        if cell != self._first_newsletter:
            wrong = f"is a subscriber of {cell}, the lines above are of {self._first_newsletter}"
            raise _Wrong("newsletter", f"{wrong}; export each newsletter on its own")

    def _check_unused(self, cells: list[str]) -> None:
        """A column with a name of no meaning may still contain who has left."""
        for at, name in self._unasked.items():
            if at < len(cells) and surely_gone(cells[at]):
                wrong = f"contains {cells[at].strip()!r}, but its name does not say what that means"
                raise _Wrong(name, f"{wrong}; rename it to status, or use --ignore {name!r}")

    def _check_width(self, cells: list[str]) -> None:
        surplus = any(map(str.strip, cells[self._width :]))
        if surplus or len(cells) < self._needed:
            wrong = f"has {len(cells)} cells where the first line has {self._width}"
            raise _Wrong("", f"{wrong}; a cell with a comma needs quotes" if surplus else wrong)

    def _verdict(self, cells: list[str]) -> CellVerdict:
        """The strictest that any column says."""
        found = self._otherwise
        for column in self._standings:
            cell = cells[column.place]
            verdict = column.verdict(cell)
            if verdict is None:
                raise _Wrong(column.name, _not_understood(cell, column))
            if verdict.says > found.says:
                found = verdict if column.name != OUR_REASON else verdict._replace(reason=cell)
        return found if not found.reason else found._replace(reason=self._reason(found.reason))

    def _reason(self, reason: str) -> str:
        """Why somebody is suppressed; one that an export of ours gives is kept as it is."""
        known = {verdict.reason for verdict in (BOUNCED, COMPLAINED, BLOCKED)}
        return f"{reason}, says {self._file.name}" if reason in known else reason.strip()

    def _full_name(self, cells: list[str]) -> str:
        whole, first, last = (_cell(cells, at) for at in (self._name, self._first, self._last))
        if whole and (first or not last or whole.endswith(last)):
            return whole
        return " ".join(filter(None, (whole or first, last)))

    def _place(self, what: str, headers: str) -> int | None:
        found = [at for at, plain in enumerate(self._plain) if plain in _HEADERS[headers]]
        if len(found) > 1:
            raise UsageError(f"{self._file}: multiple columns named {what}", "keep only one")
        return found[0] if found else None

    def _unused(self, heads: list[str]) -> dict[int, str]:
        used = {self._email, self._name, self._first, self._last, self._newsletter}
        used |= {each.place for each in self._standings}
        named = [head.strip() or f"column {at}" for at, head in enumerate(heads, 1)]
        return {at: name for at, name in enumerate(named) if at not in used}


def _mailbox(cell: str) -> tuple[Address, str]:
    """The address in a cell, and the name before it where it is written `Name <address>`."""
    try:
        name, address = mailbox(as_written(cell.strip()))
    except AddressError as error:
        raise _Wrong("email", error.message) from None
    return parse_address(address), name


def _cell(cells: list[str], place: int | None) -> str:
    if place is None or place >= len(cells):
        return ""
    return " ".join(as_written(cells[place].strip()).split())


def _not_understood(cell: str, column: RowStatus) -> str:
    found = f"contains {cell.strip()[:80]!r}" if cell.strip() else "is empty"
    hint = f"use --ignore {column.name!r} if it does not say who wants email"
    return f"{found}, which is not understood; {hint}"


def _of_the_files_name(file: Path) -> CellVerdict:
    name = file.name.casefold()
    return next((verdict for pattern, verdict in _EXPORTS if pattern.match(name)), ACTIVE)
