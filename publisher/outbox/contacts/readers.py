"""What readers do themselves: ask, confirm, choose, leave. Links name them by their token."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, func, select, update

from publisher.mime.addresses import parse_address
from publisher.model.asking import Ask, Asked
from publisher.model.contacts import (
    Choices,
    Consent,
    EventKind,
    Subscriber,
    SubscriptionState,
)
from publisher.outbox.contacts.asking import ask_many, asked_too_often
from publisher.outbox.contacts.events import note_subscriptions
from publisher.outbox.contacts.recipients import CONTACTS, withdraw
from publisher.outbox.contacts.segments import come_into
from publisher.outbox.contacts.settling import change_contact, resettle, segment_of
from publisher.outbox.contacts.subscribers import (
    all_subscribers,
    leave,
    subscriber,
)
from publisher.outbox.counts import month_of
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import contacts, deliveries, events, subscriptions
from publisher.outbox.deliveries.system import queue_system

NONE: Final = Choices()
SECOND: Final = timedelta(seconds=1)
_AT_ONCE: Final = 500

_s = subscriptions.c


class Readers(Store):
    """What readers do with their own subscriptions."""

    def ask(  # noqa: PLR0913 - what a form has, named by keyword
        self,
        newsletter: str,
        email: str,
        *,
        consent: Consent,
        mail: int | None = None,
        already: int | None = None,
        name: str = "",
        language: str = "",
        timezone: str = "",
        choices: Choices = NONE,
    ) -> Asked:
        """Somebody wants to subscribe `email`: on record and not mailed until that is confirmed.

        Anybody can type any address: nothing of a contact who is known changes by this, and it
        gets few emails a day.

        Args:
            newsletter: which one.
            email: the address as it was typed.
            consent: when, how and from where.
            mail: the frozen email that asks for confirmation.
            already: the frozen email to who is subscribed already.
            name: the reader's name.
            language: the reader's language, empty for the site's.
            timezone: the reader's zone, empty for the site's.
            choices: what the reader wants of the newsletter.

        Raises:
            AddressError: `email` is not a valid address.
        """
        address = parse_address(email)
        ask = Ask(
            newsletter,
            address.written,
            address.key,
            consent,
            mail=mail,
            already=already,
            name=name,
            language=language,
            timezone=timezone,
            choices=choices,
        )
        return self.ask_many([ask])[0]

    def ask_many(self, asks: Sequence[Ask]) -> list[Asked]:
        """What becomes of each of many wishes, all in one transaction; see `ask`."""
        with self.database.writing(CONTACTS) as connection:
            return ask_many(connection, asks)

    def find(self, token: str) -> Subscriber | None:
        """Whose links carry `token`."""
        return next(map(subscriber, self.rows(all_subscribers().where(_s.token == token))), None)

    def confirm(
        self,
        token: str,
        asked_at: datetime,
        now: datetime,
        mail: int | None = None,
        how: str = "confirmed by email",
    ) -> Subscriber | None:
        """A reader confirms what was asked at `asked_at`; the subscriber as it is then.

        Links know when that was to the second, rounded up.

        None where there is no such subscription, or where the reader has left since it was asked.
        `mail` is the frozen welcome; a reader who has confirmed before gets no second one.
        """
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is None or found.suppressed:
                return None
            left = found.state is SubscriptionState.UNSUBSCRIBED
            if left and not _asked_since(connection, found, asked_at):
                return None
            if found.state is not SubscriptionState.ACTIVE:
                _activate(connection, found, now, how)
                if mail is not None:
                    queue_system(connection, mail, found.id, now)
            _note_life(connection, found.id, now)
            return _found(connection, token)

    def leave(
        self, token: str, reason: str, now: datetime, mail: int | None = None
    ) -> Subscriber | None:
        """A reader leaves; gives the subscriber as it was, None if there is none.

        What is queued for them of this newsletter is withdrawn. `mail` is the frozen goodbye; a
        reader who has left before gets no second one.
        """
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is None:
                return None
            if leave(connection, _s.id == found.id, reason, now):
                withdraw(connection, deliveries.c.subscriber_id == found.id)
                if mail is not None:
                    queue_system(connection, mail, found.id, now)
            return found

    def answer(self, token: str, mail: int, reason: str, now: datetime) -> bool:
        """Queue a frozen email for a reader who wrote one, and say why in their history.

        False where there is none whose links carry `token`, or where that was answered already, or
        where too many of a day were.
        """
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is None or asked_too_often(connection, found.id, now):
                return False
            mine = _s.id == found.id
            e = events.c
            again = select(e.id).where(e.contact_id == found.contact_id, e.reason == reason)
            if connection.execute(again.where(e.subscription_id == found.id)).first():
                return False
            note_subscriptions(connection, mine, EventKind.ASKED, reason, now)
            queue_system(connection, mail, found.id, now)
            return True

    def choose(
        self,
        token: str,
        choices: Choices,
        now: datetime,
        *,
        name: str | None = None,
        language: str | None = None,
        timezone: str | None = None,
    ) -> Subscriber | None:
        """A reader changes choices, and what of name, language and zone is given.

        Language and zone count for all newsletters of the contact. From then on posts are new since
        the last edition that the reader got: none comes twice, none is missed.
        """
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is None:
                return None
            given = {"name": name, "language": language, "timezone": timezone}
            given = {key: value for key, value in given.items() if value is not None}
            change_contact(connection, found.contact_id, given)
            mine = _s.id == found.id
            change = update(subscriptions).where(mine)
            connection.execute(change.values(choices=choices.to_json()))
            note_subscriptions(connection, mine, EventKind.CHANGED, "by the reader", now)
            resettle(connection, found.contact_id, now)
            return _found(connection, token)

    def share_language(self, language: str, now: datetime) -> None:
        """Readers whose language is the site's own now are no variants; nothing comes twice."""
        theirs = func.lower(contacts.c.language) == language.lower()
        found = select(contacts.c.id).where(theirs).limit(_AT_ONCE)
        ids = [0]
        while ids:
            with self.database.writing(CONTACTS) as connection:
                ids = list(connection.scalars(found))
                for contact in ids:
                    change_contact(connection, contact, {"language": ""})
                    resettle(connection, contact, now)

    def remind(self, token: str, mail: int, now: datetime) -> None:
        """Queue a frozen email, such as the link to one's choices, to whose links carry `token`."""
        with self.database.writing(CONTACTS) as connection:
            found = _found(connection, token)
            if found is not None:
                queue_system(connection, mail, found.id, now)


