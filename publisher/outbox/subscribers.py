"""Who gets a newsletter, and who must never be mailed again."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from publisher.errors import UsageError
from publisher.mime.addresses import Address, AddressError, parse_address
from publisher.outbox.database import Store, utc_now
from publisher.outbox.readers import PEOPLE, is_reader, withdraw
from publisher.outbox.tables import deliveries, subscribers, suppressions

_CHUNK: Final = 5_000
_TOKEN_BYTES: Final = 16


class Standing(StrEnum):
    """Where a subscriber stands with one newsletter."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


class Added(StrEnum):
    """What adding an address did."""

    ADDED = "added"
    ALREADY = "already"
    AGAIN = "again"  # had unsubscribed and was asked back
    UNSUBSCRIBED = "unsubscribed"  # had unsubscribed and stays so
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address on a newsletter; `token` stands for it in the links that it gets."""

    id: int
    newsletter: str
    email: str
    name: str
    state: Standing
    token: str = field(repr=False)
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """All that is known of one address; `suppressed` says why it is never mailed, or is empty."""

    email: str
    suppressed: str
    subscriptions: tuple[Subscriber, ...]


class BadRows(UsageError):
    """Some rows of an import are no addresses; nothing was imported.

    `rows` holds the number of each, from 0, and what is wrong with it.
    """

    def __init__(self, rows: Sequence[tuple[int, str]]) -> None:
        super().__init__(f"{len(rows)} rows have no valid address; nothing was imported")
        self.rows = tuple(rows)


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
        state: Standing = Standing.ACTIVE,
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
            if known == Standing.UNSUBSCRIBED and not again:
                return Added.UNSUBSCRIBED
            if known in {state, Standing.ACTIVE}:
                return Added.ALREADY
            _change(connection, newsletter, address, state)
            return Added.AGAIN if known == Standing.UNSUBSCRIBED else Added.ADDED

    def add_many(
        self,
        newsletter: str,
        rows: Iterable[tuple[str, str]],
        progress: Callable[[int], None] | None = None,
    ) -> Counter[Added]:
        """Subscribe (address, name) pairs, all or none, in one transaction.

        Nobody who unsubscribed or is suppressed comes back this way. `progress` hears how many
        rows are done. Says how many met which fate.

        Raises:
            BadRows: some addresses are none; the error knows them all.
        """
        sound = _parsed(rows)
        result: Counter[Added] = Counter()
        with self.database.writing(PEOPLE) as connection:
            for chunk in _chunks(sound):
                result += _add_chunk(connection, newsletter, chunk)
                if progress:
                    progress(result.total())
        return result

    def remove(self, newsletter: str, email: str) -> bool:
        """Unsubscribe one address and withdraw its queued mail; False if it was not subscribed."""
        key = parse_address(email).key
        gone = update(subscribers).where(
            subscribers.c.newsletter == newsletter,
            subscribers.c.email_key == key,
            subscribers.c.state != Standing.UNSUBSCRIBED,
        )
        with self.database.writing(PEOPLE) as connection:
            values = {"state": Standing.UNSUBSCRIBED, "changed_at": utc_now()}
            changed = connection.execute(gone.values(values)).rowcount
            _withdraw(connection, key)
        return changed > 0

    def suppress(self, email: str, reason: str) -> bool:
        """Never mail an address again and withdraw its queued mail; False if it was so before."""
        address = parse_address(email)
        new = self.database.insert(suppressions).values(
            email_key=address.key, email=address.written, reason=reason, created_at=utc_now()
        )
        with self.database.writing(PEOPLE) as connection:
            added = new.on_conflict_do_nothing().returning(suppressions.c.email_key)
            fresh = connection.scalar(added) is not None
            _withdraw(connection, address.key)
        return fresh

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
        self, newsletter: str | None = None, state: Standing | str | None = None
    ) -> SubscriberList:
        """Subscribers in the order of joining; suppressed ones too, as their state says."""
        wanted = _all().order_by(subscribers.c.id)
        if newsletter is not None:
            wanted = wanted.where(subscribers.c.newsletter == newsletter)
        if state is not None:
            wanted = wanted.where(subscribers.c.state == state)
        with self.database.reading() as connection:
            return [_subscriber(row) for row in connection.execute(wanted)]


def _all() -> Any:
    return select(*(subscribers.c[name] for name in Subscriber.__slots__))


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(**(row._asdict() | {"state": Standing(row.state)}))


def _parsed(rows: Iterable[tuple[str, str]]) -> list[tuple[Address, str]]:
    """Every row's address and name, if all are sound."""
    sound: list[tuple[Address, str]] = []
    bad: list[tuple[int, str]] = []
    for number, (email, name) in enumerate(rows):
        try:
            sound.append((parse_address(email), name))
        except AddressError as error:
            bad.append((number, error.message))
    if bad:
        raise BadRows(bad)
    return sound


def _chunks(rows: Sequence[tuple[Address, str]]) -> Iterator[Sequence[tuple[Address, str]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _add_chunk(
    connection: Connection, newsletter: str, chunk: Sequence[tuple[Address, str]]
) -> Counter[Added]:
    """Subscribe those of `chunk` who may be; a repeated address counts as there already."""
    first: dict[str, tuple[Address, str]] = {}
    for address, name in chunk:
        first.setdefault(address.key, (address, name))
    suppressed = _suppressed(connection, list(first))
    known = _standings(connection, newsletter, list(first))
    fates = {key: _fate(key, suppressed, known) for key in first}
    now = utc_now()
    new = [
        _row(newsletter, address, name, Standing.ACTIVE, now)
        for key, (address, name) in first.items()
        if fates[key] is Added.ADDED
    ]
    if new:
        connection.execute(insert(subscribers), new)
    return Counter(fates.values()) + Counter({Added.ALREADY: len(chunk) - len(first)})


def _fate(key: str, suppressed: dict[str, str], known: dict[str, str]) -> Added:
    """What an import does with one address."""
    if key in suppressed:
        return Added.SUPPRESSED
    if key not in known:
        return Added.ADDED
    left = known[key] == Standing.UNSUBSCRIBED
    return Added.UNSUBSCRIBED if left else Added.ALREADY


def _row(
    newsletter: str, address: Address, name: str, state: Standing, now: datetime
) -> dict[str, Any]:
    return {
        "newsletter": newsletter,
        "email": address.written,
        "email_key": address.key,
        "name": " ".join(name.split()),
        "state": state,
        "token": secrets.token_urlsafe(_TOKEN_BYTES),
        "created_at": now,
        "changed_at": now,
    }


def _change(connection: Connection, newsletter: str, address: Address, to: Standing) -> None:
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


def _withdraw(connection: Connection, key: str) -> None:
    """Cancel what is queued for an address wherever it is no longer wanted."""
    ids = select(subscribers.c.id).where(subscribers.c.email_key == key)
    withdraw(connection, deliveries.c.subscriber_id.in_(ids))
