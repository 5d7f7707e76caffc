"""Erasing a person: all that is left is a keyed hash, by which the address is never mailed again.

The hash says nothing to whoever has no secret of this database (HMAC-SHA256, RFC 2104), and
nothing in another database. What was sent stays countable, without address and name.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, case, delete, insert, or_, select, update

from publisher.durations import utc_now
from publisher.errors import UsageError
from publisher.mime.addresses import parse_address
from publisher.model.contacts import ImportRow
from publisher.model.deliveries import State
from publisher.outbox.contacts.hashes import FACT, hash_of, hashed, is_hash, secret_of
from publisher.outbox.contacts.recipients import CONTACTS
from publisher.outbox.db.engine import Store, batched, dialect_insert
from publisher.outbox.db.tables import (
    bounces,
    contacts,
    deliveries,
    doubts,
    events,
    facts,
    is_queued,
    is_sending,
    is_unknown,
    subscriptions,
    suppressions,
)

REASON: Final = "erased"
_SECRET_BYTES: Final = 32
_MOST: Final = 1_000  # parameters in one statement

_d = deliveries.c


class Erasure(Store):
    """Removes people, as they may ask for (GDPR, article 17)."""

    def erase(self, email: str) -> bool:
        """Remove all that is known of an address, for good; False if nothing is, or ever was.

        What is queued for it is withdrawn. Messages, reports and refusals lose its address, its
        name and what servers said of it.

        Raises:
            AddressError: `email` is not a valid address.
            UsageError: an email to it is being sent at this moment.
            StorageError: the database cannot be read or written.
        """
        key, now = parse_address(email).key, utc_now()
        with self.database.reading() as connection:  # looking through all of them takes a while
            before = _messages(connection, key, 0)
            newest = connection.scalar(select(_d.id).order_by(_d.id.desc()).limit(1)) or 0
        with self.database.writing(CONTACTS) as connection:
            same = contacts.c.email_key == key
            contact = connection.scalar(select(contacts.c.id).where(same))
            known = delete(suppressions).where(suppressions.c.email_key == key)
            if not connection.execute(known).rowcount and contact is None:
                return _is_erased(connection, key)
            for ids in batched([*before, *_messages(connection, key, newest)], _MOST):
                _forget_messages(connection, ids, now)
            _forget_reports(connection, key, contact)
            _suppresshash_of(connection, key, now)
        return True


@dataclass(slots=True)
class NotErased:
    """The rows of a list but for those of people who were erased, which are counted."""

    rows: Iterable[ImportRow]
    secret: bytes
    hashes: frozenset[str]
    left_out: int = 0

    def __iter__(self) -> Iterator[ImportRow]:
        if not self.hashes:
            yield from self.rows
            return
        for row in self.rows:
            if hash_of(self.secret, row.key) in self.hashes:
                self.left_out += 1
            else:
                yield row

    def erased_since(self, connection: Connection) -> Callable[[str], bool] | None:
        """Tells by the key of an address who was erased after this was made; None: nobody."""
        new = _hashes(connection) - self.hashes
        secret = secret_of(connection)
        self.hashes |= new
        return (lambda key: hash_of(secret, key) in new) if new else None


def not_erased(connection: Connection, rows: Iterable[ImportRow]) -> NotErased:
    """`rows` without those who were erased."""
    hashes = _hashes(connection)
    return NotErased(rows, secret_of(connection) if hashes else b"", hashes)


def _hashes(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(select(suppressions.c.email_key).where(is_hash)))


def _is_erased(connection: Connection, key: str) -> bool:
    mine = suppressions.c.email_key.in_(hashed(connection, [key]))
    return connection.scalar(select(suppressions.c.reason).where(mine)) is not None


def _suppresshash_of(connection: Connection, key: str, now: datetime) -> None:
    secret = secret_of(connection)
    if not secret:
        secret = secrets.token_urlsafe(_SECRET_BYTES).encode()
        connection.execute(insert(facts).values(name=FACT, value=secret.decode()))
    row = {"email_key": hash_of(secret, key), "email": "", "reason": REASON, "created_at": now}
    never = dialect_insert(connection, suppressions).on_conflict_do_nothing()
    connection.execute(never, row)


def _messages(connection: Connection, key: str, after: int) -> Sequence[int]:
    """The ids of whatever was queued for an address behind `after`."""
    mine = select(subscriptions.c.id).join(contacts, contacts.c.id == subscriptions.c.contact_id)
    ids = connection.scalars(mine.where(contacts.c.email_key == key)).all()
    wanted = select(_d.id).where(_d.id > after, _d.subscriber_id.in_(ids))
    return connection.scalars(wanted).all() if ids else []


def _forget_messages(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    mine = _d.id.in_(ids)
    if connection.scalar(select(_d.id).where(mine, is_sending).limit(1)) is not None:
        raise UsageError("an email to them is being sent at this moment", "try again in a minute")
    ended: dict[str, Any] = {
        "state": State.CANCELLED, "error": REASON, "ended_at": now, "not_before": None
    }  # fmt: skip
    connection.execute(update(deliveries).where(mine, or_(is_queued, is_unknown)).values(ended))
    blank = dict.fromkeys(["recipient", "recipient_name", "token", "remote_id", "remote_url"], "")
    said = case((_d.error == "", ""), else_=REASON)
    values = {**blank, "error": said, "remark": None, "subscriber_id": None}
    connection.execute(update(deliveries).where(mine).values(values))
    connection.execute(delete(doubts).where(doubts.c.delivery_id.in_(ids)))
    told = update(bounces).where(bounces.c.delivery_id.in_(ids))
    connection.execute(told.values(email_key="", text=""))


def _forget_reports(connection: Connection, key: str, contact: int | None) -> None:
    """What happened with a message is still counted; the rest of the history goes."""
    told = update(bounces).where(bounces.c.email_key == key)
    connection.execute(told.values(email_key="", text=""))
    if contact is None:
        return
    mine = events.c.contact_id == contact
    connection.execute(delete(events).where(mine, events.c.delivery_id.is_(None)))
    nobody = {"contact_id": 0, "subscription_id": None, "reason": REASON}
    connection.execute(update(events).where(mine).values(nobody))
    connection.execute(delete(subscriptions).where(subscriptions.c.contact_id == contact))
    connection.execute(delete(contacts).where(contacts.c.id == contact))
