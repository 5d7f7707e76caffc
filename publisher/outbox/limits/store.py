"""Who may send how much, kept where every process sees it: a crash or restart forgets nothing."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import buckets, grants
from publisher.outbox.limits.gcra import (
    SKEW,
    Bucket,
    Pace,
    Taken,
    at_clock,
    stand_in_line,
    take,
    without_abandoned_line,
)

MOST_GRANTS: Final = 1_000
"""Rows of one window; more grants than this share rows, and count until the last of them leaves."""

ONCE: Final = "once "
"""Names that begin so allow one thing once, and are dropped as soon as its time is over."""

_UPSERT: Final = (
    "INSERT INTO buckets (name, since, seen, free_at, line_at) VALUES ({}) "
    "ON CONFLICT (name) DO UPDATE SET since = excluded.since, seen = excluded.seen, "
    "free_at = excluded.free_at, line_at = excluded.line_at"
)  # as text: a mailing to many domains comes by here with every claim
_KNOWN: Final = select(buckets).where(buckets.c.name.in_(bindparam("names", expanding=True)))
_DAY: Final = 86_400_000_000


class Want(NamedTuple):
    """Up to `rows` from the bucket `name`; what it lacks of `needed` stands in line.

    `slots` are the places to keep if anything is lacking; 0: none.
    """

    name: str
    pace: Pace
    rows: int
    needed: int = 0
    slots: int = 0


class Window(NamedTuple):
    """At most `number` in any `period`, which is microseconds."""

    number: int
    period: int

    def leaves_at(self, now: int) -> int:
        """The moment from which a grant of `now` is written down; a full window has few rows."""
        grain = self.period // MOST_GRANTS
        return now if self.number <= MOST_GRANTS or grain < 1 else -(-now // grain) * grain


class Move(NamedTuple):
    """Of what is written under `before`, `rows` belong under `after`; None: to nobody."""

    before: int
    after: int | None
    rows: int


class LimitsStore(Store):
    """Buckets and windows; all moments are microseconds since 1970.

    Of one channel's takers only one is served at a time.
    """

    def take(self, channel: str, wants: Sequence[Want], now: int) -> list[Taken]:
        """Serve all `wants`, which name different buckets, in one transaction."""
        return self.take_many(channel, [wants], now)[0]

    def take_many(
        self, channel: str, takers: Sequence[Sequence[Want]], now: int
    ) -> list[list[Taken]]:
        """Serve several takers, one after the other, in one transaction."""
        names = list({want.name for wants in takers for want in wants})
        with self.database.writing(f"grants {channel}") as connection:
            known = _read(connection, names)
            served = [[_serve_from(known, want, now) for want in wants] for wants in takers]
            rows = [(name, *known[name]) for name in names]
            mark = "?" if self.database.dialect == "sqlite" else "%s"
            connection.exec_driver_sql(_UPSERT.format(", ".join([mark] * 5)), rows)
        return served

    def put_back(self, name: str, pace: Pace, taken: Taken, rows: int) -> bool:
        """Give back `rows` of what was taken; False, and nothing, if others took since."""
        free_at = taken.before + pace.cost(taken.rows - rows)
        mine = update(buckets).where(buckets.c.name == name, buckets.c.free_at == taken.free_at)
        return self.execute(mine.values(free_at=free_at)) > 0

    def leave_line(self, name: str, line_at: int, first_unused: int) -> bool:
        """Give up the places from `first_unused` on, if nobody came behind them since."""
        mine = update(buckets).where(buckets.c.name == name, buckets.c.line_at == line_at)
        return self.execute(mine.values(line_at=first_unused)) > 0

    def first_use(self, name: str, now: int) -> int:
        """When `name` was first asked for; a clock that was ahead then has no say."""
        with self.database.writing() as connection:
            new = dialect_insert(connection, buckets).on_conflict_do_nothing()
            connection.execute(new, {"name": name, **Bucket(now, now)._asdict()})
            late = update(buckets).where(buckets.c.name == name, buckets.c.since > now)
            connection.execute(late.values(since=now))
            return _read(connection, [name])[name].since

    def take_of_window(
        self,
        channel: str,
        name: str,
        window: Window,
        wanted: int,
        now: int,
        moves: Sequence[Move] = (),
    ) -> tuple[Taken, int]:
        """Up to `wanted` of what the window still allows, and the moment it is written under.

        `moves` are made first.
        """
        with self.database.writing(f"grants {channel}") as connection:
            _move(connection, name, moves)
            _tidy(connection, name, now, window.period)
            used, oldest = _used(connection, name)
            rows = max(0, min(wanted, window.number - used))
            at = window.leaves_at(now)
            if rows:
                _note(connection, name, at, rows)
        return Taken(rows, (oldest if oldest is not None else at) + window.period), at

    def move(self, channel: str, name: str, moves: Sequence[Move]) -> None:
        """Write what was taken under other moments, or give it back."""
        with self.database.writing(f"grants {channel}") as connection:
            _move(connection, name, moves)

    def forget(self, now: int) -> None:
        """Drop the buckets that have been full for a day, but those that tell of a first use."""
        full = (buckets.c.seen < now - _DAY, buckets.c.line_at < now, buckets.c.free_at > 0)
        over = and_(buckets.c.name.startswith(ONCE), buckets.c.free_at < now)
        self.execute(delete(buckets).where(or_(over, and_(*full, buckets.c.free_at < now - _DAY))))


def _tidy(connection: Connection, name: str, now: int, period: int) -> None:
    """Drop what has left the window; what a clock set back left in the future is of now."""
    mine = grants.c.name == name
    connection.execute(delete(grants).where(mine, grants.c.at <= now - period))
    connection.execute(delete(grants).where(mine, grants.c.taken <= 0))
    ahead = (mine, grants.c.at > now + max(SKEW, period // MOST_GRANTS))
    lost = connection.scalar(select(func.sum(grants.c.taken)).where(*ahead))
    if lost:
        connection.execute(delete(grants).where(*ahead))
        _note(connection, name, now, int(lost))


def _move(connection: Connection, name: str, moves: Sequence[Move]) -> None:
    for before, after, rows in moves:
        mine = update(grants).where(grants.c.name == name, grants.c.at == before)
        connection.execute(mine.values(taken=grants.c.taken - rows))
        if after is not None:
            _note(connection, name, after, rows)


def _note(connection: Connection, name: str, at: int, rows: int) -> None:
    new = dialect_insert(connection, grants).values(name=name, at=at, taken=rows)
    more = {"taken": grants.c.taken + rows}
    connection.execute(new.on_conflict_do_update(index_elements=["name", "at"], set_=more))


def _read(connection: Connection, names: Sequence[str]) -> dict[str, Bucket]:
    rows = connection.execute(_KNOWN, {"names": names})
    return {row[0]: Bucket(*row[1:]) for row in rows}


def _serve_from(known: dict[str, Bucket], want: Want, now: int) -> Taken:
    """Serve one want, and remember what is left for the next."""
    known[want.name], taken = _serve(known.get(want.name), want, now)
    return taken


def _serve(known: Bucket | None, want: Want, now: int) -> tuple[Bucket, Taken]:
    """Take what there is; keep places in the line if that is too little."""
    bucket = at_clock(known, now) if known else Bucket(now, now)
    bucket = without_abandoned_line(bucket, want.pace)
    bucket, taken = take(bucket, want.pace, want.rows)
    if taken.rows >= want.needed or not want.slots:
        return bucket, taken
    bucket, first = stand_in_line(bucket, want.pace, want.slots)
    return bucket, taken._replace(slots=want.slots, line_at=first)


def _used(connection: Connection, name: str) -> tuple[int, int | None]:
    """What counts in a window after it was tidied, and since when."""
    wanted = select(func.sum(grants.c.taken), func.min(grants.c.at))
    row = connection.execute(wanted.where(grants.c.name == name)).one()
    return int(row[0] or 0), row[1]
