"""Who gets a newsletter, and who must never be mailed again."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, select, update

from publisher.durations import utc_now
from publisher.mime.addresses import Address, parse_address
from publisher.model.contacts import (
    Added,
    Agreement,
    Choices,
    Consent,
    Contact,
    EventKind,
    ImportRow,
    Subscriber,
    SubscriptionState,
)
from publisher.outbox.contacts import bulk_import
from publisher.outbox.contacts.erasure import NotErased, not_erased
from publisher.outbox.contacts.events import history, note_subscriptions
from publisher.outbox.contacts.hashes import hashed, is_hash
from publisher.outbox.contacts.recipients import (
    CONTACTS,
    people,
    recipients,
    suppress,
    withdraw_from,
)
from publisher.outbox.contacts.settling import change_contact, resettle
from publisher.outbox.db.engine import Store, batched, dialect_insert, transaction
from publisher.outbox.db.tables import contacts, subscriptions, suppressions

_s, _c = subscriptions.c, contacts.c
BY_OWNER = "added by the owner"
EXAMPLES = 3


class Subscribers(Store):
    """The subscribers of every newsletter."""

    def add(
        self,
        newsletter: str,
        email: str,
        name: str = "",
        *,
        again: bool = False,
        state: SubscriptionState = SubscriptionState.ACTIVE,
        language: str = "",
        timezone: str = "",
        reason: str = BY_OWNER,
    ) -> Added:
        """Subscribe one address; `again` brings back one that had unsubscribed.

        A language and a zone that are given count for all newsletters of the contact. `reason`
        stands in their history, and as how they agreed if they are new.

        Raises:
            AddressError: `email` is not a valid address.
        """
        address, now = parse_address(email), utc_now()
        with self.database.writing(CONTACTS) as connection:
            if suppressed(connection, [address.key]):
                return Added.SUPPRESSED
            contact = contact_of(connection, address, name, Consent(now, reason))
            given = {"language": language, "timezone": timezone}
            change_contact(connection, contact, {key: given[key] for key in given if given[key]})
            mine = and_(_s.newsletter == newsletter, _s.contact_id == contact)
            known = connection.scalar(select(_s.state).where(mine))
            if known == SubscriptionState.UNSUBSCRIBED and not again:
                return Added.UNSUBSCRIBED
            if known in {state, SubscriptionState.ACTIVE}:
                return Added.ALREADY
            if known is None:
                insert_subscription(connection, contact, newsletter, state, now)
            else:
                change = update(subscriptions).where(mine)
                connection.execute(change.values(state=state, changed_at=now, joined_at=now))
                contact_written(connection, contact, address)
            resettle(connection, contact, now)
            active = state is SubscriptionState.ACTIVE
            kind = EventKind.SUBSCRIBED if active else EventKind.ASKED
            note_subscriptions(connection, mine, kind, reason, now)
            return Added.AGAIN if known == SubscriptionState.UNSUBSCRIBED else Added.ADDED

    def import_rows(
        self,
        newsletter: str,
        rows: Iterable[ImportRow],
        progress: Callable[[int], None] | None = None,
        *,
        source: Callable[[], str] = lambda: "imported",
        examples: list[tuple[Added, str, str]] | None = None,
    ) -> Counter[Added]:
        """Subscribe all of a list; none, if reading it fails. See `bulk_import` for how.

        More than some thousands take several transactions. Where the database fails between two,
        the same list may be imported again: who is there already is left alone.

        Nobody who unsubscribed, is suppressed or was erased comes back this way. Who has
        unsubscribed by what the list says, is unsubscribed. `progress` hears how many rows were
        read; what `source` says when all are read, stands in everybody's history. With `examples`,
        nothing changes: they are filled with fates, addresses and why. Says how many met which
        fate, or would.

        Raises:
            StorageError: the database cannot be read or written.
        """
        with self.database.workbench() as connection:
            with transaction(connection, writes=False):
                kept = not_erased(connection, rows)
                total = bulk_import.gather(connection, kept, newsletter, progress)
                different = bulk_import.merge_doubles(connection, total)
            if examples is None:
                fates = _bring_in(connection, total, source(), kept)
            else:
                with transaction(connection, writes=False):
                    fates = bulk_import.fates(connection)
                    examples += bulk_import.examples(connection, EXAMPLES)
        fates[Added.ALREADY] += total - different
        fates[Added.SUPPRESSED] += kept.left_out
        return +fates

    def remove(self, newsletter: str, email: str, reason: str = "by the owner") -> bool:
        """Unsubscribe one address, withdraw its queued emails; False if it was not subscribed."""
        key = parse_address(email).key
        contact = select(_c.id).where(_c.email_key == key).scalar_subquery()
        with self.database.writing(CONTACTS) as connection:
            gone = leave(
                connection,
                and_(_s.newsletter == newsletter, _s.contact_id == contact),
                reason,
                utc_now(),
            )
            withdraw_from(connection, [key])
        return gone

    def suppress(self, email: str, reason: str) -> bool:
        """Never mail an address again; False if it was so before. See `suppress_many`."""
        return self.suppress_many([(parse_address(email), reason)]) > 0

    def suppress_many(self, rows: Iterable[tuple[Address, str]]) -> int:
        """Suppress (address, reason) pairs, all or none, and withdraw their queued emails.

        Says how many were not suppressed before.
        """
        now, fresh = utc_now(), 0
        with self.database.writing(CONTACTS) as connection:
            for some in batched(rows, bulk_import.CHUNK):
                different = {
                    address.key: (address.key, address.written, reason, now)
                    for address, reason in some
                }
                fresh += len(different) - len(suppressed(connection, list(different)))
                suppress(connection, list(different.values()))
        return fresh

    def show(self, email: str) -> Contact | None:
        """All that is known of an address; None if nothing is."""
        address = parse_address(email)
        with self.database.reading() as connection:
            reason = suppressed(connection, [address.key]).get(address.key, "")
            rows = connection.execute(all_subscribers().where(_c.email_key == address.key))
            found = tuple(map(subscriber, rows))
            about = connection.execute(select(contacts).where(_c.email_key == address.key)).first()
            if about is None:
                return Contact(address.written, reason, ()) if reason else None
            consent = None
            if about.consent_at or about.consent_how:
                consent = Agreement(about.consent_at, about.consent_how, about.consent_from)
            return Contact(
                about.email,
                reason,
                found,
                about.name,
                about.language,
                about.timezone,
                consent,
                tuple(history(connection, about.id)),
            )

    def count_active(self, newsletter: str) -> int:
        """How many subscribers get the next edition."""
        return self.scalar(recipients(newsletter).with_only_columns(func.count())) or 0

    def stream(
        self, newsletter: str | None = None, state: SubscriptionState | str | None = None
    ) -> Iterator[Subscriber]:
        """Subscribers in the order of joining, suppressed ones too; see `pages`."""
        given = [(_s.newsletter, newsletter), (_s.state, state)]
        conditions = [column == value for column, value in given if value is not None]
        return map(subscriber, self.pages(all_subscribers().where(*conditions), _s.id))

    def suppressed(self, *, strangers: bool = False) -> Iterator[tuple[str, str]]:
        """(address, reason) of everybody who is never mailed, by address; see `pages`.

        Only `strangers`: those who subscribe to nothing.
        """
        wanted = select(suppressions).where(~is_hash)
        if strangers:
            known = exists().select_from(people).where(_c.email_key == suppressions.c.email_key)
            wanted = wanted.where(~known)
        rows = self.pages(wanted, suppressions.c.email_key)
        return ((row.email, row.reason) for row in rows)


def _bring_in(connection: Connection, total: int, source: str, kept: NotErased) -> Counter[Added]:
    with transaction(connection, writes=True, lock=CONTACTS):
        _leave_out_erased(connection, kept)
        fates = bulk_import.fates(connection)
        bulk_import.settle_segments(connection)
        bulk_import.change_known(connection, source)
        bulk_import.insert_new(connection, 0, source)
    for start in range(bulk_import.PART, total, bulk_import.PART):
        with transaction(connection, writes=True, lock=CONTACTS):
            _leave_out_erased(connection, kept)
            bulk_import.insert_new(connection, start, source)
    return fates


def _leave_out_erased(connection: Connection, kept: NotErased) -> None:
    """Nobody comes back who was erased while the list was read, or between two transactions."""
    if is_erased := kept.erased_since(connection):
        kept.left_out += bulk_import.leave_out(connection, is_erased)


def all_subscribers() -> Select[Any]:
    """Every subscriber, as `subscriber` reads its rows."""
    names = [name for name in Subscriber.__slots__ if name not in {"suppressed", "consent"}]
    own = [(_s if name in _s else _c)[name] for name in names]
    agreed = (_c.consent_at, _c.consent_how, _c.consent_from)
    why = func.coalesce(suppressions.c.reason, "").label("suppressed")
    same = suppressions.c.email_key == _c.email_key
    return select(*own, why, *agreed).select_from(people.outerjoin(suppressions, same))


def subscriber(row: Any) -> Subscriber:
    """The subscriber of a row."""
    values = row._asdict()
    agreed = Agreement(*(values.pop(f"consent_{name}") for name in ("at", "how", "from")))
    state, choices = SubscriptionState(values["state"]), Choices.from_json(values["choices"])
    return Subscriber(**(values | {"state": state, "choices": choices, "consent": agreed}))


def suppressed(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """By key, why an address is never mailed."""
    found = select(suppressions.c.email_key, suppressions.c.reason)
    erased = hashed(connection, keys)
    rows = connection.execute(found.where(suppressions.c.email_key.in_([*keys, *erased])))
    return {erased.get(row.email_key, row.email_key): row.reason for row in rows}


def contact_of(connection: Connection, address: Address, name: str, consent: Consent) -> int:
    """The id of the contact at `address`, who is added if need be; a name that is there stays."""
    found = connection.execute(select(_c.id, _c.name).where(_c.email_key == address.key)).first()
    if found is None:
        new = insert(contacts).values(new_contact(address.written, address.key, name, consent))
        number: int = connection.execute(new.returning(_c.id)).scalar_one()
        return number
    name = bulk_import.one_name(name)
    if name and not found.name:
        connection.execute(update(contacts).where(_c.id == found.id).values(name=name))
    return int(found.id)


def new_contact(
    email: str, key: str, name: str, consent: Consent, language: str = "", timezone: str = ""
) -> dict[str, Any]:
    """The row of a contact who was not known."""
    return {
        "email": email,
        "email_key": key,
        "name": bulk_import.one_name(name),
        "language": language,
        "timezone": timezone,
        "created_at": consent.at,
        "consent_at": consent.at,
        "consent_how": consent.how,
        "consent_from": consent.source,
    }


def new_subscription(
    contact: int,
    newsletter: str,
    state: SubscriptionState,
    at: datetime,
    choices: str = "",
    segment: str = "",
) -> dict[str, Any]:
    """The row of a subscription that was not there, with a token of its own."""
    return {
        "contact_id": contact,
        "newsletter": newsletter,
        "state": state,
        "token": bulk_import.new_token(),
        "choices": choices,
        "segment": segment,
        "joined_at": at,
        "created_at": at,
        "changed_at": at,
    }


def contact_written(connection: Connection, contact: int, address: Address) -> None:
    """The address is from now on written as the reader wrote it last."""
    connection.execute(update(contacts).where(_c.id == contact).values(email=address.written))


def insert_subscription(
    connection: Connection, contact: int, newsletter: str, state: SubscriptionState, at: datetime
) -> None:
    """A new subscription; one that is there stays as it is."""
    row = new_subscription(contact, newsletter, state, at)
    new = dialect_insert(connection, subscriptions).values(row)
    connection.execute(new.on_conflict_do_nothing())


def leave(connection: Connection, which: ColumnElement[bool], reason: str, now: datetime) -> bool:
    """Unsubscribe `which`, and say so in their history; False if nobody was subscribed."""
    there = and_(which, _s.state != SubscriptionState.UNSUBSCRIBED)
    note_subscriptions(connection, there, EventKind.UNSUBSCRIBED, reason, now)
    values = {"state": SubscriptionState.UNSUBSCRIBED, "changed_at": now}
    return connection.execute(update(subscriptions).where(there).values(values)).rowcount > 0
