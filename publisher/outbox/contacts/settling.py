"""Which segment a subscription belongs to, whenever choices, language or zone change."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from publisher.model.contacts import Choices, Segment
from publisher.model.deliveries import series_of
from publisher.outbox.contacts.segments import come_into
from publisher.outbox.db.tables import contacts, slots, subscriptions

_s = subscriptions.c


def change_contact(connection: Connection, contact: int, values: dict[str, Any]) -> None:
    """Give a contact those values, if there are any."""
    if values:
        connection.execute(update(contacts).where(contacts.c.id == contact).values(values))


def segment_of(connection: Connection, contact: int, choices: Choices) -> str:
    """The key of the segment of a contact's subscription with those choices."""
    c = contacts.c
    row = connection.execute(select(c.language, c.timezone).where(c.id == contact)).one()
    return Segment.of(choices, row.language, row.timezone).key


def resettle(connection: Connection, contact: int, now: datetime) -> None:
    """Put every subscription of a contact into the segment that its choices now belong to."""
    for row in connection.execute(select(subscriptions).where(_s.contact_id == contact)).all():
        segment = segment_of(connection, contact, Choices.from_json(row.choices))
        if segment != row.segment:
            since = row.since or _last_heard(connection, row) or now
            come_into(connection, row.newsletter, segment, now)
            change = update(subscriptions).where(_s.id == row.id)
            connection.execute(change.values(segment=segment, since=since))


def _last_heard(connection: Connection, row: Any) -> datetime | None:
    """When the posts of the last edition of a reader's segment were read; else: since joining."""
    mine = slots.c.owner == series_of(row.newsletter, row.segment)
    newest = select(slots.c.read_at).where(mine, slots.c.again == "")
    read_at = connection.scalar(newest.order_by(slots.c.slot.desc()).limit(1))
    moments = [moment for moment in (read_at, row.joined_at) if moment is not None]
    return max(moments, default=None)
