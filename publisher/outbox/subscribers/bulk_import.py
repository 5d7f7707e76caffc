"""Many readers at once: gathered beside the tables, then taken in with few statements.

Whoever sends meanwhile waits for a part of those only, never for the file that is read. What is
gathered lies in a temporary table, so a million readers need no more memory than ten.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from publisher.durations import utc_now
from publisher.model.contacts import Added, Arrival, Says
from publisher.outbox.db.engine import Database
from publisher.outbox.db.tables import deliveries, subscribers, suppressions
from publisher.outbox.db.types import Moment, storable
from publisher.outbox.subscribers.recipients import withdraw

T = TypeVar("T")

_CHUNK: Final = 5_000
_PART: Final = 50_000  # in a transaction: a mailing waits for it
_TOKEN_BYTES: Final = 16


_temporary = MetaData()
_arrivals = Table(
    "arrivals",
    _temporary,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("says", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("token", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_doubles = Table(
    "arrivals_twice",
    _temporary,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("email_key", Text, nullable=False),
    Column("says", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_a = _arrivals.c
_has_left = _a.says >= Says.UNSUBSCRIBED
_is_suppressed = exists().where(suppressions.c.email_key == _a.email_key)
_SQLITE: Final = "INSERT INTO arrivals VALUES (?, ?, ?, ?, ?, ?, ?)"
_POSTGRESQL: Final = (
    "INSERT INTO arrivals SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], "
    "%s::int[], %s::text[], %s::text[])"
)


def new_token() -> str:
    """Stands for a subscriber in links; a command takes it for no option."""
    while (token := secrets.token_urlsafe(_TOKEN_BYTES)).startswith("-"):
        pass
    return token


def one_name(name: str) -> str:
    """A name as it is stored: blanks are single."""
    return storable(" ".join(name.split()))


def take_in(
    database: Database,
    turn: str,
    newsletter: str,
    arrivals: Iterable[Arrival],
    progress: Callable[[int], None] | None = None,
) -> Counter[Added]:
    """Take in all `arrivals`; none, if gathering them fails.

    More than some thousands take several transactions. Where the database fails between two, the
    same list may be taken in again: who is there already is left alone.

    Nobody who left or is suppressed comes back this way. Who has left by what the list says, is
    unsubscribed. `progress` hears how many were gathered. Says how many met which fate.

    Raises:
        StorageError: the database cannot be read or written.
    """
    with database.workbench() as bench:
        with bench.gathering() as connection:
            total = _gather(connection, arrivals, progress)
            different = _without_doubles(connection, total)
        with bench.writing(turn) as connection:
            fates = _fates(connection, newsletter)
            _apply(connection, database, newsletter)
            _insert(connection, newsletter, 0)
        for start in range(_PART, total, _PART):
            with bench.writing(turn) as connection:
                _insert(connection, newsletter, start)
    fates[Added.ALREADY] += total - different
    return +fates


def _gather(
    connection: Connection, arrivals: Iterable[Arrival], progress: Callable[[int], None] | None
) -> int:
    _temporary.create_all(connection, [_arrivals, _doubles], checkfirst=False)
    total = 0
    for chunk in in_chunks(arrivals):
        rows = [
            (total + at, email, key, one_name(name), int(says), storable(reason), new_token())
            for at, (email, key, name, says, reason) in enumerate(chunk)
        ]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(_SQLITE, rows)
        else:
            connection.exec_driver_sql(_POSTGRESQL, tuple(map(list, zip(*rows, strict=True))))
        total += len(rows)
        if progress:
            progress(total)
    return total


def in_chunks(rows: Iterable[T]) -> Iterator[Sequence[T]]:
    """`rows`, some thousands at a time."""
    coming = iter(rows)
    while chunk := list(islice(coming, _CHUNK)):
        yield chunk


def _without_doubles(connection: Connection, total: int) -> int:
    """Of an address that came more than once the first stays, with the strictest that was said.

    Says how many are left.
    """
    connection.exec_driver_sql("CREATE INDEX arrivals_by_key ON arrivals (email_key)")
    keys = select(_a.email_key).group_by(_a.email_key).having(func.count() > 1)
    found = select(func.min(_a.n), _a.email_key, func.max(_a.says), func.max(_a.reason))
    found = found.where(_a.email_key.in_(keys)).group_by(_a.email_key)
    twice = insert(_doubles).from_select(["n", "email_key", "says", "reason"], found)
    connection.execute(twice)
    mine = _doubles.c.n == _a.n
    said = {
        name: select(_doubles.c[name]).where(mine).scalar_subquery() for name in ("says", "reason")
    }
    firsts = select(_doubles.c.n)
    connection.execute(update(_arrivals).where(_a.n.in_(firsts)).values(said))
    later = and_(_a.email_key.in_(select(_doubles.c.email_key)), _a.n.not_in(firsts))
    return total - connection.execute(delete(_arrivals).where(later)).rowcount


def _known(newsletter: str) -> ColumnElement[bool]:
    s = subscribers.c
    return and_(s.newsletter == newsletter, s.email_key == _a.email_key)


def _fates(connection: Connection, newsletter: str) -> Counter[Added]:
    """What becomes of each address, asked before anything changes."""
    state = subscribers.c.state
    fate = case(
        ((_a.says == Says.SUPPRESSED) | _is_suppressed, Added.SUPPRESSED.value),
        (_has_left | (state == "unsubscribed"), Added.UNSUBSCRIBED.value),
        (state == "active", Added.ALREADY.value),
        (and_(state == "pending", _a.says == Says.PENDING), Added.ALREADY.value),
        (_a.says == Says.PENDING, Added.PENDING.value),
        else_=Added.ADDED.value,
    ).label("fate")
    each = select(fate).select_from(_arrivals.outerjoin(subscribers, _known(newsletter))).subquery()
    words = [Added.ADDED, Added.ALREADY, Added.PENDING, Added.UNSUBSCRIBED, Added.SUPPRESSED]
    counts = [func.count().filter(each.c.fate == word.value) for word in words]
    numbers = connection.execute(select(*counts).select_from(each)).one()
    return Counter(dict(zip(words, numbers, strict=True)))


def _apply(connection: Connection, database: Database, newsletter: str) -> None:
    """What the list says of those who are known already, and who is suppressed."""
    now = utc_now()
    leavers = select(_a.email_key).where(_has_left)
    _suppress(connection, database, now)
    mine = update(subscribers).where(subscribers.c.newsletter == newsletter)
    left = mine.where(subscribers.c.state != "unsubscribed", subscribers.c.email_key.in_(leavers))
    connection.execute(left.values(state="unsubscribed", changed_at=now))
    wanted = exists().where(
        _a.email_key == subscribers.c.email_key, _a.says == Says.ACTIVE, ~_is_suppressed
    )
    confirmed = mine.where(subscribers.c.state == "pending", wanted)
    connection.execute(confirmed.values(state="active", changed_at=now))
    ids = select(subscribers.c.id).where(subscribers.c.email_key.in_(leavers))
    withdraw(connection, deliveries.c.subscriber_id.in_(ids))


def _suppress(connection: Connection, database: Database, now: datetime) -> None:
    moment = literal(now, Moment)
    never = select(_a.email_key, _a.email, _a.reason, moment).where(_a.says == Says.SUPPRESSED)
    names = ["email_key", "email", "reason", "created_at"]
    connection.execute(
        database.insert(suppressions).from_select(names, never).on_conflict_do_nothing()
    )


def _insert(connection: Connection, newsletter: str, start: int) -> None:
    """Subscribe those from `start` on who are not known, in the order of the list."""
    now = utc_now()
    state = case(
        {Says.ACTIVE.value: "active", Says.PENDING.value: "pending"},
        value=_a.says,
        else_="unsubscribed",
    )
    values: dict[str, Any] = {
        "newsletter": literal(newsletter),
        "email": _a.email,
        "email_key": _a.email_key,
        "name": _a.name,
        "state": state,
        "token": _a.token,
        "created_at": literal(now, Moment),
        "changed_at": literal(now, Moment),
    }
    some = select(*(value.label(name) for name, value in values.items())).where(
        _a.n >= start,
        _a.n < start + _PART,
        ~exists().where(_known(newsletter)),
        (_a.says != Says.ACTIVE) | ~_is_suppressed,
    )
    connection.execute(insert(subscribers).from_select(list(values), some.order_by(_a.n)))
