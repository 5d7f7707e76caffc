"""Who is mailed, and what happens to queued mail of those who leave."""

from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, update

from publisher.outbox.records import State
from publisher.outbox.tables import deliveries, is_queued, subscribers, suppressions

PEOPLE: Final = "people"
"""The turn of whatever queues a mail for a reader or lets a reader leave."""

LEFT: Final = "the reader has left"

is_reader = and_(
    subscribers.c.state == "active",
    ~exists().where(suppressions.c.email_key == subscribers.c.email_key),
)
_has_reader = exists().where(subscribers.c.id == deliveries.c.subscriber_id, is_reader)


def withdraw(connection: Connection, which: ColumnElement[bool]) -> int:
    """Cancel the queued mails among `which` whose reader has left; says how many."""
    leavers = and_(deliveries.c.subscriber_id.is_not(None), ~_has_reader)
    found = update(deliveries).where(is_queued, which, leavers)
    return connection.execute(found.values(state=State.CANCELLED, error=LEFT)).rowcount
