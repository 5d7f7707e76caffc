"""Settler: what became of messages is written down, if need be later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from publisher.errors import StorageError
from publisher.model.deliveries import Outcome, Weighing
from publisher.outbox.outbox import Outbox

Kept = tuple[Sequence[Outcome], datetime, str]


@dataclass(slots=True)
class Settler:
    """Writes outcomes; keeps those that the database would not take, for the next time.

    A crash forgets what is kept: the rows then become unknown, as after any crash.
    """

    outbox: Outbox
    worker: str
    _kept: list[Kept] = field(default_factory=list)
    _turn: Lock = field(default_factory=Lock)

    def settle(
        self, outcomes: Sequence[Outcome], now: datetime, weighing: Weighing | None = None
    ) -> str:
        """Write `outcomes`, as they were known at `now`; see Claims.settle for `weighing`.

        Raises:
            StorageError: the database cannot be written; they are kept.
        """
        try:
            return self.outbox.deliveries.settle(outcomes, now, self.worker, weighing)
        except StorageError:
            self.keep(outcomes, now, self.worker)
            raise

    def keep(self, outcomes: Sequence[Outcome], now: datetime, worker: str) -> None:
        """Keep what `worker` could not write."""
        if outcomes:
            with self._turn:
                self._kept.append((outcomes, now, worker))

    def unwritten(self) -> int:
        """How many outcomes are kept."""
        with self._turn:
            return sum(len(outcomes) for outcomes, _, _ in self._kept)

    def settle_kept(self) -> None:
        """Write what could not be written before.

        Raises:
            StorageError: it still cannot.
        """
        with self._turn:
            while self._kept:
                outcomes, now, worker = self._kept[0]
                self.outbox.deliveries.settle(outcomes, now, worker)
                del self._kept[0]
