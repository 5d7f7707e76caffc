"""Rows that a live worker holds stay its own, however long a network takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread

from publisher.errors import StorageError
from publisher.outbox.outbox import Outbox

LEASE = timedelta(minutes=10)
RENEW_SECONDS = 120.0


@contextmanager
def renewing(outbox: Outbox, worker: str, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the leases of `worker` now and then, for as long as the block runs."""
    over = Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            with suppress(StorageError):  # the next renewal comes long before the lease is over
                outbox.deliveries.renew(worker, LEASE, clock())

    thread = Thread(target=renew, name="leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
