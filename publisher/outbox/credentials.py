"""Tokens that channels renew by themselves: stored before they are used, renewed by one at a time.

No other table holds a secret of a channel, and nothing lists this one.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, Select, and_, delete, false, or_, select, update

from publisher.durations import utc_now
from publisher.errors import DeliveryError, OutcomeUnknown, StorageError, Unavailable
from publisher.model.credentials import Credentials, Renew
from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import credentials
from publisher.outbox.deliveries.workers import is_alive, is_gone, worker_name

RENEWING: Final = timedelta(minutes=2)
"""How long one process may take to renew before another one tries."""

LOOK_AGAIN: Final = 0.1
STORING: Final = 60.0
"""For how many seconds new credentials are tried to be stored; the old ones may be dead."""

c = credentials.c


class AllCredentials(Store):
    """The stored credentials of all channels."""

    def of(self, channel: str) -> "ChannelCredentials":
        """Those of one channel."""
        return ChannelCredentials(self, channel)

    def read(self, channel: str) -> Credentials | None:
        """What is stored of a channel."""
        for row in self.rows(select(credentials).where(c.channel == channel)):
            return _credentials(row)
        return None

    def put(self, channel: str, new: Credentials) -> Credentials:
        """Store credentials in place of any; whoever renews older ones has done so in vain."""
        with self.database.writing("credentials") as connection:
            version = 1 + (connection.scalar(_version(channel)) or 0)
            new = replace(new, version=version, asked_at=None)
            values = {**_values(new), "worker": "", "leased_until": None}
            row = dialect_insert(connection, credentials).values(channel=channel, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["channel"], set_=values))
        return new

    def forget(self, channel: str) -> bool:
        """Drop them; False if there were none."""
        with self.database.writing("credentials") as connection:
            return connection.execute(delete(credentials).where(c.channel == channel)).rowcount > 0

    def begin(
        self,
        channel: str,
        old: Credentials | None,
        worker: str,
        now: datetime,
        *,
        waited: bool = True,
    ) -> bool:
        """Take the right to renew; False where another has it, or has stored newer ones.

        A clock that jumps makes every lease look over: without having `waited` for as long as one
        lasts, nothing is taken from a process that lives here.
        """
        version = old.version if old else 0
        lease = {"worker": worker, "leased_until": now + RENEWING, "asked_at": now}
        with self.database.writing("credentials") as connection:
            if old is None and connection.scalar(_version(channel)) is None:
                values = {**_values(Credentials({})), **lease}
                connection.execute(credentials.insert().values(channel=channel, **values))
                return True
            held = connection.scalar(select(c.worker).where(c.channel == channel)) or ""
            over = c.leased_until <= now if waited or not is_alive(held) else false()
            free = or_(c.worker == "", over, c.leased_until.is_(None))
            mine = and_(c.channel == channel, c.version == version)
            which = mine if is_gone(held) else and_(mine, free)
            return connection.execute(update(credentials).where(which).values(lease)).rowcount > 0

    def finish(
        self, channel: str, old: Credentials | None, new: Credentials, worker: str
    ) -> Credentials | None:
        """Store what was renewed and give the right back; None where others were quicker."""
        new = replace(new, version=1 + (old.version if old else 0), asked_at=None)
        return new if self._give_back(channel, old, worker, _values(new)) else None

    def give_up(self, channel: str, old: Credentials | None, worker: str, *, lost: bool) -> None:
        """Give the right back with nothing renewed; `lost`: the network may have done it."""
        before: dict[str, object] = {"asked_at": old.asked_at if old else None}
        self._give_back(channel, old, worker, {} if lost else before)

    def _give_back(
        self, channel: str, old: Credentials | None, worker: str, values: dict[str, object]
    ) -> bool:
        version = old.version if old else 0
        mine = and_(c.channel == channel, c.version == version, c.worker == worker)
        change = update(credentials).where(mine)
        with self.database.writing("credentials") as connection:
            free = {"worker": "", "leased_until": None}
            return connection.execute(change.values({**values, **free})).rowcount > 0


@dataclass(frozen=True, slots=True)
class ChannelCredentials:
    """See CredentialStore."""

    store: AllCredentials
    channel: str
    clock: Callable[[], datetime] = utc_now

    def read(self) -> Credentials | None:
        """What is stored now."""
        return self.store.read(self.channel)

    def renewed(self, old: Credentials | None, renew: Renew) -> Credentials:
        """See CredentialStore.renewed."""
        worker = worker_name()
        until = time.monotonic() + RENEWING.total_seconds()
        waited = False
        while not waited:
            waited = time.monotonic() >= until
            found = self.read()
            if found is not None and found.version > (old.version if old else 0):
                return found
            if self.store.begin(self.channel, found, worker, self.clock(), waited=waited):
                return self._renew(found, renew, worker)
            time.sleep(LOOK_AGAIN)
        raise Unavailable(f"{self.channel}: another process is still renewing its token")

    def _renew(self, old: Credentials | None, renew: Renew, worker: str) -> Credentials:
        try:
            new = renew(old)
        except BaseException as error:
            surely_not = isinstance(error, DeliveryError) and not isinstance(error, OutcomeUnknown)
            with suppress(StorageError):
                self.store.give_up(self.channel, old, worker, lost=not surely_not)
            if isinstance(error, OutcomeUnknown):
                again = f"{error}: the answer to a renewal was lost; it is tried again"
                raise Unavailable(again, status=error.status) from None
            raise
        return self._keep(old, new, worker)

    def _keep(self, old: Credentials | None, new: Credentials, worker: str) -> Credentials:
        """Store what was renewed, whatever the database does meanwhile."""
        until = time.monotonic() + STORING
        while True:
            try:
                kept = self.store.finish(self.channel, old, new, worker)
            except StorageError:
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK_AGAIN)
            else:
                return kept or self.read() or new


def _version(channel: str) -> Select[tuple[int]]:
    return select(c.version).where(c.channel == channel)


def _values(of: Credentials) -> dict[str, object]:
    return {
        "content": json.dumps(dict(of.values)),
        "version": of.version,
        "expires_at": of.expires_at,
        "ends_at": of.ends_at,
        "asked_at": of.asked_at,
    }


def _credentials(row: "Row[tuple[object, ...]]") -> Credentials | None:
    if not row.version:
        return None  # somebody renews for the first time
    values = json.loads(row.content)
    return Credentials(values, row.expires_at, row.ends_at, row.version, row.asked_at)
