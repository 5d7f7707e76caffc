"""Exchange: settle what was answered and claim what comes next, in one transaction.

Bulk mail asks for this after every few messages, so what runs each time is the driver's own
statements on a connection that is kept: see exchange_sqlite and exchange_postgresql.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, count
from threading import Lock
from typing import Self

from sqlalchemy.exc import DBAPIError

from publisher.model.deliveries import Outcome, State, Ticket, Weighing
from publisher.outbox.db.engine import Database, Store
from publisher.outbox.db.errors import storage_error
from publisher.outbox.db.types import micros, storable
from publisher.outbox.deliveries.bulk_contract import Line, Swap
from publisher.outbox.deliveries.bulk_postgresql import PostgresqlLine
from publisher.outbox.deliveries.bulk_sqlite import SqliteLine
from publisher.outbox.deliveries.claims import give_back, settle_all
from publisher.outbox.doubts import weigh
from publisher.outbox.subscribers.recipients import CONTACTS


class Exchanger:
    """One channel's mails on their way, over a connection of its own; one thread at a time.

    `worker` holds the rows that it claims; `doubted` is why the last call paused the channel. Every
    call is one transaction. Where the answer to a call is lost, the same call may be made again:
    what was settled is not settled twice. Rows that the lost call may have claimed are given back
    by `release`.
    """

    def __init__(self, database: Database, channel: str, worker: str) -> None:
        self.channel = channel
        self.worker = worker
        self.doubted = ""
        self._database = database
        self._line: Line | None = None

    def exchange(
        self,
        sent: Sequence[tuple[int, str]],
        other: Sequence[Outcome],
        limit: int,
        *,
        now: datetime,
        lease: timedelta,
        eager_since: datetime | None = None,
        weighing: Weighing | None = None,
    ) -> list[Ticket]:
        """Settle `sent` and `other`, then take up to `limit` queued mails that are due.

        Args:
            sent: row and remote id of mails confirmed now; a confirmation always wins.
            other: any other outcomes; they count only for rows that this worker holds.
            limit: the most rows to take; none of those settled in the same call is among them.
            now: the moment.
            lease: for how long the taken rows are this worker's.
            eager_since: rows that back off are due as well unless they were tried since then.
            weighing: refusals among `other` that may be about every reader. If there are too many,
                they are put back, the channel is paused and nothing is taken: `doubted` says why.

        Raises:
            StorageError: nothing is changed, or all of it is and the answer was lost.
        """
        if not (sent or other or limit > 0):
            return []
        swap = Swap(
            sent=[(number, storable(remote)) for number, remote in sent],
            settled=[number for number, _ in sent] + [outcome.delivery_id for outcome in other],
            limit=max(limit, 0),
            now=micros(now),
            until=micros(now + lease),
            eager=None if eager_since is None else micros(eager_since),
        )
        with self._connected() as line:
            if not (other or weighing):
                return line.swap(swap)
            back = weighing or any(outcome.state is State.QUEUED for outcome in other)
            with line.transaction(CONTACTS if back else "") as connection:
                settle_all(connection, other, now, self.worker)
                self.doubted = weigh(connection, weighing, now) if weighing else ""
                return line.swap_within(replace(swap, limit=0) if self.doubted else swap)

    def release(self, held: Collection[int]) -> int:
        """Queue again what this worker holds but for `held`: it was claimed and never heard of.

        Says how many rows that were.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        with self._connected() as line, line.transaction(CONTACTS) as connection:
            return give_back(connection, self.worker, held)

    def close(self) -> None:
        """Let go of the connection; the next call makes another."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @contextmanager
    def _connected(self) -> Iterator[Line]:
        """Hand out the line; after any error it is closed, and the next call makes another."""
        try:
            if self._line is None:
                self._line = self._open()
            yield self._line
        except Exception as error:
            self.close()
            told = self._told(error)
            if told is None:
                raise
            raise told from error
        except BaseException:
            self.close()
            raise

    def _open(self) -> Line:
        kind = SqliteLine if self._database.dialect == "sqlite" else PostgresqlLine
        return kind(self._database, self.channel, self.worker)

    def _told(self, error: Exception) -> Exception | None:
        """A driver's error as people understand it."""
        known = (DBAPIError, self._database.engine.dialect.loaded_dbapi.Error)
        return storage_error(error, self._database.place) if isinstance(error, known) else None


class Exchanges(Store):
    """Who exchanges at this moment, so that no two of a process go by one name."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._names: set[str] = set()
        self._turn = Lock()

    @contextmanager
    def exchanger(self, channel: str, worker: str) -> Iterator[Exchanger]:
        """An Exchanger for one turn of `channel`; opens its connection when it is first used.

        Its own `worker` is `worker:channel`, with a number where that is at work already: the next
        turn goes by the same name, and can give back what an earlier one claimed unheard.
        """
        name = self._take_name(f"{worker}:{channel}")
        try:
            with Exchanger(self.database, channel, name) as exchanger:
                yield exchanger
        finally:
            with self._turn:
                self._names.discard(name)

    def _take_name(self, wanted: str) -> str:
        with self._turn:
            further = (f"{wanted}:{number}" for number in count(2))
            name = next(name for name in chain([wanted], further) if name not in self._names)
            self._names.add(name)
        return name
