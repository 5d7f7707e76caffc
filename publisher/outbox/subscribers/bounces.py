"""Bounces: readers who could not be reached, and why; who does not exist is never mailed again."""

from collections.abc import Sequence

from sqlalchemy import select

from publisher.mime.addresses import AddressError, parse_address
from publisher.model.contacts import Bounce, BounceKind
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import bounces, deliveries, subscribers, suppressions
from publisher.outbox.subscribers.recipients import PEOPLE, withdraw


class Bounces(Store):
    """Who could not be reached."""

    def record(self, found: Sequence[Bounce]) -> None:
        """Note bounces; the readers of hard ones are suppressed, and their queued mail withdrawn.

        A delivery that bounces again has only its newest bounce noted.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        if not found:
            return
        rows = list({bounce.delivery_id: bounce for bounce in found}.values())
        gone = [bounce for bounce in rows if bounce.kind is BounceKind.HARD]
        with self.database.writing(PEOPLE if gone else "") as connection:
            new = self.database.insert(bounces)
            columns = ("email_key", "kind", "status", "text", "at")
            changed = {name: new.excluded[name] for name in columns}
            noted = new.on_conflict_do_update(index_elements=["delivery_id"], set_=changed)
            connection.execute(noted, [_row(bounce) for bounce in rows])
            if gone:
                never = self.database.insert(suppressions).on_conflict_do_nothing()
                connection.execute(never, [_suppression(bounce) for bounce in gone])
                keys = [_key(bounce.recipient) for bounce in gone]
                ids = select(subscribers.c.id).where(subscribers.c.email_key.in_(keys))
                withdraw(connection, deliveries.c.subscriber_id.in_(ids))

    def find(self, recipient: str | None = None) -> list[Bounce]:
        """The bounces of one address or of all, the newest first."""
        b, d = bounces.c, deliveries.c
        wanted = select(b.delivery_id, d.recipient, b.email_key, b.kind, b.status, b.text, b.at)
        wanted = wanted.select_from(bounces.outerjoin(deliveries, d.id == b.delivery_id))
        if recipient is not None:
            wanted = wanted.where(b.email_key == _key(recipient))
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(b.at.desc(), b.delivery_id.desc()))
            return [
                Bounce(number, written or key, BounceKind(kind), status, text, at)
                for number, written, key, kind, status, text, at in rows
            ]


def _row(bounce: Bounce) -> dict[str, object]:
    return {
        "delivery_id": bounce.delivery_id,
        "email_key": _key(bounce.recipient),
        "kind": bounce.kind,
        "status": bounce.status,
        "text": bounce.text,
        "at": bounce.at,
    }


def _suppression(bounce: Bounce) -> dict[str, object]:
    return {
        "email_key": _key(bounce.recipient),
        "email": bounce.recipient,
        "reason": f"bounced: {bounce.status or bounce.text}",
        "created_at": bounce.at,
    }


def _key(recipient: str) -> str:
    """What the address is known by; one that never was an address is known as it is written."""
    try:
        return parse_address(recipient).key
    except AddressError:
        return recipient
