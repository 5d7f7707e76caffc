"""A CSV file of readers, read whole and judged line by line before anything is stored."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from publisher.errors import Problem, UsageError
from publisher.outbox import AddressError, parse_address

COLUMNS = "the first line names the columns: email, name"
EMAIL = ("email", "e-mail", "email address")
DELIMITERS = ",;\t"
FORMULA = re.compile(r"'*[=+\-@\t\r]")


@dataclass(slots=True)
class Sheet:
    """What a file holds: (address, name) pairs, how many have left, and every bad line."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0
    problems: list[Problem] = field(default_factory=list)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_written(cell: str) -> str:
    """The cell that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read_sheet(file: Path) -> Sheet:
    """Read and judge `file`; a column `state`, as export writes it, tells who has left.

    Raises:
        UsageError: the file cannot be read, or has no column `email`.
    """
    sheet = Sheet()
    for line, email, name, state in _cells(file):
        try:
            parse_address(email)
        except AddressError as error:
            sheet.problems.append(Problem(str(file), line, "email", error.message, error.hint))
            continue
        if state in {"", "active"}:
            sheet.rows.append((email, name))
        else:
            sheet.left += 1
    return sheet


def _cells(file: Path) -> Iterator[tuple[int, str, str, str]]:
    """First line, address, name and state of each row that is not blank."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            yield from _records(file, opened)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8", "save it as CSV in UTF-8") from None


def _records(file: Path, opened: TextIO) -> Iterator[tuple[int, str, str, str]]:
    reader = csv.reader(opened, delimiter=_delimiter(opened))
    line = 1
    try:
        email, name, state = _places(file, next(reader, []))
        while True:
            line = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield line, _cell(row, email), _cell(row, name), _cell(row, state).lower()
    except csv.Error as error:
        raise UsageError(f"{file}:{line}: is no line of CSV: {error}", COLUMNS) from None


def _delimiter(opened: TextIO) -> str:
    """What stands between the names of the columns most often; a comma where nothing does."""
    head = opened.readline()
    opened.seek(0)
    return max(DELIMITERS, key=head.count)


def _places(file: Path, head: list[str]) -> tuple[int, int, int]:
    """The numbers of the columns email, name and state; -1 for one that is not there.

    Raises:
        UsageError: there is no column `email`, or more than one.
    """
    names = [cell.strip().lower() for cell in head]
    found = [number for number, name in enumerate(names) if name in EMAIL]
    if len(found) != 1:
        wrong = "several columns" if found else "no column"
        raise UsageError(f"{file}: {wrong} named email", COLUMNS)
    return found[0], _place(names, "name"), _place(names, "state")


def _place(names: list[str], wanted: str) -> int:
    return names.index(wanted) if wanted in names else -1


def _cell(row: list[str], place: int) -> str:
    return as_written(row[place].strip()) if 0 <= place < len(row) else ""
