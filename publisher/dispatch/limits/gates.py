"""Gates: each lets so many through, and keeps the books of one limit in the database.

A gate takes about a second's worth at a time and spends it in memory. What is not spent goes back;
what a crash takes along is lost, which errs on the slow side.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from publisher.outbox.limits.gcra import SECOND, SKEW, Pace, Taken
from publisher.outbox.limits.store import LimitsStore, Move, Want, Window

FRESH = SECOND
"""How long what was taken may lie about; spent later, it would come on top of what is new."""

PLACES = 256
"""How many places in a line are kept at a time, or a minute's worth if that is less."""

SHARES = 1_000
"""What part of a long window is taken at a time."""


class Gate(Protocol):
    """One limit of a channel; all moments are microseconds since 1970."""

    why: str

    def take(self, wanted: int, now: int) -> tuple[int, int]:
        """How many of `wanted` may go now; if none, when to ask again."""
        ...

    def put(self, rows: int) -> None:
        """Take back what was not used."""
        ...

    def close(self) -> None:
        """Give back to everybody what is left."""
        ...


@dataclass(slots=True)
class Reservation:
    """Places that are kept for this process, one step apart; `end` is where the line went on."""

    pace: Pace
    first: int = 0
    used: int = 0
    count: int = 0
    end: int = 0

    def left(self, now: int) -> int:
        """How many are left that have not passed yet."""
        while self.used < self.count and self._moment() <= now:
            self.used += 1
        return self.count - self.used

    def extend(self, first: int, slots: int) -> None:
        """Keep further places: behind the others if nobody else stands between."""
        if first == self.end and self.used < self.count:
            self.count += slots
        else:
            self.first, self.used, self.count = first, 0, slots
        self.end = first + self.pace.cost(slots)

    def take(self) -> int:
        """The moment of the next place."""
        moment = self._moment()
        self.used += 1
        return moment

    def _moment(self) -> int:
        return self.first + self.pace.cost(self.used)


@dataclass(slots=True)
class Stock:
    """What one process holds of one bucket: rows that may go, and places in the line."""

    name: str
    pace: Pace
    rows: int = 0
    taken: Taken = field(default_factory=Taken)
    at: int = 0
    reservation: Reservation = field(init=False)

    def __post_init__(self) -> None:
        self.reservation = Reservation(self.pace)

    def follow_clock(self, now: int) -> None:
        """Leave places in the line that a clock which was set back since puts out of reach."""
        if now < self.at - SKEW:
            self.reservation = Reservation(self.pace)

    def lacks(self, needed: int, now: int) -> bool:
        """Whether the bucket is to be asked, so that so many may go or get a place."""
        if self.rows >= needed:
            return False
        until = min(self.taken.next_at, self.at + FRESH)
        has_none_yet = not self.taken.rows and self.at <= now < until
        return not has_none_yet or self.reservation.left(now) < needed - self.rows

    def want(self, needed: int, now: int, *, in_line: bool = False) -> Want:
        """What to ask the bucket for."""
        lacking, chunk = needed - self.rows, self.pace.chunk()
        full = not in_line or self.reservation.left(now) >= lacking
        slots = 0 if full else max(lacking, min(PLACES, 60 * chunk))
        return Want(self.name, self.pace, max(lacking, chunk), lacking, slots)

    def add(self, taken: Taken, now: int) -> None:
        """Keep what the bucket gave."""
        self.rows, self.taken, self.at = self.rows + taken.rows, taken, now
        if taken.slots:
            self.reservation.extend(taken.line_at, taken.slots)

    def is_stale(self, now: int) -> bool:
        """Whether what is left is too old to be spent, or of a clock that was set back."""
        return self.rows > 0 and not self.at <= now <= self.at + FRESH

    def empty_into(self, grants: LimitsStore) -> None:
        """Give back what is left of the last taken rows; older ones are lost."""
        spare, self.rows = min(self.rows, self.taken.rows), 0
        if spare:
            grants.put_back(self.name, self.pace, self.taken, spare)

    def leave_line(self, grants: LimitsStore, now: int) -> None:
        """Give up the places that were kept."""
        if self.reservation.left(now):
            grants.leave_line(self.name, self.reservation.end, self.reservation.take())
        self.reservation = Reservation(self.pace)


@dataclass(slots=True)
class PaceGate:
    """So many in a time, evenly."""

    grants: LimitsStore
    channel: str
    stock: Stock
    why: str

    def take(self, wanted: int, now: int) -> tuple[int, int]:
        """See Gate."""
        stock = self.stock
        if stock.is_stale(now):
            stock.empty_into(self.grants)
        if stock.lacks(1, now):
            (taken,) = self.grants.take(self.channel, [stock.want(1, now)], now)
            stock.add(taken, now)
        rows = min(wanted, stock.rows)
        stock.rows -= rows
        return rows, stock.taken.next_at

    def put(self, rows: int) -> None:
        """See Gate."""
        self.stock.rows += rows

    def close(self) -> None:
        """See Gate."""
        self.stock.empty_into(self.grants)


