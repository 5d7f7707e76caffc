"""What an exchange asks of a database, and the connection that does it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection

from publisher.model.deliveries import Outcome, Ticket

COLUMNS: Final = ", ".join(Ticket._fields)
"""What a claim reads of a row, in SQL."""

as_ticket: Final[Callable[[Iterable[Any]], Ticket]] = partial(tuple.__new__, Ticket)
"""Ticket._make, three times as fast: it does not count the columns."""


class Claim(NamedTuple):
    """Up to `limit` rows; moments are in microseconds since 1970, no row of `not_these` is taken.

    `eager`: rows that back off are due as well unless they were tried since then.
    """

    limit: int
    not_these: list[int]
    now: int
    until: int
    eager: int | None


class BulkConnection(Protocol):
    """A connection of one channel's worker, kept open from one exchange to the next."""

    def exchange(self, outcomes: Sequence[Outcome], claim: Claim) -> list[Ticket]:
        """Settle `outcomes`, none of which goes back to the queue, and claim; one transaction."""
        ...

    def claim(self, claim: Claim) -> list[Ticket]:
        """Claim within the transaction that is open."""
        ...

    def transaction(self, lock: str) -> AbstractContextManager[Connection]:
        """Open a transaction for more than that; see Database.writing for `lock`."""
        ...

    def close(self) -> None:
        """Give up the connection, in whatever state it is; never raises."""
        ...
