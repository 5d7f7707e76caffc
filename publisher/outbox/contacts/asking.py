"""Wishes to subscribe, many in few statements: what forms write must not hold up a mailing.

Anybody can type any address: nothing of a contact who is known changes by a wish, and it gets few
emails a day.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select

from publisher.model.asking import Ask, Asked
from publisher.model.contacts import EventKind, Segment, SubscriptionState
from publisher.outbox.contacts.subscribers import new_contact, new_subscription, suppressed
from publisher.outbox.db.tables import contacts, deliveries, editions, events, subscriptions
from publisher.outbox.deliveries.system import system_row

MOST_ASKED: Final = 2
ASKED_WITHIN: Final = timedelta(days=1)

_c, _s, _e = contacts.c, subscriptions.c, events.c


@dataclass(slots=True)
class _Standing:
    """A subscription as it is before the wish, with its contact."""

    id: int
    contact: Any
    token: str
    state: SubscriptionState
    asked: int = 0


def ask_many(connection: Connection, asks: Sequence[Ask]) -> list[Asked]:
    """What becomes of each wish, in a transaction that holds the lock of contacts."""
    never = suppressed(connection, list({ask.key for ask in asks}))
    wanted = [ask for ask in asks if ask.key not in never]
    known = _contacts(connection, wanted)
    standing = _subscriptions(connection, wanted, known)
    _count_recent(connection, standing.values(), wanted)
    lines: list[dict[str, Any]] = []
    mails: list[tuple[int, _Standing, datetime]] = []
    found = [
        Asked.SUPPRESSED
        if ask.key in never
        else _decide(ask, standing[ask.key, ask.newsletter], lines, mails)
        for ask in asks
    ]
    if lines:
        connection.execute(insert(events), lines)
    _queue(connection, mails)
    return found


def asked_too_often(connection: Connection, subscription: int, now: datetime) -> bool:
    """Whether a subscription has got as many such emails as a day allows."""
    contact = select(_s.contact_id).where(_s.id == subscription).scalar_subquery()
    mine = select(func.count()).where(_e.contact_id == contact, _e.subscription_id == subscription)
    return (connection.scalar(mine.where(_is_recent(now, now))) or 0) >= MOST_ASKED


def _is_recent(first: datetime, last: datetime) -> ColumnElement[bool]:
    """Asked within a day of those moments; what a fast clock wrote down counts no more."""
    within = and_(_e.at > first - ASKED_WITHIN, _e.at < last + ASKED_WITHIN)
    return and_(_e.kind == EventKind.ASKED.value, within)


def _decide(
    ask: Ask,
    mine: _Standing,
    lines: list[dict[str, Any]],
    mails: list[tuple[int, _Standing, datetime]],
) -> Asked:
    if mine.asked >= MOST_ASKED:
        return Asked.TOO_OFTEN
    mine.asked += 1
    lines.append(
        {
            "contact_id": mine.contact.id,
            "subscription_id": mine.id,
            "delivery_id": None,
            "kind": EventKind.ASKED.value,
            "reason": ask.consent.how,
            "at": ask.consent.at,
        }
    )
    active = mine.state is SubscriptionState.ACTIVE
    told = ask.already if active else ask.mail
    if told is not None:
        mails.append((told, mine, ask.consent.at))
    return Asked.ALREADY if active else Asked.ASKED


def _contacts(connection: Connection, asks: Sequence[Ask]) -> dict[str, Any]:
    """Rows of contacts by key; who is not known is added."""
    columns = (_c.id, _c.email, _c.email_key, _c.name, _c.language, _c.timezone)
    keys: dict[str, Ask] = {}
    for ask in asks:
        keys.setdefault(ask.key, ask)
    mine = select(*columns).where(_c.email_key.in_(list(keys)))
    found = {row.email_key: row for row in connection.execute(mine)}
    new = [
        new_contact(ask.email, key, ask.name, ask.consent, ask.language, ask.timezone)
        for key, ask in keys.items()
        if key not in found
    ]
    if new:
        added = connection.execute(insert(contacts).returning(*columns), new)
        found |= {row.email_key: row for row in added}
    return found


def _subscriptions(
    connection: Connection, asks: Sequence[Ask], known: dict[str, Any]
) -> dict[tuple[str, str], _Standing]:
    """Subscriptions by key and newsletter; those that are not there are added as pending."""
    columns = (_s.id, _s.contact_id, _s.newsletter, _s.token, _s.state)
    people = {row.id: row for row in known.values()}
    found: dict[tuple[str, str], _Standing] = {}

    def note(rows: Iterable[Any]) -> None:
        for row in rows:
            contact, state = people[row.contact_id], SubscriptionState(row.state)
            standing = _Standing(row.id, contact, row.token, state)
            found[contact.email_key, row.newsletter] = standing

    note(connection.execute(select(*columns).where(_s.contact_id.in_(list(people)))))
    pairs: dict[tuple[str, str], Ask] = {}
    for ask in asks:
        pairs.setdefault((ask.key, ask.newsletter), ask)
    new = [_new_subscription(ask, known[key]) for (key, name), ask in pairs.items()
           if (key, name) not in found]  # fmt: skip
    if new:
        note(connection.execute(insert(subscriptions).returning(*columns), new))
    return found


def _new_subscription(ask: Ask, contact: Any) -> dict[str, Any]:
    segment = Segment.of(ask.choices, contact.language, contact.timezone).key
    pending, at = SubscriptionState.PENDING, ask.consent.at
    wanted = ask.choices.to_json()
    return new_subscription(contact.id, ask.newsletter, pending, at, wanted, segment)


def _count_recent(
    connection: Connection, standing: Iterable[_Standing], asks: Sequence[Ask]
) -> None:
    """How often each was asked for within a day."""
    by_id = {each.id: each for each in standing}
    if not by_id:
        return
    moments = [ask.consent.at for ask in asks]
    people = list({each.contact.id for each in by_id.values()})
    recent = select(_e.subscription_id).where(_e.contact_id.in_(people))
    recent = recent.where(_is_recent(min(moments), max(moments)))
    counted = Counter(connection.scalars(recent))
    for number, each in by_id.items():
        each.asked = counted[number]


def _queue(connection: Connection, mails: Sequence[tuple[int, _Standing, datetime]]) -> None:
    if not mails:
        return
    ids = list({mail for mail, _, _ in mails})
    which = select(editions.c.id, editions.c.channel, editions.c.owner)
    frozen = {row.id: row for row in connection.execute(which.where(editions.c.id.in_(ids)))}
    rows = [
        system_row(
            frozen[mail],
            mine.id,
            at,
            recipient=mine.contact.email,
            name=mine.contact.name if mine.state is SubscriptionState.ACTIVE else "",
            token=mine.token,
        )
        for mail, mine, at in mails
        if mail in frozen
    ]
    if rows:
        connection.execute(insert(deliveries), rows)