@dataclass(slots=True)
class WindowGate:
    """So many in any stretch of a length; `window` may grow from one moment to the next.

    What goes counts from the moment of its grant, and once it has an answer, from that moment.
    """

    grants: LimitsStore
    channel: str
    name: str
    window: Callable[[int], Window]
    why: str
    rows: int = 0
    taken: Taken = field(default_factory=Taken)
    at: int = 0
    noted_at: int = 0
    out: deque[list[int]] = field(default_factory=deque)  # what went: noted_at, rows
    moves: list[Move] = field(default_factory=list)

    def take(self, wanted: int, now: int) -> tuple[int, int]:
        """See Gate."""
        if self.rows and not self.at <= now <= self.at + FRESH:
            self.close()
        if not self.rows:
            self._fill(wanted, now)
        rows = min(wanted, self.rows)
        self.rows -= rows
        if rows and self.out and self.out[-1][0] == self.noted_at:
            self.out[-1][1] += rows
        elif rows:
            self.out.append([self.noted_at, rows])
        return rows, self.taken.next_at

    def put(self, rows: int) -> None:
        """See Gate."""
        for noted_at, back in self._remove(rows, -1):
            if noted_at == self.noted_at:
                self.rows += back
            else:
                self.moves.append(Move(noted_at, None, back))

    def answered(self, rows: int, now: int) -> None:
        """So many of those that went have their answer now."""
        at = self.window(now).leaves_at(now)
        for noted_at, some in self._remove(rows, 0):
            if at > noted_at:
                self.moves.append(Move(noted_at, at, some))

    def close(self) -> None:
        """See Gate."""
        spare, self.rows = min(self.rows, self.taken.rows), 0
        if spare:
            self.moves.append(Move(self.noted_at, None, spare))
        if self.moves:
            self.grants.move(self.channel, self.name, self.moves)
            self.moves = []

    def _remove(self, rows: int, end: int) -> Iterator[tuple[int, int]]:
        """Forget so many of what went, the oldest (`end` 0) or the newest (-1) first."""
        while rows > 0 and self.out:
            noted_at, went = self.out[end]
            some = min(rows, went)
            rows -= some
            self.out[end][1] -= some
            if some == went:
                del self.out[end]
            yield noted_at, some

    def _fill(self, wanted: int, now: int) -> None:
        window = self.window(now)
        chunk = max(wanted, window.number // SHARES)
        taken, noted_at = self.grants.take_of_window(
            self.channel, self.name, window, chunk, now, self.moves
        )
        self.moves = []
        self.rows, self.taken, self.at, self.noted_at = taken.rows, taken, now, noted_at


@dataclass(slots=True)
class Sieve:
    """A pace for each domain or sender by itself; `paces` by key, `"*"` for every other."""

    grants: LimitsStore
    channel: str
    kind: str
    paces: Mapping[str, Pace]
    stocks: dict[str, Stock | None] = field(default_factory=dict)

    def sift(self, keys: Sequence[str], now: int) -> list[int]:
        """For each of `keys`, 0 if one of it may go now, else the moment when its turn is."""
        needs = Counter(keys)
        stocks = {key: self._stock(key) for key in needs}
        self._fill([(stock, needs[key]) for key, stock in stocks.items() if stock], now)
        return [self._pass(stocks[key]) for key in keys]

    def put(self, key: str) -> None:
        """Take one back that went no further."""
        stock = self._stock(key)
        if stock is not None:
            stock.rows += 1

    def close(self, now: int) -> None:
        """Give back what is left."""
        for stock in filter(None, self.stocks.values()):
            stock.empty_into(self.grants)
            stock.leave_line(self.grants, now)

    def _stock(self, key: str) -> Stock | None:
        if key not in self.stocks:
            pace = self.paces.get(key) or self.paces.get("*")
            self.stocks[key] = Stock(f"{self.channel} {self.kind} {key}", pace) if pace else None
        return self.stocks[key]

    def _fill(self, needs: Sequence[tuple[Stock, int]], now: int) -> None:
        """Ask all the buckets that have to be asked, at once."""
        for stock, _ in needs:
            stock.follow_clock(now)
            if stock.is_stale(now):
                stock.empty_into(self.grants)
        asked = [(stock, need) for stock, need in needs if stock.lacks(need, now)]
        if not asked:
            return
        wants = [stock.want(need, now, in_line=True) for stock, need in asked]
        given = self.grants.take(self.channel, wants, now)
        for (stock, _), taken in zip(asked, given, strict=True):
            stock.add(taken, now)

    def _pass(self, stock: Stock | None) -> int:
        if stock is None:
            return 0
        if stock.rows:
            stock.rows -= 1
            return 0
        return stock.reservation.take()
