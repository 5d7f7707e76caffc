"""A file of addresses that are never to be emailed: one a line, or CSV with a column `reason`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from publisher.cli.imports.cells import as_written
from publisher.cli.imports.columns import plain_header
from publisher.cli.imports.records import Record, read_records
from publisher.cli.imports.sources import plain
from publisher.cli.imports.subscribers import EMAIL
from publisher.cli.output import counted
from publisher.errors import Problem, UsageError
from publisher.mime.addresses import Address, parse_address

_REASONS = ("reason", "suppressed", "why", "cause")


@dataclass(slots=True)
class SuppressionList:
    """A file that is read once; `reason` is for lines that give none, `report` hears what is wrong.

    `count` and `bad` are known when it is read.
    """

    file: Path
    reason: str
    report: Callable[[Problem], None]
    encoding: str | None = None
    count: int = 0
    bad: int = 0

    def rows(self) -> Iterator[tuple[Address, str]]:
        """Every address and why it is suppressed; a UsageError if lines are wrong."""
        email, why = 0, None
        for at, record in enumerate(read_records(plain(self.file), self.encoding)):
            if at == 0 and (found := _places(record)):
                email, why = found
                continue
            try:
                row = self._row(record, email, why)
            except UsageError as error:
                self.bad += 1
                self.report(Problem(str(self.file), record.line, "", error.message))
            else:
                if not self.bad:
                    self.count += 1
                    yield row
        if self.bad:
            wrong = f"{self.file}: {counted(self.bad, 'bad line')}; nobody was suppressed"
            raise UsageError(wrong, "fix them, then try again")

    def _row(self, record: Record, email: int, why: int | None) -> tuple[Address, str]:
        if record.problem:
            raise UsageError(record.problem)
        if email in record.broken:
            raise UsageError("the address has a line break")
        cells = [as_written(cell.strip()) for cell in record.cells]
        reason = cells[why] if why is not None and why < len(cells) else ""
        address = parse_address(cells[email] if email < len(cells) else "")
        return address, " ".join(reason.split()) or self.reason


def _places(record: Record) -> tuple[int, int | None] | None:
    """The columns of the address and the reason; None: this line names no columns."""
    heads = [plain_header(cell) for cell in record.cells]
    email = next((at for at, head in enumerate(heads) if head in EMAIL), None)
    if email is None:
        return None
    return email, next((at for at, head in enumerate(heads) if head in _REASONS), None)
