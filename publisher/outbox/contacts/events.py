"""What happened to whom, when and why: one line for every change of a reader's state."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, cast, func, literal, null, select

from publisher.model.contacts import Event, EventKind
from publisher.outbox.db.engine import dialect_insert
from publisher.outbox.db.tables import contacts, events, subscriptions
from publisher.outbox.db.types import Moment, Words

NOBODYS: Final = cast(null(), events.c.delivery_id.type)
"""Where a line is about no subscription, or no delivery."""

_COLUMNS = ("contact_id", "subscription_id", "delivery_id", "kind", "reason", "at")


def note_contacts(
    connection: Connection, which: ColumnElement[bool], kind: EventKind, reason: str, at: datetime
) -> None:
    """Write a line for each contact among `which`."""
    rows = select(contacts.c.id, NOBODYS, NOBODYS, *_facts(kind, reason, at)).where(which)
    note_rows(connection, rows)


def note_subscriptions(
    connection: Connection,
    which: ColumnElement[bool],
    kind: EventKind,
    reason: str,
    at: datetime,
    *,
    delivery_id: int | None = None,
) -> int:
    """Write a line for each subscription among `which`; says how many are new.

    What one delivery reports counts once for each kind.
    """
    s = subscriptions.c
    number = literal(delivery_id, events.c.delivery_id.type)
    rows = select(s.contact_id, s.id, number, *_facts(kind, reason, at)).where(which)
    return note_rows(connection, rows)


def history(connection: Connection, contact_id: int) -> Iterator[Event]:
    """The lines of one contact, the oldest first."""
    e = events.c
    newsletter = func.coalesce(subscriptions.c.newsletter, "")
    wanted = select(e.kind, e.reason, e.at, newsletter, e.delivery_id).where(
        e.contact_id == contact_id
    )
    wanted = wanted.select_from(
        events.outerjoin(subscriptions, subscriptions.c.id == e.subscription_id)
    )
    for row in connection.execute(wanted.order_by(e.id)):
        yield Event(EventKind(row[0]), *row[1:])


def _facts(kind: EventKind, reason: str, at: datetime) -> list[Any]:
    return [literal(kind.value), literal(reason, Words), literal(at, Moment)]


def note_rows(connection: Connection, rows: Select[Any]) -> int:
    """Write lines that are as the table has them, but for their numbers; says how many are new."""
    new = dialect_insert(connection, events).from_select(_COLUMNS, rows)
    counted = new.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(counted).rowcount