def _asked_since(connection: Connection, found: Subscriber, asked_at: datetime) -> bool:
    """Whether what was asked in the second before `asked_at` was asked after they left.

    A goodbye's link, by which they come back, is of the moment at which they left: where nothing
    was asked in that second, the link is such a one.
    """
    left_at, second = found.changed_at, (asked_at - SECOND, asked_at)
    if not second[0] <= left_at <= second[1]:
        return left_at < asked_at
    e = events.c
    mine = and_(e.contact_id == found.contact_id, e.subscription_id == found.id)
    asked = select(func.max(e.at)).where(mine, e.kind == EventKind.ASKED, e.at.between(*second))
    last = connection.scalar(asked)
    return last is None or last > left_at


def _note_life(connection: Connection, subscription: int, now: datetime) -> None:
    """Whoever confirms is there; that is kept only where it is asked for."""
    mine = update(subscriptions).where(_s.id == subscription, _s.seen_month.is_not(None))
    connection.execute(mine.values(seen_month=month_of(now)))


def _found(connection: Connection, token: str) -> Subscriber | None:
    row = connection.execute(all_subscribers().where(_s.token == token)).first()
    return None if row is None else subscriber(row)


def _activate(connection: Connection, found: Subscriber, now: datetime, how: str) -> None:
    mine = _s.id == found.id
    segment = segment_of(connection, found.contact_id, found.choices)
    come_into(connection, found.newsletter, segment, now)
    values = {
        "state": SubscriptionState.ACTIVE,
        "changed_at": now,
        "joined_at": now,
        "segment": segment,
        "since": now if segment else None,
    }
    connection.execute(update(subscriptions).where(mine).values(values))
    consent = {"consent_at": now, "consent_how": how}
    change_contact(connection, found.contact_id, consent)
    note_subscriptions(connection, mine, EventKind.SUBSCRIBED, how, now)
