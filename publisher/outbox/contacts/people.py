"""A person's page of history, who may be mailed again, and how many there are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, delete, exists, func, select

from publisher.durations import utc_now
from publisher.mime.addresses import parse_address
from publisher.model.contacts import EventKind, Numbers, Released
from publisher.outbox.contacts.erasure import REASON
from publisher.outbox.contacts.events import note_contacts
from publisher.outbox.contacts.hashes import hashed
from publisher.outbox.contacts.recipients import CONTACTS, is_suppressed, people
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import contacts, deliveries, events, subscriptions, suppressions

LATELY: Final = 2_000_000
"""Among so many newest messages a person's own are looked for; no index leads to them."""

_d, _s, _c = deliveries.c, subscriptions.c, contacts.c
_GRAVE: Final = ("complain", "spam", REASON)
"""What the reason of a suppression says that is not lightly ended."""


class People(Store):
    """What the owner asks about people."""

    def messages(self, email: str, most: int | None = None) -> Sequence[int]:
        """The ids of what was sent or is queued to an address, the newest first.

        With `most`, only so many, among the newest of all messages.
        """
        mine = select(_s.id).select_from(people).where(_c.email_key == parse_address(email).key)
        with self.database.reading() as connection:
            ids = connection.scalars(mine).all()
            wanted = select(_d.id).where(_d.subscriber_id.in_(ids)).order_by(_d.id.desc())
            if most is not None:
                newest = connection.scalar(select(func.max(_d.id))) or 0
                wanted = wanted.where(_d.id > newest - LATELY).limit(most)
            return connection.scalars(wanted).all() if ids else []

    def release(self, email: str, reason: str, *, force: bool = False) -> Released:
        """End a suppression, and say why in the history; whoever left stays unsubscribed.

        After a complaint or an erasure only with `force`.
        """
        key, now = parse_address(email).key, utc_now()
        with self.database.writing(CONTACTS) as connection:
            mine = suppressions.c.email_key.in_([key, *hashed(connection, [key])])
            found = connection.scalars(select(suppressions.c.reason).where(mine)).all()
            if not found:
                return Released.NOT_SUPPRESSED
            complaints = exists().where(
                events.c.contact_id == _c.id, events.c.kind == EventKind.COMPLAINED
            )
            complained = connection.scalar(select(_c.id).where(_c.email_key == key, complaints))
            grave = any(word in each.casefold() for each in found for word in _GRAVE)
            if (grave or complained is not None) and not force:
                return Released.GRAVE
            connection.execute(delete(suppressions).where(mine))
            note_contacts(connection, _c.email_key == key, EventKind.RELEASED, reason, now)
        return Released.RELEASED

    def numbers(self, since: datetime) -> Iterator[Numbers]:
        """Each newsletter's numbers; who joined and left is counted from `since` on."""
        states = [
            func.count().filter(and_(_s.state == state, ~is_suppressed))
            for state in ("active", "pending", "unsubscribed")
        ]
        never = func.count().filter(is_suppressed)
        segments = func.count(_s.segment.distinct()).filter(
            and_(_s.state == "active", ~is_suppressed)
        )
        counted = select(_s.newsletter, *states, never, segments).select_from(people)
        rows = self.rows(counted.group_by(_s.newsletter).order_by(_s.newsletter))
        moved = self._moved(since)
        for row in rows:
            kinds = (EventKind.SUBSCRIBED, EventKind.UNSUBSCRIBED)
            yield Numbers(*row, *(moved.get((row[0], kind.value), 0) for kind in kinds))

    def _moved(self, since: datetime) -> dict[tuple[str, str], int]:
        e = events.c
        both = events.join(subscriptions, _s.id == e.subscription_id)
        counted = select(_s.newsletter, e.kind, func.count()).select_from(both)
        counted = counted.where(e.at >= since).group_by(_s.newsletter, e.kind)
        return {(newsletter, kind): number for newsletter, kind, number in self.rows(counted)}
