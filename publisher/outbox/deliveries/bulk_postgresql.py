"""An exchange on PostgreSQL: one prepared statement, so one round trip and one commit."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Connection

from publisher.model.deliveries import Ticket
from publisher.outbox.db.engine import Database, take_lock
from publisher.outbox.deliveries.bulk_contract import COLUMNS, Swap, as_ticket

if TYPE_CHECKING:
    import psycopg

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

_SETTLE: Final = """
WITH settled AS (
    UPDATE deliveries AS d SET
        state = 'sent', attempts = d.attempts + 1, error = '', status = '',
        remote_id = coalesce(nullif(n.remote, ''), d.remote_id), sent_at = %(now)s,
        not_before = NULL, worker = '', leased_until = NULL
    FROM unnest(%(sent)s::bigint[], %(remotes)s::text[]) AS n(id, remote)
    WHERE d.id = n.id AND d.state <> 'sent'
),
"""
_CLAIM: Final = f"""
free(number) AS (
    SELECT id FROM deliveries
    WHERE state = 'queued' AND channel = %(channel)s AND kind = 'email' AND {{due}}
        AND id <> ALL(%(settled)s::bigint[])
        AND NOT EXISTS (
            SELECT 1 FROM channels
            WHERE name = %(channel)s AND paused
                AND (paused_until IS NULL OR paused_until > %(now)s))
    ORDER BY not_before, id LIMIT %(limit)s::int
    FOR UPDATE SKIP LOCKED
)
UPDATE deliveries AS d SET
    state = 'sending', started_at = coalesce(d.started_at, %(now)s), last_started = %(now)s,
    worker = %(worker)s, leased_until = %(until)s
FROM free WHERE d.id = free.number
RETURNING {COLUMNS}, not_before
"""  # noqa: S608 - all of it is written here
_BOTH: Final = _SETTLE + _CLAIM.format(
    due="not_before <= %(now)s AND (not_before, id) > (%(after)s::bigint, %(last)s::bigint)"
)
_EAGER: Final = "WITH " + _CLAIM.format(
    due="not_before > %(now)s AND (last_started IS NULL OR last_started < %(eager)s"
    " OR last_started > %(now)s)"  # started in the future: the clock was set back since
)
_BEGINNING: Final = (-(2**63), 0)
_BACK_TO_THE_BEGINNING: Final = 10.0


class PostgresqlLine:
    """See Line.

    A claim starts behind the row that the last one ended with: what was claimed before stays in
    the index, dead, until it is vacuumed, and walking over it would slow a long mailing down. Now
    and then, and before it says that nothing is due, it starts at the beginning again.
    """

    def __init__(self, database: Database, channel: str, worker: str) -> None:
        self._connection = database.engine.connect()
        driver = self._connection.connection.driver_connection
        self._driver = cast("psycopg.Connection[tuple[Any, ...]]", driver)
        self._connection.detach()
        self._driver.autocommit = True
        for setting in _SETTINGS:
            self._driver.execute(setting)
        self._cursor = self._driver.cursor()
        self._fixed = {"channel": channel, "worker": worker}
        self._after = _BEGINNING
        self._restart = time.monotonic() + _BACK_TO_THE_BEGINNING

    def swap(self, swap: Swap) -> list[Ticket]:
        """See Line; rows that are claimed only because they back off take a second statement."""
        return self.swap_within(swap)

    def swap_within(self, swap: Swap) -> list[Ticket]:
        """See Line."""
        if time.monotonic() > self._restart:
            self._after = _BEGINNING
            self._restart = time.monotonic() + _BACK_TO_THE_BEGINNING
        begun_at = self._after
        tickets = self._claim(_BOTH, swap, swap.limit)
        if len(tickets) < swap.limit and begun_at != _BEGINNING:
            self._after = _BEGINNING
            tickets += self._claim(_BOTH, swap, swap.limit - len(tickets))
        if len(tickets) < swap.limit and swap.eager is not None:
            tickets += self._claim(_EAGER, swap, swap.limit - len(tickets))
        return tickets

    @contextmanager
    def transaction(self, turn: str) -> Iterator[Connection]:
        """See Line."""
        self._driver.autocommit = False
        with self._connection.begin():
            take_lock(self._connection, turn)
            yield self._connection
        self._driver.autocommit = True

    def close(self) -> None:
        """See Line."""
        self._driver.close()
        self._connection.invalidate()
        self._connection.close()

    def _claim(self, statement: str, swap: Swap, limit: int) -> list[Ticket]:
        """Take up to `limit` rows, and remember where they end."""
        after, last = self._after
        told = self._fixed | {
            "now": swap.now,
            "until": swap.until,
            "sent": [number for number, _ in swap.sent],
            "remotes": [remote for _, remote in swap.sent],
            "settled": swap.settled,
            "limit": limit,
            "after": after,
            "last": last,
            "eager": swap.eager,
        }
        rows = self._cursor.execute(statement, told, prepare=True).fetchall()
        if rows and statement is _BOTH:
            self._after = max((row[-1], row[0]) for row in rows)
        return [as_ticket(row[:-1]) for row in rows]
