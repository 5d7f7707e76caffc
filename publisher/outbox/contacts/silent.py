"""Readers of whom nothing was seen for long: asked once, and gone if they do not answer."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, select

from publisher.model.contacts import EventKind, SilentReader
from publisher.outbox.contacts.events import note_subscriptions
from publisher.outbox.contacts.recipients import CONTACTS, is_active, people, withdraw
from publisher.outbox.contacts.subscribers import leave
from publisher.outbox.counts import month_of
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import contacts, deliveries, events, subscriptions
from publisher.outbox.deliveries.system import queue_system

REASON: Final = "whether they still want it"
"""Of the line in a reader's history that says that they were asked."""

_s, _e, _d = subscriptions.c, events.c, deliveries.c
_was_asked: Final = and_(
    _e.contact_id == _s.contact_id,
    _e.subscription_id == _s.id,
    _e.kind == EventKind.ASKED.value,
    _e.reason == REASON,
)


class Silent(Store):
    """Who opened nothing since a moment, of newsletters that count and want to know."""

    def to_ask(
        self, newsletter: str, seen_before: datetime, asked_before: datetime, most: int
    ) -> list[SilentReader]:
        """Those who were not asked since `asked_before`."""
        return self._found(_may_be_asked(newsletter, seen_before, asked_before), most)

    def ask(
        self, number: int, mail: int, newsletter: str, seen_before: datetime,
        asked_before: datetime, now: datetime,
    ) -> None:  # fmt: skip
        """Queue the question for one of `to_ask`, unless that has changed meanwhile."""
        mine = and_(_s.id == number, _may_be_asked(newsletter, seen_before, asked_before))
        with self.database.writing(CONTACTS) as connection:
            if connection.execute(_readers(mine)).first() is None:
                return
            delivery = queue_system(connection, mail, number, now)
            note_subscriptions(
                connection, _s.id == number, EventKind.ASKED, REASON, now, delivery_id=delivery
            )

    def to_drop(
        self, newsletter: str, seen_before: datetime, asked_before: datetime, most: int
    ) -> list[SilentReader]:
        """Those who got the question before `asked_before` and have not answered."""
        return self._found(_may_be_dropped(newsletter, seen_before, asked_before), most)

    def drop(
        self, number: int, mail: int, newsletter: str, seen_before: datetime,
        asked_before: datetime, now: datetime,
    ) -> None:  # fmt: skip
        """Unsubscribe one of `to_drop`, unless that has changed meanwhile; `mail` says goodbye."""
        mine = and_(_s.id == number, _may_be_dropped(newsletter, seen_before, asked_before))
        with self.database.writing(CONTACTS) as connection:
            if connection.execute(_readers(mine)).first() is None:
                return
            leave(connection, _s.id == number, "did not answer whether they still want it", now)
            withdraw(connection, _d.subscriber_id == number)
            queue_system(connection, mail, number, now)

    def _found(self, which: ColumnElement[bool], most: int) -> list[SilentReader]:
        return [SilentReader(*row) for row in self.rows(_readers(which).limit(most))]


def _readers(which: ColumnElement[bool]) -> Select[Any]:
    wanted = select(_s.id, contacts.c.language).select_from(people)
    return wanted.where(which, is_active).order_by(_s.id)


def _is_silent(newsletter: str, seen_before: datetime) -> ColumnElement[bool]:
    return and_(_s.newsletter == newsletter, _s.seen_month < month_of(seen_before))


def _may_be_asked(
    newsletter: str, seen_before: datetime, asked_before: datetime
) -> ColumnElement[bool]:
    asked = exists().where(_was_asked, _e.at >= asked_before)
    return and_(_is_silent(newsletter, seen_before), ~asked)


def _may_be_dropped(
    newsletter: str, seen_before: datetime, asked_before: datetime
) -> ColumnElement[bool]:
    """The question must have gone out: a channel that is paused costs nobody a subscription."""
    arrived = and_(_d.id == _e.delivery_id, _d.state == literal_column("'sent'"))
    asked = exists().where(_was_asked, arrived, _d.sent_at < asked_before, _e.at >= seen_before)
    return and_(_is_silent(newsletter, seen_before), asked)
