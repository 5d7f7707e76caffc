"""What people see and decide: list, cancel, retry, resolve, and forget what is old."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    case,
    delete,
    func,
    select,
    update,
)

from publisher.durations import utc_now
from publisher.model.deliveries import ENDED, FINISHED, Delivery, State
from publisher.outbox.contacts.recipients import CONTACTS, withdraw
from publisher.outbox.db.engine import Store, batched
from publisher.outbox.db.tables import (
    bounces,
    deliveries,
    editions,
    is_finished,
    is_queued,
    is_unknown,
    slots,
    stands_in_part,
)
from publisher.outbox.deliveries.claims import COLUMNS, FREE, d, is_free, moment
from publisher.outbox.deliveries.paging import conditions

Resolution = Literal["sent", "retry", "drop"]

S = TypeVar("S", Select[Any], Update)

_BY_HAND: Final = "resolved as sent: no more of it is posted"
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
        state = None if state is None else State(state)
        wanted = conditions(
            channel=channel, state=state, edition_id=edition, owner=owner, slot=slot
        )
        query = select(*COLUMNS).where(d.id > after, *wanted).order_by(d.id).limit(limit)
        with self.database.reading() as connection:
            parts = _parts(query, None if ids is None else sorted(ids))
            return [Delivery(*row) for each in parts for row in connection.execute(each)][:limit]

    def cancel(
        self,
        ids: Sequence[int] | None = None,
        *,
        channel: str | None = None,
        edition: int | None = None,
        owner: str | None = None,
    ) -> int:
        """Cancel queued rows; those that a worker holds already are left alone. Says how many.

        A thread of which something stands at its network ends there, and counts as sent.

        Raises:
            ValueError: neither ids nor a condition is given.
        """
        wanted = conditions(channel=channel, edition_id=edition, owner=owner)
        if ids is None and not wanted:
            raise ValueError("cancel needs ids or a condition")
        return self._cancel(ids, [is_queued, *wanted], "cancelled manually", utc_now())

    def _cancel(
        self,
        ids: Sequence[int] | None,
        which: Sequence[ColumnElement[bool]],
        why: str,
        now: datetime,
    ) -> int:
        values = {"state": State.CANCELLED, "error": why, "ended_at": now}
        nothing = {"status": "", "not_before": None, **FREE}
        with self.database.writing() as connection:
            count = _change(connection, ids, [~stands_in_part, *which], values | nothing)
            ends = _ended_early(why, now) | nothing
            return count + _change(connection, ids, [stands_in_part, *which], ends)

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
        rows = self.pages(select(d.id).where(is_finished, *wanted), d.id, _CHUNK)
        ids = batched((row.id for row in rows), _CHUNK)
        return sum(self._requeue(some, and_(*wanted)) for some in ids)

    def resolve(self, ids: Sequence[int], resolution: Resolution) -> int:
        """Write what a person knows of unknown rows. Says how many.

        A row that a worker is asking about at this moment is only ever resolved as sent.

        Raises:
            ValueError: `resolution` is no such word.
        """
        now = utc_now()
        free = and_(is_unknown, is_free(now))
        if resolution == "retry":
            return self._requeue(ids, free)
        if resolution == "drop":
            return self._cancel(ids, [free], "dropped manually", now)
        if resolution != "sent":
            raise ValueError(f"unknown resolution {resolution!r} (use sent, retry or drop)")
        with self.database.writing() as connection:
            whole = _change(connection, ids, [is_unknown, ~stands_in_part], _sent(now))
            begun = _sent(now) | _remarking(_BY_HAND)
            return whole + _change(connection, ids, [is_unknown, stands_in_part], begun)

    def prune(self, before: datetime) -> int:
        """Forget mails of editions older than `before`, bounces, and why older slots chose.

        Readers' history and suppressions stay. Slots, notes and what was included stay: they keep
        things from going out twice. So do mails that are queued, sending or unknown. Says how
        many mails are forgotten.
        """
        e = editions.c
        old = self.rows(select(e.id, e.after_id, e.last_id).where(e.slot < before))
        count = sum(self._forget(*each) for each in old)
        mine = and_(d.id > e.after_id, d.id <= e.last_id, d.edition_id == e.id)
        used = select(d.id).where(mine).exists()
        with self.database.writing() as connection:
            connection.execute(delete(editions).where(e.slot < before, ~used))
            connection.execute(delete(bounces).where(bounces.c.at < before))
            connection.execute(update(slots).where(slots.c.slot < before).values(decisions={}))
        return count

    def _forget(self, edition: int, after: int, last: int) -> int:
        """Forget the finished mails of an edition; others may write between two chunks."""
        count = 0
        for start in range(after, last, _CHUNK):
            some = and_(d.id > start, d.id <= min(start + _CHUNK, last))
            old = and_(some, d.edition_id == edition, d.state.in_(FINISHED))
            count += self.execute(delete(deliveries).where(old))
        return count

    def _requeue(self, ids: Sequence[int], which: ColumnElement[bool]) -> int:
        """Queue rows with all their attempts before them."""
        values = {
            "state": State.QUEUED,
            "not_before": utc_now(),
            "attempts": 0,
            "ended_at": None,
            # what an earlier step made may be what the network did not want, unless it is shown
            "step": case((stands_in_part, d.step), else_=None),
            **FREE,
        }
        with self.database.writing(CONTACTS) as connection:
            changed = _change(connection, ids, [which], values)
            left = sum(withdraw(connection, d.id.in_(some)) for some in batched(ids, _CHUNK))
        return changed - left


def _sent(now: datetime) -> dict[str, Any]:
    """The columns of a row that was sent when it was tried last."""
    sent_at = func.coalesce(d.last_started, moment(now))
    sent = {"state": State.SENT, "sent_at": sent_at, "error": ""}
    return {**sent, "status": "", "not_before": None, **FREE}


def _ended_early(why: str, now: datetime) -> dict[str, Any]:
    """The same where only a part was sent, and no more is to come."""
    return _sent(now) | _remarking(f"it ends early: {why}")


def _remarking(remark: str) -> dict[str, Any]:
    """The column of remarks, with one more."""
    has_one = func.coalesce(d.remark, "") != ""
    return {"remark": case((has_one, d.remark + f"; {remark}"), else_=remark)}


def _change(
    connection: Connection,
    ids: Sequence[int] | None,
    which: Sequence[ColumnElement[bool]],
    values: dict[str, Any],
) -> int:
    parts = _parts(update(deliveries).where(*which).values(values), ids)
    return sum(connection.execute(each).rowcount for each in parts)


def _parts(statement: S, ids: Sequence[int] | None) -> Iterator[S]:
    """`statement` for some of `ids` after the others; None: for whatever rows it finds."""
    if ids is None:
        yield statement
    for some in batched(ids or (), _CHUNK):
        yield statement.where(d.id.in_(some))
