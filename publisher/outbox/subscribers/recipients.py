"""Who is mailed, and what happens to queued mail of those who leave."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select, update

from publisher.durations import utc_now
from publisher.model.deliveries import State
from publisher.outbox.db.tables import deliveries, is_queued, subscribers, suppressions

PEOPLE: Final = "people"
"""The turn of whatever queues a mail for a reader or lets a reader leave."""

LEFT: Final = "the reader has left"

is_reader = and_(
    subscribers.c.state == "active",
    ~exists().where(suppressions.c.email_key == subscribers.c.email_key),
)
_has_reader = exists().where(subscribers.c.id == deliveries.c.subscriber_id, is_reader)


def readers(newsletter: str) -> Select[Any]:
    """The numbers of the people who get the next edition."""
    return select(subscribers.c.id).where(subscribers.c.newsletter == newsletter, is_reader)


def withdraw(connection: Connection, which: ColumnElement[bool]) -> int:
    """Cancel the queued mails among `which` whose reader has left; says how many."""
    leavers = and_(deliveries.c.subscriber_id.is_not(None), ~_has_reader)
    found = update(deliveries).where(is_queued, which, leavers)
    values = {"state": State.CANCELLED, "error": LEFT, "ended_at": utc_now()}
    return connection.execute(found.values(values)).rowcount
