"""Bounces and complaints: who could not be reached, and who wants no emails, and what follows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from publisher.durations import micros
from publisher.mime.addresses import AddressError, parse_address
from publisher.model.contacts import Bounce, BounceKind, EventKind, Share, SoftLimit
from publisher.model.deliveries import State
from publisher.outbox.contacts.events import note_subscriptions
from publisher.outbox.contacts.recipients import CONTACTS, suppress
from publisher.outbox.contacts.subscribers import leave
from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import (
    bounces,
    deliveries,
    editions,
    events,
    subscriptions,
)

_EVENTS: Final = {
    BounceKind.HARD: EventKind.BOUNCED,
    BounceKind.SOFT: EventKind.SOFT_BOUNCED,
    BounceKind.BLOCKED: EventKind.BLOCKED,
}
_REPORTED: Final = {EventKind.BOUNCED, EventKind.BLOCKED, EventKind.COMPLAINED}
_DAY: Final = 86_400_000_000
SOFT: Final = SoftLimit()

_b, _d, _e, _s = bounces.c, deliveries.c, events.c, subscriptions.c


class Bounces(Store):
    """Who could not be reached, and who complained.

    What a delivery reports counts once for each kind: told again, it changes nothing.
    """

    def record(self, found: Sequence[Bounce], limit: SoftLimit = SOFT) -> None:
        """Note bounces; whoever is given up is suppressed, their queued emails withdrawn.

        These are the recipients of hard bounces, and those with soft ones on too many days.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        if not found:
            return
        with self.database.writing(CONTACTS) as connection:
            for bounce in found:
                if _is_news(connection, bounce):
                    _insert(connection, bounce)
                    _give_up(connection, bounce, limit)

    def complain(self, delivery_id: int, said: str, now: datetime) -> None:
        """A reader calls an email unwanted: unsubscribed from its newsletter, and suppressed."""
        with self.database.writing(CONTACTS) as connection:
            row = _delivery(connection, delivery_id)
            if row is None or not _note(connection, row, EventKind.COMPLAINED, said, now):
                return
            why = f"complained: {said}"
            leave(connection, _s.id == row.subscriber_id, why, now)
            suppress(connection, [(_key(row.recipient), row.recipient, why, now)])

    def note(self, delivery_id: int, kind: EventKind, said: str, now: datetime) -> None:
        """Something was reported of an email by which nothing changes, such as a delay."""
        with self.database.writing() as connection:
            row = _delivery(connection, delivery_id)
            if row is not None:
                _note(connection, row, kind, said, now)

    def recipient(self, delivery_id: int) -> tuple[str, int | None] | None:
        """To whom a delivery went, and the edition it is of; None: there is no such email."""
        with self.database.reading() as connection:
            row = _delivery(connection, delivery_id)
        return (row.recipient, row.edition_id) if row is not None and row.recipient else None

    def share(self, edition_id: int) -> Share | None:
        """How the emails of an edition fared; None: it is none of a newsletter."""
        c = editions.c
        wanted = select(c.owner, c.channel, c.after_id, c.last_id).where(c.id == edition_id)
        with self.database.reading() as connection:
            edition = connection.execute(wanted.where(c.slot_id.is_not(None))).first()
            if edition is None or edition.last_id is None:
                return None
            ids = and_(_d.id > edition.after_id, _d.id <= edition.last_id)
            mine = and_(ids, _d.edition_id == edition_id)
            sent = func.count().filter(_d.state == State.SENT)
            counted = connection.execute(select(sent, func.min(_d.queued_at)).where(mine)).one()
            reported = _reported(connection, mine)
        if counted[1] is None:
            return None
        complained = reported.pop(EventKind.COMPLAINED, 0)
        bounced = sum(reported.values())
        owner, channel = edition.owner, edition.channel
        return Share(owner, channel, counted[1], counted[0], bounced, complained)

    def stream(self, recipient: str | None = None) -> Iterator[Bounce]:
        """The bounces of one address or of all, in the order of their deliveries; see `pages`."""
        wanted = select(
            _b.delivery_id, _d.recipient, _b.email_key, _b.kind, _b.status, _b.text, _b.at
        )
        wanted = wanted.select_from(bounces.outerjoin(deliveries, _d.id == _b.delivery_id))
        if recipient is not None:
            wanted = wanted.where(_b.email_key == _key(recipient))
        for row in self.pages(wanted, _b.delivery_id):
            address, kind = row.recipient or row.email_key, BounceKind(row.kind)
            yield Bounce(row.delivery_id, address, kind, row.status, row.text, row.at)


