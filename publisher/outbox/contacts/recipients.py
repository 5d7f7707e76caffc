"""Who gets the next edition, and what happens to queued emails of those who no longer do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)

from publisher.durations import utc_now
from publisher.model.contacts import EventKind
from publisher.model.deliveries import Span, State
from publisher.outbox.contacts.events import note_contacts
from publisher.outbox.contacts.hashes import hashed_here
from publisher.outbox.db.engine import dialect_insert
from publisher.outbox.db.tables import (
    contacts,
    deliveries,
    is_queued,
    subscriptions,
    suppressions,
)

CONTACTS: Final = "people"
"""The lock of whatever queues an email for a subscriber, or lets one unsubscribe."""

people = subscriptions.join(contacts, contacts.c.id == subscriptions.c.contact_id)
has_joined = func.coalesce(subscriptions.c.joined_at == subscriptions.c.since, false())
"""For whom posts are new since they joined, not since an edition."""
is_suppressed = exists().where(suppressions.c.email_key == contacts.c.email_key)
is_active = and_(subscriptions.c.state == "active", ~is_suppressed)
_is_edition = deliveries.c.payload == literal_column("''")


def recipients(newsletter: str, segment: str | None = None) -> Select[Any]:
    """The ids of the subscriptions that get the next edition: of one segment, or of all."""
    wanted = select(subscriptions.c.id).select_from(people)
    wanted = wanted.where(subscriptions.c.newsletter == newsletter, is_active)
    return wanted if segment is None else wanted.where(subscriptions.c.segment == segment)


def newcomers(spans: Sequence[Span]) -> ColumnElement[bool]:
    """Who has just come to a segment, for whom posts are new since a moment in `spans`."""
    return or_(false(), *map(_within, spans))


def _within(span: Span) -> ColumnElement[bool]:
    since = subscriptions.c.since
    wanted: list[ColumnElement[bool]] = [since.is_not(None)]
    if span.begin is not None:
        wanted.append(since >= span.begin)
    if span.end is not None:
        wanted.append(since < span.end)
    if span.joined is not None:
        wanted.append(has_joined if span.joined else ~has_joined)
    return and_(*wanted)


def withdraw(connection: Connection, which: ColumnElement[bool]) -> int:
    """Cancel the queued emails among `which` that nobody is to get any more; says how many.

    These are the editions of who is not active, and whatever is queued for the suppressed.
    """
    mine = select(subscriptions.c.id).select_from(people)
    mine = mine.where(subscriptions.c.id == deliveries.c.subscriber_id).correlate(deliveries)
    wanted = mine.where(~is_suppressed, (subscriptions.c.state == "active") | ~_is_edition)
    found = update(deliveries).where(
        is_queued, which, deliveries.c.subscriber_id.is_not(None), ~wanted.exists()
    )
    ended = found.values(
        state=State.CANCELLED, error="unsubscribed", ended_at=utc_now(), not_before=None
    )
    return connection.execute(ended).rowcount


def suppress(connection: Connection, rows: Sequence[tuple[str, str, str, datetime]]) -> None:
    """Never mail these addresses again, and withdraw their queued emails.

    `rows` are of the table's columns; a reason that is there stays. Whoever was erased is
    suppressed already, by a hash, and is not written down again.
    """
    erased = set(hashed_here(connection, [row[0] for row in rows]))
    rows = [row for row in rows if row[0] and row[0] not in erased]
    if not rows:
        return
    never = dialect_insert(connection, suppressions).on_conflict_do_nothing()
    names = suppressions.columns.keys()
    for key, _, reason, at in rows:
        fresh = and_(contacts.c.email_key == key, ~is_suppressed)
        note_contacts(connection, fresh, EventKind.SUPPRESSED, reason, at)
    connection.execute(never, [dict(zip(names, row, strict=True)) for row in rows])
    withdraw_from(connection, [row[0] for row in rows])


def withdraw_from(connection: Connection, keys: Sequence[str] | Select[Any]) -> None:
    """`withdraw` for the addresses known by `keys`, which are a sequence or a query."""
    ids = select(subscriptions.c.id).select_from(people).where(contacts.c.email_key.in_(keys))
    withdraw(connection, deliveries.c.subscriber_id.in_(ids))
