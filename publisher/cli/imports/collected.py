"""What a form service collected, as CSV: who asks to be subscribed, and tokens of who leaves."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from publisher.cli.imports.records import Record, read_records
from publisher.cli.imports.sources import plain
from publisher.errors import UsageError
from publisher.events.forms import NotASubmissionError, Submission, submission_of
from publisher.events.requests.wording import folded

# By columns that only this service's exports have.
_SERVICES: Final = {
    "Tally": ({"submission id", "respondent id"},),
    "Netlify Forms": ({"created at", "user agent"}, {"created at", "referrer"}),
    "Formspree": ({"_date"}, {"_status"}),
    "Google Forms": ({"timestamp"}, {"zeitstempel"}, {"horodateur"}, {"marca temporal"}),
    "Basin": ({"created at", "spam"},),
}
_IDS: Final = ("submission id", "response id", "_id", "id", "number")
_TIMES: Final = ("created at", "submitted at", "_date", "date", "timestamp", "zeitstempel")
_SPAM: Final = frozenset({"spam", "is spam", "_status", "status"})
_IS_SPAM: Final = frozenset({"true", "yes", "1", "spam"})
_CONFIRMED: Final = frozenset(
    {"confirmed at", "confirmation time", "confirm time", "opt in confirmed at", "double opt in at"}
)
_TOKEN: Final = "token"  # noqa: S105  a column


class Row(NamedTuple):
    """A line of the file: a submission, or a token; `problem` says why it is neither.

    `confirmed` says that the service asked them by email, and that they agreed.
    """

    line: int
    submission: Submission | None = None
    token: str = ""
    confirmed: bool = False
    problem: str = ""


def read_collected(file: Path, encoding: str | None, now: datetime) -> Iterator[Row]:
    """Every line of an export of Formspree, Netlify Forms, Tally, Basin, Google Forms and the like.

    Raises:
        UsageError: it cannot be read, or has neither addresses nor tokens.
    """
    records = read_records(plain(file), encoding)
    head = next(records, None)
    if head is None:
        raise UsageError(f"{file}: is empty")
    columns = [cell.strip() for cell in head.cells]
    keys = [_key(column) for column in columns]
    if not any("mail" in key or key == _TOKEN for key in keys):
        raise UsageError(f"{file}: has no column email or token", "export all fields of the form")
    for record in records:
        yield _row(record, columns, keys, now)


def _key(column: str) -> str:
    return column if column.startswith("_") else folded(column.replace("_", " "))


def _row(record: Record, columns: list[str], keys: list[str], now: datetime) -> Row:
    if not record.cells:
        return Row(record.line, problem=record.problem)
    cells = [" ".join(cell.split()) for cell in record.cells]
    values = {key: cell for key, cell in zip(keys, cells, strict=False) if cell}
    if token := values.get(_TOKEN):
        return Row(record.line, token=token.split()[-1])
    if any(values.get(key, "").lower() in _IS_SPAM for key in _SPAM):
        return Row(record.line, problem="is spam")
    fields = [(name, cell) for name, cell in zip(columns, cells, strict=False) if cell]
    number = next((values[key] for key in _IDS if key in values), "") or _hashed(cells)
    try:
        found = submission_of(_service(keys), number, _moment(values, now), fields)
    except NotASubmissionError as error:
        return Row(record.line, problem=error.message)
    return Row(record.line, found, confirmed=any(key in _CONFIRMED for key in values))


def _service(keys: list[str]) -> str:
    there = set(keys)
    names = (name for name, signs in _SERVICES.items() if any(sign <= there for sign in signs))
    return next(names, "another service")


def _hashed(cells: list[str]) -> str:
    return hashlib.sha256("\0".join(cells).encode("utf-8", "replace")).hexdigest()[:16]


def _moment(values: dict[str, str], now: datetime) -> datetime:
    """When it was sent, if that is written so that there is no doubt; else this moment."""
    for key in _TIMES:
        with suppress(ValueError):
            at = datetime.fromisoformat(values.get(key, ""))
            return min(at if at.tzinfo else at.replace(tzinfo=UTC), now)
    return now
