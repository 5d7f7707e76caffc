"""Refusals that may be meant for the account: known to every process, and after a restart."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select

from publisher.model.channels import Blame
from publisher.model.deliveries import State
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import (
    deliveries,
    is_finished,
    is_note,
    is_queued,
    is_sending,
    is_unknown,
    refusals,
)

d, r = deliveries.c, refusals.c


class Refusals(Store):
    """Decides by what else the network refused and took on the channel."""

    def blame(self, channel: str, number: int, now: datetime) -> Blame:
        """Whom the refusal of the note `number`, which the caller holds, is meant for.

        It is remembered until the note is settled. One decision at a time on each channel, however
        many processes send there. What came first is known by counting, whatever clocks say.

        Raises:
            StorageError: the database cannot be written; then nothing is remembered.
        """
        with self.database.writing(f"refusals {channel}") as connection:
            self._forget(connection, channel)
            taken = _taken(connection, channel)
            before = connection.scalar(select(r.taken).where(r.delivery_id == number))
            if before is not None and taken > before:
                connection.execute(delete(refusals).where(r.delivery_id == number))
                return Blame.MESSAGE
            second = _others(connection, channel, number, taken)
            again = before is not None and not _others_due(connection, channel, now)
            self._remember(connection, channel, number, taken)
            return Blame.ACCOUNT if second or again else Blame.UNKNOWN

    def _forget(self, connection: Connection, channel: str) -> None:
        """Drop the refusals of what is settled by now."""
        ids = select(d.id).where(d.id == r.delivery_id, _is_open())
        connection.execute(delete(refusals).where(r.channel == channel, ~ids.exists()))

    def _remember(self, connection: Connection, channel: str, number: int, taken: int) -> None:
        values = {"delivery_id": number, "channel": channel, "taken": taken}
        new = self.database.insert(refusals).values(values)
        same = new.on_conflict_do_update(index_elements=["delivery_id"], set_={"taken": taken})
        connection.execute(same)


def _is_open() -> ColumnElement[bool]:
    return is_queued | is_sending | is_unknown


def _taken(connection: Connection, channel: str) -> int:
    """How many notes the channel's network has taken so far."""
    sent = (is_note, d.channel == channel, d.state == State.SENT, is_finished)
    return int(connection.scalar(select(func.count()).select_from(deliveries).where(*sent)) or 0)


def _others(connection: Connection, channel: str, number: int, taken: int) -> bool:
    """Whether another was refused, and nothing taken since."""
    other = (r.channel == channel, r.delivery_id != number, r.taken >= taken)
    return connection.scalar(select(r.delivery_id).where(*other).limit(1)) is not None


def _others_due(connection: Connection, channel: str, now: datetime) -> bool:
    """Whether there is another to try, so that this one need not decide alone."""
    due = select(d.id).where(is_queued, d.channel == channel, d.not_before <= now)
    return connection.scalar(due.limit(1)) is not None
