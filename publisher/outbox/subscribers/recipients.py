"""Who gets the next edition, and what happens to queued emails of those who no longer do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select, update

from publisher.durations import utc_now
from publisher.model.deliveries import State
from publisher.outbox.db.engine import dialect_insert
from publisher.outbox.db.tables import deliveries, is_queued, subscribers, suppressions

CONTACTS: Final = "people"
"""The lock of whatever queues an email for a subscriber, or lets one unsubscribe."""

is_active = and_(
    subscribers.c.state == "active",
    ~exists().where(suppressions.c.email_key == subscribers.c.email_key),
)


def recipients(newsletter: str) -> Select[Any]:
    """The ids of the subscribers who get the next edition."""
    return select(subscribers.c.id).where(subscribers.c.newsletter == newsletter, is_active)


def withdraw(connection: Connection, which: ColumnElement[bool]) -> int:
    """Cancel the queued emails among `which` whose subscriber is not active; says how many."""
    wanted = exists().where(subscribers.c.id == deliveries.c.subscriber_id, is_active)
    found = update(deliveries).where(
        is_queued, which, deliveries.c.subscriber_id.is_not(None), ~wanted
    )
    ended = found.values(
        state=State.CANCELLED, error="unsubscribed", ended_at=utc_now(), not_before=None
    )
    return connection.execute(ended).rowcount


def suppress(connection: Connection, rows: Sequence[tuple[str, str, str, datetime]]) -> None:
    """Never mail these addresses again, and withdraw their queued emails.

    `rows` are of the table's columns; a reason that is there stays.
    """
    never = dialect_insert(connection, suppressions).on_conflict_do_nothing()
    names = suppressions.columns.keys()
    connection.execute(never, [dict(zip(names, row, strict=True)) for row in rows])
    withdraw_from(connection, [row[0] for row in rows])


def withdraw_from(connection: Connection, keys: Sequence[str] | Select[Any]) -> None:
    """`withdraw` for the addresses known by `keys`, which are a sequence or a query."""
    ids = select(subscribers.c.id).where(subscribers.c.email_key.in_(keys))
    withdraw(connection, deliveries.c.subscriber_id.in_(ids))
