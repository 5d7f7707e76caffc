"""Renewal: rows that a live worker holds stay its own, however long a network takes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Self

from publisher.errors import StorageError
from publisher.outbox.outbox import Outbox

LEASE = timedelta(minutes=10)
RENEW_SECONDS = 120.0


class Renewal:
    """Renews the leases of `worker` now and then, for as long as the block runs."""

    def __init__(
        self, outbox: Outbox, worker: str, lease: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._outbox, self._worker, self._lease, self._clock = outbox, worker, lease, clock
        self._over = Event()
        self._thread = Thread(target=self._run, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(RENEW_SECONDS):
            with suppress(StorageError):  # the next renewal comes long before the lease is over
                self._outbox.deliveries.renew(self._worker, self._lease, self._clock())
