"""An exchange on SQLite, in the driver's own words."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import SQLITE_BUSY, OperationalError
from typing import Final

from sqlalchemy import Connection

from publisher.model.deliveries import Outcome, Ticket
from publisher.outbox.db.engine import Database
from publisher.outbox.deliveries.bulk_contract import COLUMNS, BulkConnection, Claim, as_ticket
from publisher.outbox.deliveries.settle import SQLITE, all_sent, for_sqlite

_ROOM: Final = "PRAGMA cache_size = -4096"
"""4 MB: rows are claimed in the order in which they stand, so little is looked at twice."""

_AGAIN: Final = 0.0001  # seconds; another process holds the lock for about five times that
_CLAIM: Final = f"""
UPDATE deliveries SET
    state = 'sending', started_at = coalesce(started_at, :now), last_started = :now,
    dated_at = CASE WHEN edition_id IS NULL THEN coalesce(dated_at, :now) END,
    network = CASE WHEN edition_id IS NULL THEN :network END,
    step = CASE WHEN network IS NULL OR network = :network THEN step END,
    worker = :worker, leased_until = :until
WHERE id IN (
    SELECT id FROM deliveries
    WHERE state = 'queued' AND channel = :channel AND {{due}}
        AND id NOT IN (SELECT value FROM json_each(:not_these))
        AND NOT EXISTS (
            SELECT 1 FROM channels
            WHERE name = :channel AND paused AND (paused_until IS NULL OR paused_until > :now))
    ORDER BY not_before, id LIMIT :limit)
RETURNING {COLUMNS}
"""  # noqa: S608 - all of it is written here
_DUE: Final = _CLAIM.format(due="not_before <= :due")
_EAGER: Final = _CLAIM.format(
    due="not_before > :now"
    " AND (last_started IS NULL OR last_started < :eager OR last_started > :now)"
)  # started in the future: the clock was set back since


class SqliteConnection(BulkConnection):
    """See BulkConnection."""

    def __init__(self, database: Database, channel: str, worker: str, network: str) -> None:
        super().__init__(database, channel, worker, network)
        self._driver.execute("PRAGMA busy_timeout = 0")
        self._driver.execute(_ROOM)
        self._patience = database.patience
        self._look = database.look
        self._worker = worker

    def exchange(self, outcomes: Sequence[Outcome], claim: Claim) -> list[Ticket]:
        """See BulkConnection."""
        rows = for_sqlite(outcomes, claim.now, self._worker)
        self._begin()
        if rows:
            self._driver.executemany(SQLITE[all_sent(outcomes)], rows)
        tickets = self.claim(claim)
        self._driver.execute("COMMIT")
        self._look()
        return tickets

    def claim(self, claim: Claim) -> list[Ticket]:
        """See BulkConnection."""
        tickets = self._claim(_DUE, claim)
        if claim.eager is not None and len(tickets) < claim.limit:
            tickets += self._claim(_EAGER, claim._replace(limit=claim.limit - len(tickets)))
        return tickets

    @contextmanager
    def transaction(self, lock: str) -> Iterator[Connection]:  # noqa: ARG002 - one writer anyway
        """See BulkConnection."""
        self._begin()
        with self._connection.begin():
            yield self._connection
        self._look()

    def _begin(self) -> None:
        """Take the write lock, asking for it many times a millisecond.

        SQLite's own waiting sleeps ever longer, up to a tenth of a second: of several processes
        that write all the time one would get nearly every turn.
        """
        end = time.monotonic() + self._patience
        while True:
            try:
                self._driver.execute("BEGIN IMMEDIATE")
            except OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == SQLITE_BUSY
                if not busy or time.monotonic() > end:
                    raise
                time.sleep(_AGAIN)
            else:
                return

    def _claim(self, statement: str, claim: Claim) -> list[Ticket]:
        if not claim.limit:
            return []
        values = {**self._fixed, **claim._asdict(), "not_these": str(claim.not_these)}
        return [as_ticket(row) for row in self._driver.execute(statement, values)]
