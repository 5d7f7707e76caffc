"""Who gets a newsletter, and who must never be mailed again."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, select, update

from publisher.durations import utc_now
from publisher.mime.addresses import Address, AddressError, parse_address
from publisher.model.contacts import Added, Arrival, BadRows, Contact, Subscriber, SubscriptionState
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import deliveries, subscribers, suppressions
from publisher.outbox.subscribers.bulk_import import in_chunks, new_token, one_name, take_in
from publisher.outbox.subscribers.recipients import PEOPLE, is_reader, withdraw

_PAGE: Final = 1_000


SubscriberList = list[Subscriber]


class Subscribers(Store):
    """The readers of every newsletter."""

    def add(
        self,
        newsletter: str,
        email: str,
        name: str = "",
        *,
        again: bool = False,
        state: SubscriptionState = SubscriptionState.ACTIVE,
    ) -> Added:
        """Subscribe one address; `again` brings back one that had unsubscribed.

        Raises:
            AddressError: `email` is no address.
        """
        address = parse_address(email)
        with self.database.writing(PEOPLE) as connection:
            if _suppressed(connection, [address.key]):
                return Added.SUPPRESSED
            known = _standings(connection, newsletter, [address.key]).get(address.key)
            if known is None:
                row = _row(newsletter, address, name, state, utc_now())
                connection.execute(insert(subscribers).values(row))
                return Added.ADDED
            if known == SubscriptionState.UNSUBSCRIBED and not again:
                return Added.UNSUBSCRIBED
            if known in {state, SubscriptionState.ACTIVE}:
                return Added.ALREADY
            _change(connection, newsletter, address, state)
            return Added.AGAIN if known == SubscriptionState.UNSUBSCRIBED else Added.ADDED

    def add_many(
        self,
        newsletter: str,
        rows: Iterable[tuple[str, str]],
        progress: Callable[[int], None] | None = None,
    ) -> Counter[Added]:
        """Subscribe (address, name) pairs, all or none; see `take_in`.

        Nobody who unsubscribed or is suppressed comes back this way. `progress` hears how many
        rows are done. Says how many met which fate.

        Raises:
            BadRows: some addresses are none; the error knows them all.
        """
        return self.take_in(newsletter, _parsed(rows), progress)

    def take_in(
        self,
        newsletter: str,
        arrivals: Iterable[Arrival],
        progress: Callable[[int], None] | None = None,
    ) -> Counter[Added]:
        """Take in a list of readers with what it says of them; see `arrivals.take_in`."""
        return take_in(self.database, PEOPLE, newsletter, arrivals, progress)

    def remove(self, newsletter: str, email: str) -> bool:
        """Unsubscribe one address and withdraw its queued mail; False if it was not subscribed."""
        key = parse_address(email).key
        gone = update(subscribers).where(
            subscribers.c.newsletter == newsletter,
            subscribers.c.email_key == key,
            subscribers.c.state != SubscriptionState.UNSUBSCRIBED,
        )
        with self.database.writing(PEOPLE) as connection:
            values = {"state": SubscriptionState.UNSUBSCRIBED, "changed_at": utc_now()}
            changed = connection.execute(gone.values(values)).rowcount
            _withdraw(connection, [key])
        return changed > 0

    def suppress(self, email: str, reason: str) -> bool:
        """Never mail an address again and withdraw its queued mail; False if it was so before."""
        return self.suppress_many([(parse_address(email), reason)]) > 0

    def suppress_many(self, rows: Iterable[tuple[Address, str]]) -> int:
        """Suppress (address, reason) pairs, all or none; says how many were not so before."""
        now, fresh = utc_now(), 0
        new = self.database.insert(suppressions).on_conflict_do_nothing()
        with self.database.writing(PEOPLE) as connection:
            for chunk in in_chunks(rows):
                different = {address.key: (address, reason) for address, reason in chunk}
                keys = list(different)
                fresh += len(keys) - len(_suppressed(connection, keys))
                connection.execute(new, [_suppression(*row, now) for row in different.values()])
                _withdraw(connection, keys)
        return fresh

    def unsubscribe(self, token: str) -> Subscriber | None:
        """Unsubscribe whose links carry `token`; the subscriber as it was, None: there is none."""
        with self.database.reading() as connection:
            row = connection.execute(_all().where(subscribers.c.token == token)).first()
        if row is None:
            return None
        found = _subscriber(row)
        self.remove(found.newsletter, found.email)
        return found

    def show(self, email: str) -> Contact | None:
        """All that is known of an address; None if nothing is."""
        address = parse_address(email)
        with self.database.reading() as connection:
            reason = _suppressed(connection, [address.key]).get(address.key, "")
            rows = connection.execute(_all().where(subscribers.c.email_key == address.key))
            found = tuple(_subscriber(row) for row in rows)
        return Contact(address.written, reason, found) if found or reason else None

    def count_active(self, newsletter: str) -> int:
        """How many people get the next edition."""
        wanted = select(func.count()).select_from(subscribers)
        mine = wanted.where(subscribers.c.newsletter == newsletter, is_reader)
        with self.database.reading() as connection:
            return connection.execute(mine).scalar_one()

    def list(
        self, newsletter: str | None = None, state: SubscriptionState | str | None = None
    ) -> SubscriberList:
        """What `stream` gives, as a whole."""
        return [*self.stream(newsletter, state)]

    def stream(
        self, newsletter: str | None = None, state: SubscriptionState | str | None = None
    ) -> Iterator[Subscriber]:
        """Subscribers in the order of joining; suppressed ones too, as their state says.

        They come a page at a time, and no transaction is open while one is looked at.
        """
        wanted = _all().order_by(subscribers.c.id).limit(_PAGE)
        if newsletter is not None:
            wanted = wanted.where(subscribers.c.newsletter == newsletter)
        if state is not None:
            wanted = wanted.where(subscribers.c.state == state)
        after = 0
        while page := self._page(wanted.where(subscribers.c.id > after)):
            yield from page
            after = page[-1].id

    def suppressed(self) -> Iterator[tuple[str, str]]:
        """(address, reason) of everybody who is never mailed, by address, a page at a time."""
        s = suppressions.c
        wanted = select(s.email_key, s.email, s.reason).order_by(s.email_key).limit(_PAGE)
        after = ""
        while True:
            with self.database.reading() as connection:
                page = connection.execute(wanted.where(s.email_key > after)).all()
            if not page:
                return
            yield from ((email, reason) for _, email, reason in page)
            after = page[-1].email_key

    def _page(self, wanted: Select[Any]) -> SubscriberList:
        with self.database.reading() as connection:
            return [_subscriber(row) for row in connection.execute(wanted)]


def _all() -> Select[Any]:
    own = [column for column in subscribers.c if column.name in Subscriber.__slots__]
    why = func.coalesce(suppressions.c.reason, "").label("suppressed")
    same = suppressions.c.email_key == subscribers.c.email_key
    return select(*own, why).select_from(subscribers.outerjoin(suppressions, same))


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(**(row._asdict() | {"state": SubscriptionState(row.state)}))


def _parsed(rows: Iterable[tuple[str, str]]) -> Iterator[Arrival]:
    """Every row, if all are sound; once one is not, only the others that are not are looked for."""
    bad: list[tuple[int, str]] = []
    for number, (email, name) in enumerate(rows):
        try:
            address = parse_address(email)
        except AddressError as error:
            bad.append((number, error.message))
        else:
            if not bad:
                yield Arrival(address.written, address.key, name)
    if bad:
        raise BadRows(bad)


def _row(
    newsletter: str, address: Address, name: str, state: SubscriptionState, now: datetime
) -> dict[str, Any]:
    return {
        "newsletter": newsletter,
        "email": address.written,
        "email_key": address.key,
        "name": one_name(name),
        "state": state,
        "token": new_token(),
        "created_at": now,
        "changed_at": now,
    }


def _suppression(address: Address, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "email_key": address.key,
        "email": address.written,
        "reason": reason,
        "created_at": now,
    }


def _change(
    connection: Connection, newsletter: str, address: Address, to: SubscriptionState
) -> None:
    """Give a known subscriber another standing, and the address as it is written now."""
    changed = update(subscribers).where(
        subscribers.c.newsletter == newsletter, subscribers.c.email_key == address.key
    )
    values = {"state": to, "email": address.written, "changed_at": utc_now()}
    connection.execute(changed.values(values))


def _suppressed(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """By key, why an address is never mailed."""
    found = select(suppressions.c.email_key, suppressions.c.reason)
    rows = connection.execute(found.where(suppressions.c.email_key.in_(keys)))
    return {row.email_key: row.reason for row in rows}


def _standings(connection: Connection, newsletter: str, keys: Sequence[str]) -> dict[str, str]:
    """By key, where the known ones of `keys` stand."""
    found = select(subscribers.c.email_key, subscribers.c.state)
    mine = found.where(subscribers.c.newsletter == newsletter, subscribers.c.email_key.in_(keys))
    return {row.email_key: row.state for row in connection.execute(mine)}


def _withdraw(connection: Connection, keys: Sequence[str]) -> None:
    """Cancel what is queued for addresses wherever it is no longer wanted."""
    ids = select(subscribers.c.id).where(subscribers.c.email_key.in_(keys))
    withdraw(connection, deliveries.c.subscriber_id.in_(ids))
