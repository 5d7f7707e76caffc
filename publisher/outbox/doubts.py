"""Refusals that look alike: one reader's may be about that reader, three readers' are not.

A refusal that does not surely speak of the reader's mailbox rejects the row, and is kept here until
the channel's next email is accepted. Three that look alike, or five of any kind, with nothing
accepted in between: the rows are queued again, however long ago they were rejected, and the channel
is paused. All of it is decided in the transaction that settles, whichever process it is of.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, case, delete, exists, select, update

from publisher.model.deliveries import Doubt, State, Weighing
from publisher.outbox.channels import pause_within
from publisher.outbox.db.engine import Store, dialect_insert, take_lock
from publisher.outbox.db.tables import deliveries, doubts
from publisher.outbox.subscribers.recipients import withdraw

ALIKE: Final = 3
"""Refusals that look alike, one after the other."""

OF_ANY_KIND: Final = 5
"""Refusals that have only in common that nothing was accepted between them."""

d = deliveries.c


def weigh(connection: Connection, weighing: Weighing, now: datetime) -> str:
    """Take note of refusals, and put them back if they are too many; says why, "" if they are not.

    Whoever calls it has the turn of CONTACTS, and has settled the rows as rejected.
    """
    take_lock(connection, f"doubts {weighing.channel}")
    why = ""
    mine = doubts.c.channel == weighing.channel
    for number, run in enumerate(weighing.runs):
        if number:
            connection.execute(delete(doubts).where(mine))
        if run:
            _note(connection, weighing.channel, run, now)
            why = _put_back(connection, weighing.channel, now) or why
    return why


def _note(connection: Connection, channel: str, run: Sequence[Doubt], now: datetime) -> None:
    new = dialect_insert(connection, doubts)
    said = {name: new.excluded[name] for name in ("likeness", "said", "at")}
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
    connection.execute(new.on_conflict_do_update(index_elements=["delivery_id"], set_=said), rows)


def _put_back(connection: Connection, channel: str, now: datetime) -> str:
    """Queue the channel's doubtful rows again if they are too many, and pause it."""
    kept = select(doubts.c.delivery_id, doubts.c.likeness, doubts.c.said)
    found = connection.execute(kept.where(doubts.c.channel == channel).order_by(doubts.c.at)).all()
    alike = Counter(likeness for _, likeness, _ in found)
    if len(found) < OF_ANY_KIND and max(alike.values(), default=0) < ALIKE:
        return ""
    numbers = [number for number, *_ in found]
    fewer = case((d.attempts > 0, d.attempts - 1), else_=0)
    again = update(deliveries).where(d.id.in_(numbers), d.state == State.REJECTED)
    values = {"state": State.QUEUED, "attempts": fewer, "not_before": now, "ended_at": None}
    connection.execute(again.values(values))
    withdraw(connection, d.id.in_(numbers))
    said: str = found[-1][2]
    why = f"the same refusal for several recipients in a row: {said}"
    pause_within(connection, channel, why, None, now)
    return why


class Doubts(Store):
    """What was refused since the last email that was accepted."""

    def has_any(self, channel: str) -> bool:
        """Tell whether a refusal is kept that the next acceptance would settle for good."""
        found = select(exists().where(doubts.c.channel == channel))
        with self.database.reading() as connection:
            return bool(connection.scalar(found))
