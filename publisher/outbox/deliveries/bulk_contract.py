"""What an exchange asks of a database, and the connection that does it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from publisher.model.deliveries import Ticket

COLUMNS: Final = ", ".join(Ticket._fields)
"""What a claim reads of a row, in SQL."""

as_ticket: Final[Callable[[Iterable[Any]], Ticket]] = partial(tuple.__new__, Ticket)
"""Ticket._make, three times as fast: it does not count the columns."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Moments are in microseconds since 1970; no row of `settled` may be claimed."""

    sent: Sequence[tuple[int, str]]
    settled: list[int]
    limit: int
    now: int
    until: int
    eager: int | None


class Line(Protocol):
    """A connection of one channel's worker, kept open from one exchange to the next."""

    def swap(self, swap: Swap) -> list[Ticket]:
        """Do all of it in a transaction."""
        ...

    def swap_within(self, swap: Swap) -> list[Ticket]:
        """Do all of it within the transaction that is open."""
        ...

    def transaction(self, turn: str) -> AbstractContextManager[Connection]:
        """Open a transaction for more than a swap; see Database.writing for `turn`."""
        ...

    def close(self) -> None:
        """Give up the connection, in whatever state it is; never raises."""
        ...
