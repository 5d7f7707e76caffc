"""What an exchange asks of a database, and the connection that does it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from publisher.model.deliveries import Outcome, Ticket
from publisher.outbox.db.engine import BEGUN, WRITES, Database

COLUMNS: Final = ", ".join(Ticket._fields)
"""What a claim reads of a row, in SQL."""

as_ticket: Final[Callable[[Iterable[Any]], Ticket]] = partial(tuple.__new__, Ticket)
"""Ticket._make, three times as fast: it does not count the columns."""


class Claim(NamedTuple):
    """Up to `limit` rows; moments are in microseconds since 1970, no row of `not_these` is taken.

    Rows that wait since `due` or longer are taken. `eager`: rows that back off are due as well
    unless they were tried since then.
    """

    limit: int
    not_these: list[int]
    now: int
    due: int
    until: int
    eager: int | None


class BulkConnection(ABC):
    """A connection of one channel's worker, kept open from one exchange to the next.

    `network` is where the channel's messages go: a step that was done elsewhere begins anew.
    """

    def __init__(self, database: Database, channel: str, worker: str, network: str) -> None:
        self._connection = database.engine.connect().execution_options(**{WRITES: BEGUN})
        self._driver: Any = self._connection.connection.driver_connection
        self._connection.detach()
        self._fixed = {"channel": channel, "worker": worker, "network": network or None}

    @abstractmethod
    def exchange(self, outcomes: Sequence[Outcome], claim: Claim) -> list[Ticket]:
        """Settle `outcomes`, none of which goes back to the queue, and claim; one transaction."""

    @abstractmethod
    def claim(self, claim: Claim) -> list[Ticket]:
        """Claim within the transaction that is open."""

    @abstractmethod
    def transaction(self, lock: str) -> AbstractContextManager[Connection]:
        """Open a transaction for more than that; see Database.writing for `lock`."""

    def close(self) -> None:
        """Give up the connection, in whatever state it is; never raises."""
        self._driver.close()
        self._connection.invalidate()
        self._connection.close()
