"""Who gets a newsletter, and who must never be mailed again."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from publisher.durations import utc_now
from publisher.mime.addresses import Address, parse_address
from publisher.model.contacts import Added, Contact, ImportRow, Subscriber, SubscriptionState
from publisher.outbox.db.engine import Store, batched, transaction
from publisher.outbox.db.tables import subscribers, suppressions
from publisher.outbox.subscribers import bulk_import
from publisher.outbox.subscribers.recipients import CONTACTS, recipients, suppress, withdraw_from

_s = subscribers.c


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
    ) -> Added:
        """Subscribe one address; `again` brings back one that had unsubscribed.

        Raises:
            AddressError: `email` is not a valid address.
        """
        address = parse_address(email)
        mine = and_(_s.newsletter == newsletter, _s.email_key == address.key)
        values = {"state": state, "email": address.written, "changed_at": utc_now()}
        with self.database.writing(CONTACTS) as connection:
            if _suppressed(connection, [address.key]):
                return Added.SUPPRESSED
            known = connection.scalar(select(_s.state).where(mine))
            if known is None:
                values |= {"newsletter": newsletter, "email_key": address.key}
                values |= {"name": bulk_import.one_name(name), "token": bulk_import.new_token()}
                values |= {"created_at": values["changed_at"]}
                connection.execute(insert(subscribers).values(values))
                return Added.ADDED
            if known == SubscriptionState.UNSUBSCRIBED and not again:
                return Added.UNSUBSCRIBED
            if known in {state, SubscriptionState.ACTIVE}:
                return Added.ALREADY
            connection.execute(update(subscribers).where(mine).values(values))
            return Added.AGAIN if known == SubscriptionState.UNSUBSCRIBED else Added.ADDED

    def import_rows(
        self,
        newsletter: str,
        rows: Iterable[ImportRow],
        progress: Callable[[int], None] | None = None,
    ) -> Counter[Added]:
        """Subscribe all of a list; none, if reading it fails. See `bulk_import` for how.

        More than some thousands take several transactions. Where the database fails between two,
        the same list may be imported again: who is there already is left alone.

        Nobody who unsubscribed or is suppressed comes back this way. Who has unsubscribed by what
        the list says, is unsubscribed. `progress` hears how many rows were read. Says how many met
        which fate.

        Raises:
            StorageError: the database cannot be read or written.
        """
        with self.database.workbench() as connection:
            with transaction(connection, writes=False):
                total = bulk_import.gather(connection, rows, progress)
                different = bulk_import.merge_doubles(connection, total)
            with transaction(connection, writes=True, lock=CONTACTS):
                fates = bulk_import.fates(connection, newsletter)
                bulk_import.change_known(connection, newsletter)
                bulk_import.insert_new(connection, newsletter, 0)
            for start in range(bulk_import.PART, total, bulk_import.PART):
                with transaction(connection, writes=True, lock=CONTACTS):
                    bulk_import.insert_new(connection, newsletter, start)
        fates[Added.ALREADY] += total - different
        return +fates

    def remove(self, newsletter: str, email: str) -> bool:
        """Unsubscribe one address, withdraw its queued emails; False if it was not subscribed."""
        key = parse_address(email).key
        gone = update(subscribers).where(
            _s.newsletter == newsletter,
            _s.email_key == key,
            _s.state != SubscriptionState.UNSUBSCRIBED,
        )
        with self.database.writing(CONTACTS) as connection:
            values = {"state": SubscriptionState.UNSUBSCRIBED, "changed_at": utc_now()}
            changed = connection.execute(gone.values(values)).rowcount
            withdraw_from(connection, [key])
        return changed > 0

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
                fresh += len(different) - len(_suppressed(connection, list(different)))
                suppress(connection, list(different.values()))
        return fresh

    def unsubscribe(self, token: str) -> Subscriber | None:
        """Unsubscribe whose links carry `token`; the subscriber as it was, None: there is none."""
        found = next(map(_subscriber, self.rows(_all().where(_s.token == token))), None)
        if found is not None:
            self.remove(found.newsletter, found.email)
        return found

    def show(self, email: str) -> Contact | None:
        """All that is known of an address; None if nothing is."""
        address = parse_address(email)
        with self.database.reading() as connection:
            reason = _suppressed(connection, [address.key]).get(address.key, "")
            rows = connection.execute(_all().where(_s.email_key == address.key))
            found = tuple(map(_subscriber, rows))
        return Contact(address.written, reason, found) if found or reason else None

    def count_active(self, newsletter: str) -> int:
        """How many subscribers get the next edition."""
        return self.scalar(recipients(newsletter).with_only_columns(func.count())) or 0

    def stream(
        self, newsletter: str | None = None, state: SubscriptionState | str | None = None
    ) -> Iterator[Subscriber]:
        """Subscribers in the order of joining, suppressed ones too; see `pages`."""
        given = [(_s.newsletter, newsletter), (_s.state, state)]
        conditions = [column == value for column, value in given if value is not None]
        return map(_subscriber, self.pages(_all().where(*conditions), _s.id))

    def suppressed(self) -> Iterator[tuple[str, str]]:
        """(address, reason) of everybody who is never mailed, by address; see `pages`."""
        rows = self.pages(select(suppressions), suppressions.c.email_key)
        return ((row.email, row.reason) for row in rows)


def _all() -> Select[Any]:
    own = [column for column in _s if column.name in Subscriber.__slots__]
    why = func.coalesce(suppressions.c.reason, "").label("suppressed")
    same = suppressions.c.email_key == _s.email_key
    return select(*own, why).select_from(subscribers.outerjoin(suppressions, same))


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(**(row._asdict() | {"state": SubscriptionState(row.state)}))


def _suppressed(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """By key, why an address is never mailed."""
    found = select(suppressions.c.email_key, suppressions.c.reason)
    rows = connection.execute(found.where(suppressions.c.email_key.in_(keys)))
    return {row.email_key: row.reason for row in rows}
