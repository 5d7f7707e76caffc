"""Dispatch's view of the outbox: claim rows, settle them, and find what a dead worker left."""

import time
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)

from publisher.model.deliveries import Delivery, Outcome, State
from publisher.outbox.contacts.recipients import CONTACTS, withdraw
from publisher.outbox.db.engine import Database, Store
from publisher.outbox.db.tables import channels, deliveries, is_sending, is_unknown
from publisher.outbox.db.types import Moment, storable
from publisher.outbox.deliveries.settle import settle
from publisher.outbox.deliveries.workers import is_alive, is_gone

RENEWS_WITHIN: Final = 300.0
"""Seconds within which a worker that lives renews its leases, with room to spare."""

DIED: Final = "the sender died while this message was in flight"

d = deliveries.c
COLUMNS: Final = tuple(d[name] for name in Delivery.__slots__)
FREE: Final = {"worker": "", "leased_until": None}


class Deliveries(Store):
    """Rows on their way: every change is committed before the method returns."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._over: dict[str, float] = {}  # since when leases of live workers are seen to be over

    def claim_unknown(
        self, channel: str, limit: int, *, worker: str, lease: timedelta, now: datetime
    ) -> list[Delivery]:
        """Take up to `limit` unknown rows that are due to be asked about; they stay unknown."""
        due = first(channel, limit, now).where(is_unknown, d.not_before <= now, is_free(now))
        with self.database.writing() as connection:
            change = _change(due).values(worker=worker, leased_until=now + lease)
            return _collect(connection, change)

    def settle(self, outcomes: Sequence[Outcome], now: datetime, worker: str = "") -> None:
        """Write down what became of claimed rows, in one transaction.

        A confirmation always wins, whoever brings it. Anything else counts only for rows in
        sending or unknown and, if `worker` is given, only while that worker holds them: a worker
        whose lease ended meanwhile has no say. An email that goes back to queued is withdrawn if
        its reader has left.
        """
        back = any(outcome.state is State.QUEUED for outcome in outcomes)
        with self.database.writing(CONTACTS if back else "") as connection:
            settle(connection, outcomes, now, worker)

    def keep_step(self, step: Outcome, worker: str) -> bool:
        """Write down where a row goes on that `worker` holds, and keeps; False: it holds it not."""
        told = {
            "step": step.step,
            "remote_id": step.remote_id,
            "remote_url": step.remote_url,
            "remark": step.remark,
            "handle": step.handle,
        }
        values = {name: storable(value) for name, value in told.items() if value}
        mine = and_(is_sending, d.id == step.id, d.worker == worker)
        with self.database.writing() as connection:
            return connection.execute(update(deliveries).where(mine).values(values)).rowcount > 0

    def renew(self, worker: str, lease: timedelta, now: datetime) -> None:
        """Hold whatever `worker` holds until `lease` from now."""
        with self.database.writing() as connection:
            for state in (is_sending, is_unknown):
                mine = select(d.id).where(state, d.worker == worker)
                connection.execute(_change(mine).values(leased_until=now + lease))

    def recover(self, now: datetime) -> list[Delivery]:
        """Name what dead workers left: rows in sending become unknown, due to be asked at once.

        A worker is dead when its process on this machine is gone, or when its lease is over. A
        clock that jumps makes every lease look over: one whose process lives here has time to
        renew it.
        """
        gone, alive = self._workers()
        over = and_(d.leased_until <= now, d.worker.not_in(self._in_time(alive, now)))
        named = _change(select(d.id).where(is_sending, or_(d.worker.in_(gone), over)))
        named = named.values(state=State.UNKNOWN, error=DIED, not_before=now, **FREE)
        free = _change(select(d.id).where(is_unknown, d.worker.in_(gone)))
        with self.database.writing() as connection:
            connection.execute(free.values(FREE))
            return _collect(connection, named)

    def _workers(self) -> tuple[list[str], list[str]]:
        """The holders of rows that surely run no more, and those that surely run here."""
        with self.database.reading() as connection:
            held = [
                connection.scalars(select(d.worker).where(state, d.worker != "").distinct())
                for state in (is_sending, is_unknown)
            ]
            workers = {worker for found in held for worker in found}
        return [*filter(is_gone, workers)], [*filter(is_alive, workers)]

    def _in_time(self, alive: Sequence[str], now: datetime) -> list[str]:
        """Those of `alive` whose leases are not over, or not seen to be for long enough yet."""
        mine = select(d.worker).where(is_sending, d.worker.in_(alive), d.leased_until <= now)
        with self.database.reading() as connection:
            over = set(connection.scalars(mine.distinct())) if alive else set()
        moment = time.monotonic()
        self._over = {worker: self._over.get(worker, moment) for worker in over}
        return [each for each in alive if moment - self._over.get(each, moment) < RENEWS_WITHIN]


def give_back(connection: Connection, worker: str, held: Collection[int]) -> int:
    """Queue again, without an attempt, what `worker` has in sending but for the rows in `held`."""
    mine = select(d.id).where(is_sending, d.worker == worker)
    lost = [row for row in connection.scalars(mine) if row not in held]
    if lost:
        again = update(deliveries).where(is_sending, d.worker == worker, d.id.in_(lost))
        connection.execute(again.values(state=State.QUEUED, **FREE))
        withdraw(connection, d.id.in_(lost))
    return len(lost)


def is_free(now: datetime) -> ColumnElement[bool]:
    """Whether no worker holds an unknown row to ask about it."""
    return or_(d.leased_until.is_(None), d.leased_until <= now)


def first(channel: str, limit: int, now: datetime) -> Select[Any]:
    """The ids of the first `limit` rows of `channel`; none while it is paused."""
    c = channels.c
    holds = or_(c.paused_until.is_(None), c.paused_until > now)
    paused = exists().where(c.name == channel, c.paused, holds)
    rows = select(d.id).where(d.channel == channel, ~paused)
    return rows.order_by(d.not_before, d.id).limit(limit)


def _change(rows: Select[Any]) -> Update:
    """Change those of `rows` that nobody else is changing: waiting for them could deadlock."""
    free = rows.with_for_update(skip_locked=True).cte("free")
    return update(deliveries).where(d.id.in_(select(free.c.id)))


def _collect(connection: Connection, change: Update) -> list[Delivery]:
    """Make the change and give back its rows, the oldest first."""
    rows = connection.execute(change.returning(*COLUMNS))
    found: Iterable[Delivery] = (Delivery(*row) for row in rows)
    return sorted(found, key=lambda row: (row.not_before or row.queued_at, row.id))


def moment(value: datetime) -> ColumnElement[datetime]:
    """`value` where no column tells its type."""
    return bindparam(None, value, type_=Moment)
