"""What people see and decide: list, cancel, retry, resolve, and forget what is old."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from publisher.durations import utc_now
from publisher.model.deliveries import ENDED, FINISHED, Delivery, State
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import (
    deliveries,
    editions,
    is_finished,
    is_queued,
    is_unknown,
    slots,
)
from publisher.outbox.deliveries.claims import COLUMNS, d, moment
from publisher.outbox.deliveries.paging import conditions
from publisher.outbox.subscribers.recipients import CONTACTS, withdraw

Resolution = Literal["sent", "retry", "drop"]

_CHUNK: Final = 10_000  # SQLite takes 32,766 parameters in one statement


class Operator(Store):
    """The commands about rows."""

    def find(
        self,
        channel: str | None = None,
        state: State | str | None = None,
        edition: int | None = None,
        owner: str | None = None,
        slot: datetime | None = None,
        ids: Sequence[int] | None = None,
        limit: int | None = None,
        after: int = 0,
    ) -> list[Delivery]:
        """The rows that meet every given condition, as they were queued; from behind `after` on."""
        wanted = conditions(channel=channel, edition_id=edition, owner=owner, slot=slot)
        if state is not None:
            wanted.append(d.state == State(state))
        wanted.append(d.id > after)
        with self.database.reading() as connection:
            return _listed(connection, wanted, ids, limit)

    def cancel(
        self,
        ids: Sequence[int] | None = None,
        *,
        channel: str | None = None,
        edition: int | None = None,
        owner: str | None = None,
    ) -> int:
        """Cancel queued rows; those that a worker holds already are left alone. Says how many.

        Raises:
            ValueError: neither ids nor a condition is given.
        """
        wanted = conditions(channel=channel, edition_id=edition, owner=owner)
        if ids is None and not wanted:
            raise ValueError("cancel needs ids or a condition")
        values = {
            "state": State.CANCELLED,
            "error": "cancelled manually",
            "ended_at": utc_now(),
            "not_before": None,
        }
        with self.database.writing() as connection:
            return _change(connection, ids, [is_queued, *wanted], values)

    def retry(self, ids: Sequence[int]) -> int:
        """Queue rejected or cancelled rows again, but for readers who have left. Says how many."""
        return self._requeue(ids, d.state.in_(ENDED))

    def retry_all(
        self, state: State | None = None, *, channel: str | None = None, edition: int | None = None
    ) -> int:
        """The same for all rows that meet the conditions: rejected ones, or those in `state`.

        They are taken ten thousand at a time, each of them in a transaction of its own.

        Raises:
            ValueError: `state` is neither rejected nor cancelled.
        """
        if state not in {None, *ENDED}:
            raise ValueError(f"{state} rows cannot be retried")
        wanted = [
            d.state == (state or State.REJECTED),
            *conditions(channel=channel, edition_id=edition),
        ]
        count = after = 0
        while ids := self._ids(after, wanted):
            count += self._requeue(ids, and_(*wanted))
            after = ids[-1]
        return count

    def _ids(self, after: int, wanted: Sequence[ColumnElement[bool]]) -> Sequence[int]:
        page = select(d.id).where(d.id > after, is_finished, *wanted).order_by(d.id).limit(_CHUNK)
        with self.database.reading() as connection:
            return connection.scalars(page).all()

    def resolve(self, ids: Sequence[int], resolution: Resolution) -> int:
        """Write what a person knows of unknown rows. Says how many.

        A row that a worker is asking about at this moment is only ever resolved as sent.

        Raises:
            ValueError: `resolution` is no such word.
        """
        now = utc_now()
        free = and_(is_unknown, or_(d.leased_until.is_(None), d.leased_until <= now))
        if resolution == "retry":
            return self._requeue(ids, free)
        values, which = _resolved(resolution, now), is_unknown if resolution == "sent" else free
        with self.database.writing() as connection:
            return _change(connection, ids, [which], values)

    def prune(self, before: datetime) -> int:
        """Forget mails of editions older than `before`, and why older slots chose what they did.

        Slots, notes and what was included stay: they keep things from going out twice. So do mails
        that are queued, sending or unknown. Says how many mails are forgotten.
        """
        e = editions.c
        with self.database.reading() as connection:
            old = connection.execute(select(e.id, e.after_id, e.last_id).where(e.slot < before))
            ranges = [tuple(row) for row in old]
        count = sum(self._forget(*each) for each in ranges)
        mine = and_(d.id > e.after_id, d.id <= e.last_id, d.edition_id == e.id)
        used = select(d.id).where(mine).exists()
        with self.database.writing() as connection:
            connection.execute(delete(editions).where(e.slot < before, ~used))
            connection.execute(update(slots).where(slots.c.slot < before).values(decisions={}))
        return count

    def _forget(self, edition: int, after: int, last: int) -> int:
        """Forget the finished mails of an edition; others may write between two chunks."""
        count = 0
        for start in range(after, last, _CHUNK):
            some = and_(d.id > start, d.id <= min(start + _CHUNK, last))
            old = and_(some, d.edition_id == edition, d.state.in_(FINISHED))
            with self.database.writing() as connection:
                count += connection.execute(delete(deliveries).where(old)).rowcount
        return count

    def _requeue(self, ids: Sequence[int], which: ColumnElement[bool]) -> int:
        """Queue rows with all their attempts before them."""
        values = {
            "state": State.QUEUED,
            "not_before": utc_now(),
            "attempts": 0,
            "ended_at": None,
            "worker": "",
            "leased_until": None,
        }
        with self.database.writing(CONTACTS) as connection:
            changed = _change(connection, ids, [which], values)
            left = sum(withdraw(connection, d.id.in_(some)) for some in _chunks(ids))
        return changed - left


def _resolved(resolution: str, now: datetime) -> dict[str, Any]:
    """The columns that a person's word changes."""
    if resolution == "sent":
        sent_at = func.coalesce(d.last_started, moment(now))
        changes: dict[str, Any] = {"state": State.SENT, "sent_at": sent_at, "error": ""}
    elif resolution == "drop":
        changes = {"state": State.CANCELLED, "error": "dropped manually", "ended_at": now}
    else:
        raise ValueError(f"unknown resolution {resolution!r} (use sent, retry or drop)")
    return changes | {"status": "", "worker": "", "leased_until": None, "not_before": None}


def _listed(
    connection: Connection,
    wanted: Sequence[ColumnElement[bool]],
    ids: Sequence[int] | None,
    limit: int | None,
) -> list[Delivery]:
    query = select(*COLUMNS).where(*wanted).order_by(d.id).limit(limit)
    if ids is None:
        return [Delivery(*row) for row in connection.execute(query)]
    found = (connection.execute(query.where(d.id.in_(some))) for some in _chunks(sorted(ids)))
    return [Delivery(*row) for rows in found for row in rows][:limit]


def _change(
    connection: Connection,
    ids: Sequence[int] | None,
    which: Sequence[ColumnElement[bool]],
    values: dict[str, Any],
) -> int:
    change = update(deliveries).where(*which).values(values)
    if ids is None:
        return connection.execute(change).rowcount
    return sum(connection.execute(change.where(d.id.in_(some))).rowcount for some in _chunks(ids))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
