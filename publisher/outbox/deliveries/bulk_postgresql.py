"""An exchange on PostgreSQL: one prepared statement, so one round trip and one commit."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from publisher.model.deliveries import Outcome, Ticket
from publisher.outbox.db.engine import Database, take_lock
from publisher.outbox.deliveries.bulk_contract import COLUMNS, BulkConnection, Claim, as_ticket
from publisher.outbox.deliveries.settle import POSTGRESQL, all_sent, for_postgresql

_SETTINGS: Final = (
    "SET plan_cache_mode = force_generic_plan",
    "SET enable_seqscan = off",
    "SET enable_bitmapscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET enable_sort = off",
    "SET jit = off",
)
"""Few rows out of many, found by indexes: the plan is known, and statistics that lag behind a
queue which fills and empties must not change it."""

_CLAIM: Final = f"""
free(free_id) AS (
    SELECT id FROM deliveries
    WHERE state = 'queued' AND channel = %(channel)s AND {{due}}
        AND id <> ALL(%(not_these)s::bigint[])
        AND NOT EXISTS (
            SELECT 1 FROM channels
            WHERE name = %(channel)s AND paused
                AND (paused_until IS NULL OR paused_until > %(now)s))
    ORDER BY not_before, id LIMIT %(limit)s::int
    FOR UPDATE SKIP LOCKED
)
UPDATE deliveries AS d SET
    state = 'sending', started_at = coalesce(d.started_at, %(now)s), last_started = %(now)s,
    dated_at = CASE WHEN d.edition_id IS NULL THEN coalesce(d.dated_at, %(now)s) END,
    network = CASE WHEN d.edition_id IS NULL THEN %(network)s::text END,
    step = CASE WHEN d.network IS NULL OR d.network = %(network)s::text THEN d.step END,
    worker = %(worker)s, leased_until = %(until)s
FROM free WHERE d.id = free.free_id
RETURNING {COLUMNS}, not_before
"""  # noqa: S608 - all of it is written here
_DUE: Final = _CLAIM.format(
    due="not_before <= %(due)s AND (not_before, id) > (%(after)s::bigint, %(last)s::bigint)"
)
_BOTH: Final = {
    sent: f"WITH settled AS ({statement}), {_DUE}" for sent, statement in POSTGRESQL.items()
}
_CLAIM_DUE: Final = f"WITH {_DUE}"
_EAGER: Final = "WITH " + _CLAIM.format(
    due="not_before > %(now)s AND (last_started IS NULL OR last_started < %(eager)s"
    " OR last_started > %(now)s)"  # started in the future: the clock was set back since
)
_BEGINNING: Final = (-(2**63), 0)
_BACK_TO_THE_BEGINNING: Final = 10.0


class PostgresqlConnection(BulkConnection):
    """See BulkConnection.

    A claim starts behind the row that the last one ended with: what was claimed before stays in
    the index, dead, until it is vacuumed, and walking over it would slow a long mailing down. Now
    and then, and before it says that nothing is due, it starts at the beginning again.
    """

    def __init__(self, database: Database, channel: str, worker: str, network: str) -> None:
        super().__init__(database, channel, worker, network)
        self._driver.autocommit = True
        for setting in _SETTINGS:
            self._driver.execute(setting)
        self._cursor = self._driver.cursor()
        self._after = _BEGINNING
        self._restart = time.monotonic() + _BACK_TO_THE_BEGINNING

    def exchange(self, outcomes: Sequence[Outcome], claim: Claim) -> list[Ticket]:
        """See BulkConnection; rows that only back off take a statement of their own."""
        return self._claimed(_BOTH[all_sent(outcomes)], claim, for_postgresql(outcomes))

    def claim(self, claim: Claim) -> list[Ticket]:
        """See BulkConnection."""
        return self._claimed(_CLAIM_DUE, claim, {})

    def _claimed(
        self, statement: str, claim: Claim, settled: Mapping[str, Sequence[Any]]
    ) -> list[Ticket]:
        if time.monotonic() > self._restart:
            self._after = _BEGINNING
            self._restart = time.monotonic() + _BACK_TO_THE_BEGINNING
        begun_at = self._after
        tickets = self._claim(statement, claim, settled)
        if len(tickets) < claim.limit and begun_at != _BEGINNING:
            self._after = _BEGINNING
            tickets += self._claim(_CLAIM_DUE, claim._replace(limit=claim.limit - len(tickets)))
        if len(tickets) < claim.limit and claim.eager is not None:
            tickets += self._claim(_EAGER, claim._replace(limit=claim.limit - len(tickets)))
        return tickets

    @contextmanager
    def transaction(self, lock: str) -> Iterator[Connection]:
        """See BulkConnection."""
        self._driver.autocommit = False
        with self._connection.begin():
            take_lock(self._connection, lock)
            yield self._connection
        self._driver.autocommit = True

    def _claim(
        self,
        statement: str,
        claim: Claim,
        settled: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    ) -> list[Ticket]:
        """Take the rows, and remember where they end."""
        after, last = self._after
        values = {**self._fixed, **settled, **claim._asdict(), "after": after, "last": last}
        rows = self._cursor.execute(statement, values, prepare=True).fetchall()
        if rows and statement is not _EAGER:
            self._after = max((row[-1], row[0]) for row in rows)
        return [as_ticket(row[:-1]) for row in rows]
