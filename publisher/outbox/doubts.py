"""Refusals that may be about the account rather than about one message.

Of an email it is told afterwards. A refusal that does not surely speak of the recipient's mailbox
rejects the row, and is kept here until the channel's next email is accepted. Three that look alike,
or five of any kind, with nothing accepted in between: the rows are queued again, however long ago
they were rejected, and the channel is paused. All of it is decided in the transaction that settles.

Of a note it is told before: a refused one waits, and the next one tells.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, delete, exists, func, select, update

from publisher.model.channels import Blame
from publisher.model.deliveries import Doubt, State
from publisher.outbox.channels import pause_within
from publisher.outbox.contacts.recipients import withdraw
from publisher.outbox.db.engine import Store, take_lock, upsert
from publisher.outbox.db.tables import (
    deliveries,
    doubts,
    is_finished,
    is_note,
    is_open,
    is_queued,
    refusals,
)

ALIKE: Final = 3
"""Refusals that look alike, one after the other."""

OF_ANY_KIND: Final = 5
"""Refusals that have only in common that nothing was accepted between them."""

d, r = deliveries.c, refusals.c


def weigh(
    connection: Connection, channel: str, runs: Sequence[Sequence[Doubt]], now: datetime
) -> str:
    """Take note of refusals, and put them back if they are too many; says why, "" if they are not.

    They are in the order in which they came: the first of `runs` goes on with what came before,
    each further one follows an acceptance. Whoever calls it has the lock CONTACTS, and has settled
    the rows as rejected.
    """
    why = ""
    take_lock(connection, f"doubts {channel}")
    for position, run in enumerate(runs):
        if position:
            connection.execute(delete(doubts).where(doubts.c.channel == channel))
        if run:
            rows = [
                {"delivery_id": row, "channel": channel, "likeness": like, "said": said, "at": now}
                for row, like, said in map(astuple, run)
            ]
            upsert(connection, doubts, rows)
            why = _put_back(connection, channel, now) or why
    return why


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
        return bool(self.scalar(select(exists().where(doubts.c.channel == channel))))

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
            due = exists().where(is_queued, d.channel == channel, d.not_before <= now)
            again = before is not None and not connection.scalar(select(due))
            row = {"delivery_id": note, "channel": channel, "taken": taken}
            upsert(connection, refusals, [row])
            return Blame.ACCOUNT if second or again else Blame.UNKNOWN


def _forget_settled(connection: Connection, channel: str) -> None:
    ids = select(d.id).where(d.id == r.delivery_id, is_open)
    connection.execute(delete(refusals).where(r.channel == channel, ~ids.exists()))


def _taken(connection: Connection, channel: str) -> int:
    """How many notes the channel's network has taken so far."""
    sent = (is_note, d.channel == channel, d.state == State.SENT, is_finished)
    return int(connection.scalar(select(func.count()).select_from(deliveries).where(*sent)) or 0)
