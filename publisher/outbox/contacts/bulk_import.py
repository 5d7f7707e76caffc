"""The statements of a bulk import: many subscribers at once, in the memory that ten would need.

The list is read into a temporary table of its own connection (`gather`), where an address that
comes twice is made one (`merge_doubles`); nobody waits for that. Then few statements bring it into
the tables, PART new subscribers in a transaction: whoever sends meanwhile waits for one of those.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

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
from publisher.model.contacts import Added, EventKind, ImportRow, ImportState
from publisher.outbox.contacts.events import note_subscriptions
from publisher.outbox.contacts.recipients import withdraw_from
from publisher.outbox.db.engine import batched, dialect_insert
from publisher.outbox.db.tables import contacts, subscriptions, suppressions
from publisher.outbox.db.types import Moment, storable

CHUNK: Final = 5_000
PART: Final = 50_000
_TOKEN_BYTES: Final = 16

_temporary = MetaData()


def _table(name: str, *columns: str) -> Table:
    number = Column("n", BigInteger, primary_key=True, autoincrement=False)
    rest = (Column(each, Integer if each == "state" else Text, nullable=False) for each in columns)
    return Table(name, _temporary, number, *rest, prefixes=["TEMPORARY"])


_imported = _table("imported", "email", "email_key", "name", "state", "reason", "token")
_doubles = _table("imported_twice", "email_key", "state", "reason")
_i = _imported.c
_is_gone = _i.state >= ImportState.UNSUBSCRIBED
_is_suppressed = exists().where(suppressions.c.email_key == _i.email_key)
_SQLITE: Final = "INSERT INTO imported VALUES (?, ?, ?, ?, ?, ?, ?)"
_POSTGRESQL: Final = (
    "INSERT INTO imported SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], "
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


def gather(
    connection: Connection, contacts: Iterable[ImportRow], progress: Callable[[int], None] | None
) -> int:
    """Read `contacts` into a temporary table; says how many there are."""
    _temporary.create_all(connection, checkfirst=False)
    total = 0
    for chunk in batched(contacts, CHUNK):
        rows = [
            (total + at, email, key, one_name(name), int(state), storable(reason), new_token())
            for at, (email, key, name, state, reason) in enumerate(chunk)
        ]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(_SQLITE, rows)
        else:
            connection.exec_driver_sql(_POSTGRESQL, tuple(map(list, zip(*rows, strict=True))))
        total += len(rows)
        if progress:
            progress(total)
    return total


def merge_doubles(connection: Connection, total: int) -> int:
    """Keep the first of an address that came more than once, with the strictest of its states.

    Says how many of the `total` are left.
    """
    connection.exec_driver_sql("CREATE INDEX imported_by_key ON imported (email_key)")
    keys = select(_i.email_key).group_by(_i.email_key).having(func.count() > 1)
    found = select(func.min(_i.n), _i.email_key, func.max(_i.state), func.max(_i.reason))
    found = found.where(_i.email_key.in_(keys)).group_by(_i.email_key)
    connection.execute(insert(_doubles).from_select(_doubles.columns.keys(), found))
    mine = _doubles.c.n == _i.n
    strictest = {
        name: select(_doubles.c[name]).where(mine).scalar_subquery() for name in ("state", "reason")
    }
    firsts = select(_doubles.c.n)
    connection.execute(update(_imported).where(_i.n.in_(firsts)).values(strictest))
    later = and_(_i.email_key.in_(select(_doubles.c.email_key)), _i.n.not_in(firsts))
    return total - connection.execute(delete(_imported).where(later)).rowcount


def fates(connection: Connection, newsletter: str) -> Counter[Added]:
    """What becomes of each address, asked before anything changes."""
    state = subscriptions.c.state
    fate = case(
        ((_i.state == ImportState.SUPPRESSED) | _is_suppressed, Added.SUPPRESSED.value),
        (_is_gone | (state == "unsubscribed"), Added.UNSUBSCRIBED.value),
        (state == "active", Added.ALREADY.value),
        (and_(state == "pending", _i.state == ImportState.PENDING), Added.ALREADY.value),
        (_i.state == ImportState.PENDING, Added.PENDING.value),
        else_=Added.ADDED.value,
    ).label("fate")
    s = subscriptions.c
    mine = and_(s.contact_id == contacts.c.id, s.newsletter == newsletter)
    known = _imported.outerjoin(contacts, contacts.c.email_key == _i.email_key)
    each = select(fate).select_from(known.outerjoin(subscriptions, mine)).subquery()
    words = [Added.ADDED, Added.ALREADY, Added.PENDING, Added.UNSUBSCRIBED, Added.SUPPRESSED]
    counts = [func.count().filter(each.c.fate == word.value) for word in words]
    numbers = connection.execute(select(*counts).select_from(each)).one()
    return Counter(dict(zip(words, numbers, strict=True)))


def change_known(connection: Connection, newsletter: str) -> None:
    """Bring what the list says to those who are known already, and suppress whom it tells to."""
    now = utc_now()
    s = subscriptions.c
    never = select(_i.email_key, _i.email, _i.reason, literal(now, Moment))
    new = dialect_insert(connection, suppressions).from_select(
        suppressions.columns.keys(), never.where(_i.state == ImportState.SUPPRESSED)
    )
    connection.execute(new.on_conflict_do_nothing())
    gone = select(_i.email_key).where(_is_gone)
    those = select(contacts.c.id).where(contacts.c.email_key.in_(gone))
    left = and_(s.newsletter == newsletter, s.state != "unsubscribed", s.contact_id.in_(those))
    reason = "the imported list says so"
    note_subscriptions(connection, left, EventKind.UNSUBSCRIBED, reason, now)
    values: dict[str, Any] = {"state": "unsubscribed", "changed_at": now}
    connection.execute(update(subscriptions).where(left).values(values))
    wanted = select(contacts.c.id).join(_imported, _i.email_key == contacts.c.email_key)
    wanted = wanted.where(_i.state == ImportState.ACTIVE, ~_is_suppressed)
    mine = and_(s.newsletter == newsletter, s.state == "pending", s.contact_id.in_(wanted))
    note_subscriptions(connection, mine, EventKind.SUBSCRIBED, reason, now)
    values = {"state": "active", "changed_at": now, "joined_at": now}
    connection.execute(update(subscriptions).where(mine).values(values))
    withdraw_from(connection, gone)


def insert_new(connection: Connection, newsletter: str, start: int) -> None:
    """Subscribe those from `start` on who are not known, in the order of the list."""
    now = utc_now()
    _insert_contacts(connection, start, now)
    state = case(
        {ImportState.ACTIVE.value: "active", ImportState.PENDING.value: "pending"},
        value=_i.state,
        else_="unsubscribed",
    )
    values: dict[str, Any] = {
        "contact_id": contacts.c.id,
        "newsletter": literal(newsletter),
        "state": state,
        "token": _i.token,
        "choices": literal(""),
        "segment": literal(""),
        "joined_at": literal(now, Moment),
        "created_at": literal(now, Moment),
        "changed_at": literal(now, Moment),
    }
    some = select(*(value.label(name) for name, value in values.items()))
    some = some.select_from(_imported.join(contacts, contacts.c.email_key == _i.email_key))
    mine = and_(
        subscriptions.c.contact_id == contacts.c.id, subscriptions.c.newsletter == newsletter
    )
    some = some.where(*_part(start), ~exists().where(mine))
    connection.execute(insert(subscriptions).from_select(list(values), some.order_by(_i.n)))


def _insert_contacts(connection: Connection, start: int, now: datetime) -> None:
    moment = literal(now, Moment)
    values: dict[str, Any] = {
        "email": _i.email,
        "email_key": _i.email_key,
        "name": _i.name,
        "language": literal(""),
        "timezone": literal(""),
        "created_at": moment,
        "consent_at": moment,
        "consent_how": literal("import"),
        "consent_from": literal(""),
    }
    some = select(*(value.label(name) for name, value in values.items())).where(*_part(start))
    new = dialect_insert(connection, contacts).from_select(list(values), some.order_by(_i.n))
    connection.execute(new.on_conflict_do_nothing())


def _part(start: int) -> list[ColumnElement[bool]]:
    within = and_(_i.n >= start, _i.n < start + PART)
    return [within, (_i.state != ImportState.ACTIVE) | ~_is_suppressed]
