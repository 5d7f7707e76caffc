"""A CSV file of readers, read whole and judged line by line before anything is stored."""

import csv
from collections.abc import Iterator
from pathlib import Path

from publisher.errors import Problem, UsageError
from publisher.outbox import AddressError, parse_address

COLUMNS = "the first line names the columns: email, name"


def read_rows(file: Path) -> tuple[list[tuple[str, str]], list[Problem]]:
    """The (address, name) pairs of `file` and every line that holds no address.

    Raises:
        UsageError: the file cannot be read, or has no column `email`.
    """
    rows, problems = [], []
    for line, email, name in _cells(file):
        try:
            parse_address(email)
        except AddressError as error:
            problems.append(Problem(str(file), line, "email", error.message, error.hint))
        else:
            rows.append((email, name))
    return rows, problems


def _cells(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, address and name of each row that is not blank."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            columns = {name.strip().lower(): name for name in reader.fieldnames or ()}
            if "email" not in columns:
                raise UsageError(f"{file}: no column named email", COLUMNS)
            for row in reader:
                email = (row[columns["email"]] or "").strip()
                name = (row[columns["name"]] or "").strip() if "name" in columns else ""
                if email or name:
                    yield reader.line_num, email, name
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8", "save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise UsageError(f"{file}: is no CSV file: {error}", COLUMNS) from None
