"""Emails of the system to one reader: queued in the transaction that they tell of."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, case, func, insert, literal, select, update

from publisher.durations import EPOCH, micros
from publisher.model.contacts import SubscriptionState
from publisher.model.deliveries import Kind
from publisher.outbox.contacts.recipients import is_suppressed, people
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import (
    contacts,
    deliveries,
    editions,
    is_queued,
    is_system,
    subscriptions,
)
from publisher.outbox.deliveries.keys import delivery_key
from publisher.outbox.fanout import BLANK

SYSTEM: Final = "system"
"""The payload by which such an email is told from one of an edition."""

d = deliveries.c


class SystemQueue(Store):
    """The emails of the system that wait."""

    def waiting(self, now: datetime) -> list[str]:
        """The channels on which one is due."""
        due = select(d.channel).where(is_queued, is_system, d.not_before <= now).distinct()
        return [row.channel for row in self.rows(due)]

    def count(self, now: datetime) -> int:
        """How many are due; cheap enough to be asked twice a second."""
        due = select(func.count()).select_from(deliveries)
        return self.scalar(due.where(is_queued, is_system, d.not_before <= now)) or 0

    def bring_forward(self, channel: str, now: datetime) -> None:
        """Those that were put off and are due now go before every edition again."""
        late = and_(is_queued, is_system, d.not_before > EPOCH, d.not_before <= now)
        late = and_(late, d.channel == channel)
        if self.scalar(select(func.count()).select_from(deliveries).where(late)):
            self.execute(update(deliveries).where(late).values(not_before=EPOCH))


def system_row(
    edition: Any, subscription_id: int, at: datetime, *, recipient: str, name: str, token: str
) -> dict[str, Any]:
    """The row that `queue_system` writes, where all of it is known; of `edition` id and owner."""
    return _fixed(edition.id, subscription_id, at) | {
        "channel": edition.channel,
        "owner": edition.owner,
        "edition_id": edition.id,
        "subscriber_id": subscription_id,
        "recipient": recipient,
        "recipient_name": name,
        "token": token,
    }


def _fixed(edition_id: int, subscription_id: int, at: datetime) -> dict[str, Any]:
    return BLANK | {
        "key": delivery_key(f"system {edition_id} {subscription_id} {micros(at)}", ""),
        "kind": Kind.EMAIL,
        "slot": at,
        "post_path": "",
        "payload": SYSTEM,
        "queued_at": at,
        "not_before": EPOCH,
    }


def queue_system(
    connection: Connection,
    edition_id: int,
    subscription_id: int,
    at: datetime,
    recipient: str = "",
) -> int | None:
    """Queue a frozen email for one subscription, whatever its state, unless it is suppressed.

    It is claimed before every edition: it waits since 1970. `recipient` is another address than
    the subscription's. Gives the delivery's number.
    """
    fixed = _fixed(edition_id, subscription_id, at)
    # Who has not confirmed may have been named by a stranger, with words of the stranger's choice.
    is_known = subscriptions.c.state == SubscriptionState.ACTIVE
    own = {
        "channel": editions.c.channel,
        "owner": editions.c.owner,
        "edition_id": editions.c.id,
        "subscriber_id": subscriptions.c.id,
        "recipient": literal(recipient, contacts.c.email.type) if recipient else contacts.c.email,
        "recipient_name": case((is_known, contacts.c.name), else_=""),
        "token": subscriptions.c.token,
    }
    same = {name: literal(value, deliveries.c[name].type) for name, value in fixed.items()}
    columns = {name: column.label(name) for name, column in (own | same).items()}
    rows = select(*columns.values()).select_from(people.join(editions, editions.c.id == edition_id))
    rows = rows.where(subscriptions.c.id == subscription_id, ~is_suppressed)
    connection.execute(insert(deliveries).from_select(list(columns), rows))
    mine = select(d.id).where(is_queued, is_system, d.key == fixed["key"])
    return connection.scalar(mine)
