"""What is said of an import: of each list, of each line that is wrong, and at the end."""

import csv
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from publisher.cli.imports.cells import harmless
from publisher.cli.output import counted, say
from publisher.errors import Problem, StorageError

if TYPE_CHECKING:
    from publisher.cli.imports.details import Details
    from publisher.cli.imports.subscribers import Refusal

MOST_TOLD: Final = 100
"""So many lines that are wrong are named; all of them are in the file of refused lines."""

_SHOWN: Final = 5


def remarks_of(details: "Details") -> Iterator[str]:
    """What was made of the columns about language, zone and topics."""
    if details.topics:
        number = sum(details.topics.values())
        yield f"{counted(number, 'tag')} carried over as topics: {_most(details.topics)}"
    if details.tags:
        yield f"tags that are no topics here, not used: {_most(details.tags)}"
    for kind, found in details.strange.items():
        number = sum(found.values())
        yield f"{kind} not understood in {counted(number, 'line')}, left empty: {_most(found)}"


def _most(found: Counter[str]) -> str:
    names = [f"{name} ({number:,})" for name, number in found.most_common(_SHOWN)]
    return ", ".join([*names, *(["…"] if len(found) > _SHOWN else [])])


@dataclass(slots=True)
class Refusals:
    """The lines that are wrong: the first are told, and all are written to a file if one is named.

    Raises:
        StorageError: the file cannot be written.
    """

    file: Path | None = None
    count: int = 0
    _opened: TextIO | None = field(default=None, repr=False)
    _writer: Any = field(default=None, repr=False)

    def add(self, refusal: "Refusal") -> None:
        """Another one."""
        self.count += 1
        name, line = refusal.sheet.source.name, refusal.record.line
        if self.count <= MOST_TOLD:
            say(str(Problem(name, line, refusal.where, refusal.why)))
        if self.file is not None:
            why = f"{refusal.where} {refusal.why}".strip()
            self._write([name, str(line), why, *refusal.record.cells])

    def close(self) -> None:
        """Say how many more there are, and let go of the file."""
        if self.count > MOST_TOLD:
            say(f"and {self.count - MOST_TOLD:,} more lines that are wrong")
        if self._opened is not None:
            with suppress(OSError):
                self._opened.close()

    def _write(self, cells: list[str]) -> None:
        try:
            if self._opened is None:
                self._opened = self._made()
                self._writer = csv.writer(self._opened)
                self._writer.writerow(["file", "line", "why", "cells"])
            self._writer.writerow(map(harmless, cells))
        except OSError as error:
            raise StorageError(f"{self.file}: cannot be written: {error.strerror}") from None

    def _made(self) -> TextIO:
        """The file, for its owner only."""
        descriptor = os.open(self.file or "", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        return os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="")
