"""Exchange: settle what was answered and claim what comes next, in one transaction.

A bulk adapter asks for this after every few messages, so what runs each time is the driver's own
statements on a connection that is kept: see bulk_sqlite and bulk_postgresql.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, count
from threading import Lock

from sqlalchemy.exc import DBAPIError

from publisher.durations import micros
from publisher.model.deliveries import Allowance, Doubt, Outcome, State, Ticket
from publisher.outbox.contacts.recipients import CONTACTS
from publisher.outbox.db.engine import Database, Store
from publisher.outbox.deliveries.bulk_contract import BulkConnection, Claim
from publisher.outbox.deliveries.bulk_postgresql import PostgresqlConnection
from publisher.outbox.deliveries.bulk_sqlite import SqliteConnection
from publisher.outbox.deliveries.claims import give_back
from publisher.outbox.deliveries.settle import settle
from publisher.outbox.doubts import weigh
from publisher.outbox.limits.budget import lacking


class Exchanger:
    """One channel's messages on their way, over a connection of its own; one thread at a time.

    `worker` holds the rows that it claims, `network` is where their messages go. Of the last call,
    `pause_reason` is why it paused the channel, `lacking` the price of a row that the budget has no
    money for. Every call is one transaction. Where the answer to a call is lost, the same call may
    be made again: what was settled is not settled twice. Rows that the lost call may have claimed
    are given back by `release`.
    """

    def __init__(self, database: Database, channel: str, worker: str, network: str = "") -> None:
        self.channel = channel
        self.worker = worker
        self.network = network
        self.pause_reason = ""
        self.lacking: Decimal | None = None
        self._database = database
        self._connection: BulkConnection | None = None

    def exchange(
        self,
        outcomes: Sequence[Outcome],
        limit: int,
        *,
        now: datetime,
        lease: timedelta,
        eager_since: datetime | None = None,
        weighing: Sequence[Sequence[Doubt]] = (),
        allowance: Allowance | None = None,
        urgent: bool = False,
    ) -> list[Ticket]:
        """Settle `outcomes`, then take up to `limit` queued rows that are due.

        Args:
            outcomes: see Deliveries.settle.
            limit: the most rows to take; none of those settled in the same call is among them.
            now: the moment.
            lease: for how long the taken rows are this worker's.
            eager_since: rows that back off are due as well unless they were tried since then.
            weighing: refusals among `outcomes` that may be about every reader, see `weigh`. If
                there are too many, they are put back, the channel is paused and nothing is taken.
            allowance: what may be spent; `limit` is 1 then.
            urgent: take nothing but emails of the system.

        Raises:
            StorageError: nothing is changed, or all of it is and the answer was lost.
        """
        self.pause_reason, self.lacking = "", None
        if not (outcomes or limit > 0):
            return []
        claim = Claim(
            limit=max(limit, 0),
            not_these=[outcome.id for outcome in outcomes],
            now=micros(now),
            due=0 if urgent else micros(now),
            until=micros(now + lease),
            eager=None if eager_since is None or urgent else micros(eager_since),
        )
        back = weighing or any(outcome.state is State.QUEUED for outcome in outcomes)
        with self._connected() as connection:
            if not (back or (allowance and limit > 0)):
                return connection.exchange(outcomes, claim)
            with connection.transaction(CONTACTS if back else "") as transaction:
                settle(transaction, outcomes, now, self.worker)
                if weighing:
                    self.pause_reason = weigh(transaction, self.channel, weighing, now)
                if allowance and limit > 0:
                    self.lacking = lacking(transaction, self.channel, allowance, now, eager_since)
                stop = self.pause_reason or self.lacking is not None or limit <= 0
                return [] if stop else connection.claim(claim)

    def release(self, held: Collection[int]) -> int:
        """Queue again what this worker holds but for `held`: it was claimed and never heard of.

        Says how many rows that were.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        with self._connected() as connection, connection.transaction(CONTACTS) as transaction:
            return give_back(transaction, self.worker, held)

    def close(self) -> None:
        """Let go of the connection; the next call makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[BulkConnection]:
        """Hand out the connection; after an error it is closed, and the next call makes another."""
        try:
            if self._connection is None:
                sqlite = self._database.dialect == "sqlite"
                kind = SqliteConnection if sqlite else PostgresqlConnection
                self._connection = kind(self._database, self.channel, self.worker, self.network)
            yield self._connection
        except BaseException as error:
            self.close()
            theirs = (DBAPIError, self._database.engine.dialect.loaded_dbapi.Error)
            if isinstance(error, theirs) and (known := self._database.explain(error)):
                raise known from error
            raise


class Exchanges(Store):
    """Who exchanges at this moment, so that no two of a process go by one name."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._names: set[str] = set()
        self._lock = Lock()

    @contextmanager
    def exchanger(self, channel: str, worker: str, network: str = "") -> Iterator[Exchanger]:
        """An Exchanger for one run of `channel`; opens its connection when it is first used.

        Its own `worker` is `worker:channel`, with a number where that is at work already: the next
        run goes by the same name, and can give back what an earlier one claimed unheard.
        """
        wanted = f"{worker}:{channel}"
        with self._lock:
            further = (f"{wanted}:{number}" for number in count(2))
            name = next(name for name in chain([wanted], further) if name not in self._names)
            self._names.add(name)
        try:
            with closing(Exchanger(self.database, channel, name, network)) as exchanger:
                yield exchanger
        finally:
            with self._lock:
                self._names.discard(name)
