"""Refusals that may be about the account rather than about one message.

Of an email it is told afterwards. A refusal that does not surely speak of the recipient's mailbox
rejects the row, and is kept here until the channel's next email is accepted. Three that look alike,
or five of any kind, with nothing accepted in between: the rows are queued again, however long ago
they were rejected, and the channel is paused. All of it is decided in the transaction that settles.

Of a note it is told before: a refused one waits, and the next one tells.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, case, delete, exists, func, or_, select, update

from publisher.model.channels import Blame
from publisher.model.deliveries import Doubt, State, Weighing
from publisher.outbox.channels import pause_within
from publisher.outbox.db.engine import Store, dialect_insert, take_lock
from publisher.outbox.db.tables import (
    deliveries,
    doubts,
    is_finished,
    is_note,
    is_queued,
    is_sending,
    is_unknown,
    refusals,
)
from publisher.outbox.subscribers.recipients import withdraw

ALIKE: Final = 3
"""Refusals that look alike, one after the other."""

OF_ANY_KIND: Final = 5
"""Refusals that have only in common that nothing was accepted between them."""

d, r = deliveries.c, refusals.c


def weigh(connection: Connection, weighing: Weighing, now: datetime) -> str:
    """Take note of refusals, and put them back if they are too many; says why, "" if they are not.

    Whoever calls it has the lock CONTACTS, and has settled the rows as rejected.
    """
    take_lock(connection, f"doubts {weighing.channel}")
    why = ""
    mine = doubts.c.channel == weighing.channel
    for position, run in enumerate(weighing.runs):
        if position:
            connection.execute(delete(doubts).where(mine))
        if run:
            _note(connection, weighing.channel, run, now)
            why = _put_back(connection, weighing.channel, now) or why
    return why


def _note(connection: Connection, channel: str, run: Sequence[Doubt], now: datetime) -> None:
    new = dialect_insert(connection, doubts)
    same = {name: new.excluded[name] for name in ("likeness", "said", "at")}
    rows: list[dict[str, Any]] = [
        {
            "delivery_id": doubt.id,
            "channel": channel,
            "likeness": doubt.likeness,
            "said": doubt.said,
            "at": now,
        }
        for doubt in run
    ]
    connection.execute(new.on_conflict_do_update(index_elements=["delivery_id"], set_=same), rows)


def _put_back(connection: Connection, channel: str, now: datetime) -> str:
    """Queue the channel's doubtful rows again if they are too many, and pause it."""
    kept = select(doubts.c.delivery_id, doubts.c.likeness, doubts.c.said)
    found = connection.execute(kept.where(doubts.c.channel == channel).order_by(doubts.c.at)).all()
    alike = Counter(likeness for _, likeness, _ in found)
    if len(found) < OF_ANY_KIND and max(alike.values(), default=0) < ALIKE:
        return ""
    ids = [row.delivery_id for row in found]
    fewer = case((d.attempts > 0, d.attempts - 1), else_=0)
    again = update(deliveries).where(d.id.in_(ids), d.state == State.REJECTED)
    values = {"state": State.QUEUED, "attempts": fewer, "not_before": now, "ended_at": None}
    connection.execute(again.values(values))
    withdraw(connection, d.id.in_(ids))
    why = f"the same refusal for several recipients in a row: {found[-1].said}"
    pause_within(connection, channel, why, None, now)
    return why


class Doubts(Store):
    """Decides by what else the network refused and took on the channel."""

    def has_any(self, channel: str) -> bool:
        """Tell whether a refusal is kept that the next acceptance would settle for good."""
        found = select(exists().where(doubts.c.channel == channel))
        with self.database.reading() as connection:
            return bool(connection.scalar(found))

    def blame(self, channel: str, note: int, now: datetime) -> Blame:
        """Whom the refusal of a note, which the caller holds, is meant for.

        It is remembered until the note is settled. One decision at a time on each channel, however
        many processes send there. What came first is known by counting, whatever clocks say.

        Raises:
            StorageError: the database cannot be written; then nothing is remembered.
        """
        with self.database.writing(f"refusals {channel}") as connection:
            _forget_settled(connection, channel)
            taken = _taken(connection, channel)
            before = connection.scalar(select(r.taken).where(r.delivery_id == note))
            if before is not None and taken > before:
                connection.execute(delete(refusals).where(r.delivery_id == note))
                return Blame.MESSAGE
            other = (r.channel == channel, r.delivery_id != note, r.taken >= taken)
            second = connection.scalar(select(exists().where(*other)))
            again = before is not None and not _others_due(connection, channel, now)
            _remember(connection, channel, note, taken)
            return Blame.ACCOUNT if second or again else Blame.UNKNOWN


def _forget_settled(connection: Connection, channel: str) -> None:
    still_open = or_(is_queued, is_sending, is_unknown)
    ids = select(d.id).where(d.id == r.delivery_id, still_open)
    connection.execute(delete(refusals).where(r.channel == channel, ~ids.exists()))


def _remember(connection: Connection, channel: str, note: int, taken: int) -> None:
    new = dialect_insert(connection, refusals)
    new = new.values(delivery_id=note, channel=channel, taken=taken)
    same = new.on_conflict_do_update(index_elements=["delivery_id"], set_={"taken": taken})
    connection.execute(same)


def _taken(connection: Connection, channel: str) -> int:
    """How many notes the channel's network has taken so far."""
    sent = (is_note, d.channel == channel, d.state == State.SENT, is_finished)
    return int(connection.scalar(select(func.count()).select_from(deliveries).where(*sent)) or 0)


def _others_due(connection: Connection, channel: str, now: datetime) -> bool:
    """Whether there is another to try, so that this one need not decide alone."""
    due = exists().where(is_queued, d.channel == channel, d.not_before <= now)
    return bool(connection.scalar(select(due)))