def _reported(connection: Connection, mine: ColumnElement[bool]) -> dict[str, int]:
    """How many deliveries among `mine` were reported, by kind."""
    kinds = [kind.value for kind in _REPORTED]
    joined = events.join(deliveries, _d.id == _e.delivery_id)
    wanted = select(_e.kind, func.count()).select_from(joined)
    rows = connection.execute(wanted.where(mine, _e.kind.in_(kinds)).group_by(_e.kind))
    return {row[0]: row[1] for row in rows}


def _is_news(connection: Connection, bounce: Bounce) -> bool:
    """Write the bounce into the reader's history; False where it stands there."""
    row = _delivery(connection, bounce.delivery_id)
    said = f"{bounce.status}: {bounce.text}" if bounce.status else bounce.text
    if row is not None and row.subscriber_id is not None and _exists(connection, row):
        return _note(connection, row, _EVENTS[bounce.kind], said, bounce.at)
    same = select(_b.kind).where(_b.delivery_id == bounce.delivery_id)
    return connection.scalar(same) != bounce.kind.value


def _insert(connection: Connection, bounce: Bounce) -> None:
    """The newest of a delivery's bounces stands; but a hard one always does."""
    new = dialect_insert(connection, bounces).values(_row(bounce))
    changed = {name: new.excluded[name] for name in ("email_key", "kind", "status", "text", "at")}
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["delivery_id"],
            set_=changed,
            where=or_(_b.kind != BounceKind.HARD.value, new.excluded.kind == BounceKind.HARD.value),
        )
    )


def _give_up(connection: Connection, bounce: Bounce, limit: SoftLimit) -> None:
    why = f"bounced: {bounce.status or bounce.text}"
    match bounce.kind:
        case BounceKind.SOFT:
            days = _soft_days(connection, _key(bounce.recipient), bounce.at, limit)
            if days < limit.days:
                return
            why = f"bounced on {days} days: {bounce.status or bounce.text}"
        case BounceKind.BLOCKED:
            return
    suppress(connection, [(_key(bounce.recipient), bounce.recipient, why, bounce.at)])


def _soft_days(connection: Connection, key: str, now: datetime, limit: SoftLimit) -> int:
    """On how many days of the last ones there was a soft bounce; a day counts once."""
    recent = and_(_b.email_key == key, _b.kind == BounceKind.SOFT.value, _b.at > now - limit.within)
    moments = connection.scalars(select(_b.at).where(recent))
    return len({micros(moment) // _DAY for moment in moments})


def _delivery(connection: Connection, delivery_id: int) -> Any:
    """What is needed of a delivery's row; None: there is none."""
    columns = (_d.id, _d.recipient, _d.subscriber_id, _d.edition_id)
    return connection.execute(select(*columns).where(_d.id == delivery_id)).first()


def _exists(connection: Connection, row: Any) -> bool:
    return connection.scalar(select(_s.id).where(_s.id == row.subscriber_id)) is not None


def _note(connection: Connection, row: Any, kind: EventKind, said: str, at: datetime) -> bool:
    mine = _s.id == row.subscriber_id
    return note_subscriptions(connection, mine, kind, said, at, delivery_id=row.id) > 0


def _row(bounce: Bounce) -> dict[str, object]:
    same = {name: getattr(bounce, name) for name in ("delivery_id", "kind", "status", "text", "at")}
    return same | {"email_key": _key(bounce.recipient)}


def _key(recipient: str) -> str:
    """What the address is known by; one that never was an address is known as it is written."""
    try:
        return parse_address(recipient).key
    except AddressError:
        return recipient
