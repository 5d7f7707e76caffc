"""A reader moves to another address, and proves first that emails to it are read."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update

from publisher.mime.addresses import Address
from publisher.model.contacts import EventKind, Subscriber
from publisher.outbox.contacts.events import note_subscriptions
from publisher.outbox.contacts.recipients import CONTACTS
from publisher.outbox.contacts.subscribers import all_subscribers, subscriber, suppressed
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import contacts, deliveries, is_queued, subscriptions
from publisher.outbox.deliveries.system import queue_system

_s, _c = subscriptions.c, contacts.c


class Moved(StrEnum):
    """What became of a reader's wish for another address."""

    MOVED = "moved"
    TAKEN = "taken"  # somebody with that address is known already
    UNKNOWN = "unknown"  # there is no such reader, or the address must never be mailed


class Addresses(Store):
    """Readers' moves to other addresses."""

    def ask(self, token: str, address: Address, mail: int, now: datetime) -> None:
        """Queue the frozen `mail` that asks at the new address whether it is the reader's."""
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is not None and not suppressed(connection, [address.key]):
                queue_system(connection, mail, found.id, now, address.written)

    def move(self, token: str, address: Address, now: datetime, mail: int | None = None) -> Moved:
        """All that goes to the reader goes to `address` from now on, also what waits.

        `mail` is the frozen email that tells the old address of it.
        """
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is None or suppressed(connection, [address.key]):
                return Moved.UNKNOWN
            holder = connection.scalar(select(_c.id).where(_c.email_key == address.key))
            if holder not in {None, found.contact_id}:
                return Moved.TAKEN
            if found.email != address.written:
                _move(connection, found, address, now)
                if mail is not None and holder is None:
                    queue_system(connection, mail, found.id, now, found.email)
            return Moved.MOVED


def _move(connection: Connection, found: Subscriber, address: Address, now: datetime) -> None:
    values = {"email": address.written, "email_key": address.key}
    connection.execute(update(contacts).where(_c.id == found.contact_id).values(values))
    mine = _s.contact_id == found.contact_id
    waiting = deliveries.c.subscriber_id.in_(select(_s.id).where(mine))
    change = update(deliveries).where(is_queued, waiting)
    connection.execute(change.values(recipient=address.written))
    note_subscriptions(connection, _s.id == found.id, EventKind.CHANGED, "another address", now)


def _found(connection: Connection, token: str) -> Subscriber | None:
    row = connection.execute(all_subscribers().where(_s.token == token)).first()
    return None if row is None else subscriber(row)
