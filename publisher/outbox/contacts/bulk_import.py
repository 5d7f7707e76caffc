"""The statements of a bulk import: many subscribers at once, in the memory that ten would need.

The list is read into a temporary table of its own connection (`gather`), where an address that
comes twice is made one (`merge_doubles`); nobody waits for that. Then few statements bring it into
the tables, PART new subscribers in a transaction: whoever sends meanwhile waits for one of those.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    SmallInteger,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from publisher.durations import micros, utc_now
from publisher.model.contacts import (
    NOTHING_CHOSEN,
    Added,
    Choices,
    EventKind,
    ImportRow,
    ImportState,
    Segment,
)
from publisher.outbox.contacts.events import NOBODYS, note_rows
from publisher.outbox.contacts.recipients import withdraw_from
from publisher.outbox.db.engine import batched, dialect_insert
from publisher.outbox.db.tables import contacts, subscriptions, suppressions
from publisher.outbox.db.types import Moment, Words, storable

CHUNK: Final = 5_000
PART: Final = 50_000
_TOKEN_BYTES: Final = 16

_temporary = MetaData()
_TYPES: Final[dict[str, type[Any]]] = {
    "n": BigInteger,
    "state": SmallInteger,
    **dict.fromkeys(["consent_at", "since", "joined"], BigInteger),
}
_ARRAYS: Final[dict[type[Any], str]] = {BigInteger: "bigint", SmallInteger: "smallint"}


def _table(name: str, *columns: str) -> Table:
    number = Column("n", BigInteger, primary_key=True, autoincrement=False)
    rest = (Column(each, _TYPES.get(each, Text)) for each in columns)
    return Table(name, _temporary, number, *rest, prefixes=["TEMPORARY"])


_imported = _table(
    "imported",
    *("newsletter", "email", "email_key", "name", "state", "reason", "token", "language"),
    *("timezone", "choices", "segment", "consent_at", "consent_how", "consent_from", "kept"),
    *("since", "joined"),
)
_doubles = _table("imported_twice", "newsletter", "email_key", "state", "reason")
_i = _imported.c
_s, _c = subscriptions.c, contacts.c
_is_gone = _i.state >= ImportState.UNSUBSCRIBED
_is_suppressed = exists().where(suppressions.c.email_key == _i.email_key)
_same = _c.email_key == _i.email_key
_mine = and_(_s.contact_id == _c.id, _s.newsletter == _i.newsletter)
_ROWS: Final = ", ".join(f"%s::{_ARRAYS.get(_TYPES.get(each.name, Text), 'text')}[]" for each in _i)
_fate = case(
    ((_i.state == ImportState.SUPPRESSED) | _is_suppressed, Added.SUPPRESSED.value),
    (_is_gone | (_s.state == "unsubscribed"), Added.UNSUBSCRIBED.value),
    (_s.state == "active", Added.ALREADY.value),
    (and_(_s.state == "pending", _i.state == ImportState.PENDING), Added.ALREADY.value),
    (_i.state == ImportState.PENDING, Added.PENDING.value),
    else_=Added.ADDED.value,
).label("fate")
_known = _imported.outerjoin(contacts, _same).outerjoin(subscriptions, _mine)
_KINDS: Final = {
    ImportState.ACTIVE.value: EventKind.SUBSCRIBED.value,
    ImportState.PENDING.value: EventKind.ASKED.value,
    ImportState.UNSUBSCRIBED.value: EventKind.UNSUBSCRIBED.value,
    ImportState.SUPPRESSED.value: EventKind.SUPPRESSED.value,
}


def new_token() -> str:
    """Stands for a subscriber in links; a command takes it for no option."""
    while (token := secrets.token_urlsafe(_TOKEN_BYTES)).startswith("-"):
        pass
    return token


def one_name(name: str) -> str:
    """A name as it is stored: blanks are single."""
    return storable(" ".join(name.split()))


def gather(
    connection: Connection,
    rows: Iterable[ImportRow],
    newsletter: str,
    progress: Callable[[int], None] | None,
) -> int:
    """Read `rows` into a temporary table, for `newsletter` unless they name one; says how many."""
    _temporary.create_all(connection, checkfirst=False)
    into = str(insert(_imported).compile(dialect=connection.dialect))
    total = 0
    for chunk in batched(rows, CHUNK):
        values = [(total + at, *_values(each, newsletter)) for at, each in enumerate(chunk)]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(into, values)
        else:
            unnested = f"INSERT INTO imported SELECT * FROM unnest({_ROWS})"  # noqa: S608 - no input
            connection.exec_driver_sql(unnested, tuple(map(list, zip(*values, strict=True))))
        total += len(values)
        if progress:
            progress(total)
    return total


def _values(row: ImportRow, newsletter: str) -> tuple[Any, ...]:
    """A row as the temporary table has it, but for its number."""
    choices, segment = _chosen(row.choices, row.language, row.timezone)
    agreed = row.consent
    return (
        "" if row.newsletter is None else row.newsletter or newsletter,
        row.email,
        row.key,
        one_name(row.name),
        int(row.state),
        storable(row.reason),
        new_token(),
        row.language,
        row.timezone,
        choices,
        segment,
        _micros(agreed.at),
        storable(agreed.how),
        storable(agreed.source),
        row.kept,
        _micros(row.since),
        _micros(row.joined),
    )


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _chosen(choices: Choices, language: str, timezone: str) -> tuple[str, str]:
    if choices is NOTHING_CHOSEN and not language:
        return "", ""
    return _known_segment(choices, language, timezone)


@lru_cache(10_000)
def _known_segment(choices: Choices, language: str, timezone: str) -> tuple[str, str]:
    return storable(choices.to_json()), storable(Segment.of(choices, language, timezone).key)


def merge_doubles(connection: Connection, total: int) -> int:
    """Keep the first of an address that came more than once, with the strictest of its states.

    Says how many of the `total` are left.
    """
    connection.exec_driver_sql("CREATE INDEX imported_by_key ON imported (email_key)")
    keys = select(_i.email_key).group_by(_i.email_key).having(func.count() > 1)
    names = (_i.newsletter, _i.email_key)
    found = select(func.min(_i.n), *names, func.max(_i.state), func.max(_i.reason))
    found = found.where(_i.email_key.in_(keys)).group_by(*names)
    connection.execute(insert(_doubles).from_select(_doubles.columns.keys(), found))
    mine = _doubles.c.n == _i.n
    strictest = {
        name: select(_doubles.c[name]).where(mine).scalar_subquery() for name in ("state", "reason")
    }
    firsts = select(_doubles.c.n)
    connection.execute(update(_imported).where(_i.n.in_(firsts)).values(strictest))
    later = and_(_i.email_key.in_(select(_doubles.c.email_key)), _i.n.not_in(firsts))
    return total - connection.execute(delete(_imported).where(later)).rowcount


def leave_out(connection: Connection, which: Callable[[str], bool]) -> int:
    """Forget those of the list whose keys are `which`; says how many."""
    rows = connection.execute(select(_i.n, _i.email_key))
    found = [row.n for row in rows if which(row.email_key)]
    for some in batched(found, CHUNK):
        connection.execute(delete(_imported).where(_i.n.in_(some)))
    return len(found)


def fates(connection: Connection) -> Counter[Added]:
    """What becomes of each address, asked before anything changes."""
    each = select(_fate).select_from(_known).subquery()
    words = [Added.ADDED, Added.ALREADY, Added.PENDING, Added.UNSUBSCRIBED, Added.SUPPRESSED]
    counts = [func.count().filter(each.c.fate == word.value) for word in words]
    numbers = connection.execute(select(*counts).select_from(each)).one()
    return Counter(dict(zip(words, numbers, strict=True)))


def examples(connection: Connection, most: int) -> Iterator[tuple[Added, str, str]]:
    """For each fate, `most` addresses at most, with why nobody mails them; asked before, too."""
    here = select(suppressions.c.reason).where(suppressions.c.email_key == _i.email_key)
    why = case(
        (_i.reason != "", _i.reason),
        (_is_suppressed, here.scalar_subquery()),
        (_is_gone, "says the list"),
        (_s.state == "unsubscribed", "unsubscribed here"),
        else_="",
    )
    found = select(_fate, _i.email, why.label("why")).select_from(_known).order_by(_i.n)
    for word in Added:
        for row in connection.execute(found.where(_fate == word.value).limit(most)):
            yield word, row.email, row.why


def settle_segments(connection: Connection) -> None:
    """Put who is known already into the segment of the language and zone that they have here."""
    other = or_(_c.language != _i.language, _c.timezone != _i.timezone)
    both = _imported.join(contacts, _same)
    kinds = select(_i.choices, _c.language, _c.timezone).select_from(both).where(other).distinct()
    for choices, language, timezone in connection.execute(kinds).all():
        segment = Segment.of(Choices.from_json(choices), language, timezone).key
        theirs = exists().where(_same, _c.language == language, _c.timezone == timezone)
        those = update(_imported).where(_i.choices == choices, theirs)
        connection.execute(those.values(segment=segment))


def change_known(connection: Connection, source: str) -> None:
    """Bring what the list says to those who are known already, and suppress whom it tells to."""
    now = utc_now()
    _suppress(connection, now)
    gone = select(_i.email_key).where(_is_gone)
    here = _imported.join(contacts, _same).join(subscriptions, _mine)
    left = and_(_is_gone, _s.state != "unsubscribed")
    values: dict[str, Any] = {"state": "unsubscribed", "changed_at": now}
    _change(connection, select(_s.id).select_from(here).where(left), values, source)
    wanted = and_(_i.state == ImportState.ACTIVE, ~_is_suppressed, _s.state == "pending")
    values = {"state": "active", "changed_at": now, "joined_at": now}
    _change(connection, select(_s.id).select_from(here).where(wanted), values, source)
    withdraw_from(connection, gone)


def _change(connection: Connection, which: Any, values: dict[str, Any], source: str) -> None:
    """Give those subscriptions another state, and say so in their history."""
    ids, joined = _s.id.in_(which), values["state"] == "active"
    kind = EventKind.SUBSCRIBED if joined else EventKind.UNSUBSCRIBED
    facts = (literal(kind.value), literal(source, Words), literal(values["changed_at"], Moment))
    rows = select(_s.contact_id, _s.id, NOBODYS, *facts).where(ids)
    note_rows(connection, rows)
    connection.execute(update(subscriptions).where(ids).values(values))


def _suppress(connection: Connection, now: datetime) -> None:
    """Suppress whom the list says must not be mailed; those who are known hear of it here."""
    told = and_(_i.state == ImportState.SUPPRESSED, ~_is_suppressed)
    facts = (literal(EventKind.SUPPRESSED.value), _i.reason, literal(now, Moment))
    rows = select(_c.id, NOBODYS, NOBODYS, *facts).select_from(_imported.join(contacts, _same))
    note_rows(connection, rows.where(told).distinct())
    never = select(_i.email_key, _i.email, _i.reason, literal(now, Moment))
    new = dialect_insert(connection, suppressions).from_select(
        suppressions.columns.keys(), never.where(_i.state == ImportState.SUPPRESSED)
    )
    connection.execute(new.on_conflict_do_nothing())


def insert_new(connection: Connection, start: int, source: str) -> None:
    """Subscribe those from `start` on who are not known, in the order of the list."""
    now = utc_now()
    _insert_contacts(connection, start, now)
    state = case(
        (_i.kept != "", _i.kept),
        (_i.state == ImportState.ACTIVE, "active"),
        (_i.state == ImportState.PENDING, "pending"),
        else_="unsubscribed",
    )
    moment = literal(now, Moment)
    values: dict[str, Any] = {
        "contact_id": _c.id,
        "newsletter": _i.newsletter,
        "state": state,
        "token": _i.token,
        "choices": _i.choices,
        "segment": _i.segment,
        "since": case((_i.segment != "", moment)),
        "joined_at": func.coalesce(_i.joined, moment),
        "created_at": moment,
        "changed_at": func.coalesce(_i.since, moment),
    }
    some = select(*(value.label(name) for name, value in values.items()))
    some = some.select_from(_imported.join(contacts, _same))
    some = some.where(*_part(start), ~exists().where(_mine))
    connection.execute(insert(subscriptions).from_select(list(values), some.order_by(_i.n)))
    _note_new(connection, start, source, moment)


def _note_new(
    connection: Connection, start: int, source: str, moment: ColumnElement[datetime]
) -> None:
    """Write the first line of everybody's history: with its own token, this list brought it."""
    kind = case(_KINDS, value=_i.state)
    why = case((_i.reason != "", _i.reason), else_=literal(source, Words))
    rows = select(_s.contact_id, _s.id, NOBODYS, kind, why, moment)
    rows = rows.select_from(_imported.join(subscriptions, _s.token == _i.token))
    note_rows(connection, rows.where(*_part(start)).order_by(_i.n))


def _insert_contacts(connection: Connection, start: int, now: datetime) -> None:
    names = ("email", "email_key", "name", "language", "timezone")
    agreed = ("consent_at", "consent_how", "consent_from")
    values: dict[str, Any] = {name: _i[name] for name in names}
    values |= {"created_at": literal(now, Moment)} | {name: _i[name] for name in agreed}
    some = select(*(value.label(name) for name, value in values.items())).where(*_part(start))
    new = dialect_insert(connection, contacts).from_select(list(values), some.order_by(_i.n))
    connection.execute(new.on_conflict_do_nothing())


def _part(start: int) -> list[ColumnElement[bool]]:
    within = and_(_i.n >= start, _i.n < start + PART, _i.newsletter != "")
    return [within, (_i.state != ImportState.ACTIVE) | ~_is_suppressed]
