"""Bounces: who could not be reached, and why; who does not exist is never mailed again."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from publisher.mime.addresses import AddressError, parse_address
from publisher.model.contacts import Bounce, BounceKind
from publisher.outbox.contacts.recipients import CONTACTS, suppress
from publisher.outbox.db.engine import Store, upsert
from publisher.outbox.db.tables import bounces, deliveries


class Bounces(Store):
    """Who could not be reached."""

    def record(self, found: Sequence[Bounce]) -> None:
        """Note bounces; recipients of hard ones are suppressed, their queued emails withdrawn.

        A delivery that bounces again has only its newest bounce noted.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        if not found:
            return
        rows = list({bounce.delivery_id: bounce for bounce in found}.values())
        hard = [bounce for bounce in rows if bounce.kind is BounceKind.HARD]
        with self.database.writing(CONTACTS if hard else "") as connection:
            upsert(connection, bounces, [_row(bounce) for bounce in rows])
            if hard:
                suppress(connection, [_suppression(bounce) for bounce in hard])

    def stream(self, recipient: str | None = None) -> Iterator[Bounce]:
        """The bounces of one address or of all, in the order of their deliveries; see `pages`."""
        b, d = bounces.c, deliveries.c
        wanted = select(b.delivery_id, d.recipient, b.email_key, b.kind, b.status, b.text, b.at)
        wanted = wanted.select_from(bounces.outerjoin(deliveries, d.id == b.delivery_id))
        if recipient is not None:
            wanted = wanted.where(b.email_key == _key(recipient))
        for row in self.pages(wanted, b.delivery_id):
            address, kind = row.recipient or row.email_key, BounceKind(row.kind)
            yield Bounce(row.delivery_id, address, kind, row.status, row.text, row.at)


def _row(bounce: Bounce) -> dict[str, object]:
    same = {name: getattr(bounce, name) for name in ("delivery_id", "kind", "status", "text", "at")}
    return same | {"email_key": _key(bounce.recipient)}


def _suppression(bounce: Bounce) -> tuple[str, str, str, datetime]:
    why = f"bounced: {bounce.status or bounce.text}"
    return _key(bounce.recipient), bounce.recipient, why, bounce.at


def _key(recipient: str) -> str:
    """What the address is known by; one that never was an address is known as it is written."""
    try:
        return parse_address(recipient).key
    except AddressError:
        return recipient
