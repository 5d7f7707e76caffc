"""An edition's deliveries: one for each subscriber, thousands in a statement."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, literal, select

from publisher.durations import Progress, utc_now
from publisher.model.deliveries import EditionDraft, Kind, State
from publisher.outbox.contacts.recipients import recipients
from publisher.outbox.db.tables import contacts, deliveries, subscriptions
from publisher.outbox.deliveries.keys import email_stem, key_column

BLANK: Final = {
    "attempts": 0,
    "error": "",
    "status": "",
    "remote_id": "",
    "remote_url": "",
    "worker": "",
    "state": State.QUEUED,
}


def fan_out(
    connection: Connection,
    draft: EditionDraft,
    edition_id: int,
    which: ColumnElement[bool],
    progress: Progress | None,
    most: int,
) -> int:
    """Queue a delivery for each subscriber of `draft` among `which`, the oldest first.

    `most` is how many a statement may add. Says how many there are.
    """
    done = 0
    counted = recipients(draft.owner, draft.segment).where(which).with_only_columns(func.count())
    total = connection.scalar(counted) or 0 if progress else 0
    rows = _rows(connection, draft, edition_id).where(which)
    for within in _parts(connection, draft, most):
        part = rows.where(within).order_by(subscriptions.c.id)
        new = insert(deliveries).from_select(part.selected_columns.keys(), part)
        done += connection.execute(new.execution_options(preserve_rowcount=True)).rowcount
        if progress:
            progress(done, total)
    return done


def highest(connection: Connection) -> int:
    """The highest id of any delivery so far."""
    return connection.scalar(select(func.max(deliveries.c.id))) or 0


def _parts(connection: Connection, draft: EditionDraft, most: int) -> Iterator[ColumnElement[bool]]:
    """Each part of the subscribers.

    PostgreSQL is told where their contacts lie; else it would read all of them for each part.
    """
    s, after, is_postgresql = subscriptions.c, 0, connection.dialect.name == "postgresql"
    mine = select(s.id, s.contact_id).where(s.newsletter == draft.owner, s.segment == draft.segment)
    while True:
        some = mine.where(s.id > after).order_by(s.id).limit(most).subquery().c
        ends: list[ColumnElement[Any]] = [func.max(some.id)]
        if is_postgresql:
            ends += [func.min(some.contact_id), func.max(some.contact_id)]
        last, *theirs = connection.execute(select(*ends)).one()
        if last is None:
            return
        within = and_(s.id > after, s.id <= last)
        yield and_(within, contacts.c.id.between(*theirs)) if theirs else within
        after = last


def _rows(connection: Connection, draft: EditionDraft, edition_id: int) -> Select[Any]:
    """All deliveries of an edition as one query; its columns have the names of the table's."""
    now = utc_now()
    stem = email_stem(draft.owner, draft.slot, draft.again)
    key = key_column(stem, contacts.c.email_key, connection.dialect.name)
    fixed = BLANK | {
        "channel": draft.channel,
        "kind": Kind.EMAIL,
        "owner": draft.owner,
        "slot": draft.slot,
        "edition_id": edition_id,
        "post_path": "",
        "payload": "",
        "queued_at": now,
        "not_before": now,
    }
    own = {
        "key": key,
        "subscriber_id": subscriptions.c.id,
        "recipient": contacts.c.email,
        "recipient_name": contacts.c.name,
        "token": subscriptions.c.token,
    }
    same = {name: literal(value, deliveries.c[name].type) for name, value in fixed.items()}
    columns = (column.label(name) for name, column in (own | same).items())
    return recipients(draft.owner, draft.segment).with_only_columns(*columns)
