"""An edition is written down once: its texts, and the posts that it includes."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Insert, exists, insert, select
from sqlalchemy.exc import IntegrityError

from publisher.model.deliveries import (
    DIGEST,
    EditionDraft,
    Outdated,
    Rendered,
    SlotDraft,
    VariantDraft,
)
from publisher.model.posts import Included
from publisher.outbox.db.engine import dialect_insert
from publisher.outbox.db.tables import editions, included
from publisher.outbox.deliveries.keys import page_key
from publisher.outbox.fanout import highest

NEWCOMERS: Final = "&newcomers=1"
"""What tells the editions of readers who have just come to a segment from those of the others."""


def store(
    connection: Connection, draft: EditionDraft, form: EditionDraft | VariantDraft, slot_id: int
) -> int:
    """Store a form of the edition of a new slot; gives its id."""
    last = highest(connection)
    own = form is draft
    new = insert(editions).values(
        slot_id=slot_id,
        owner=draft.owner,
        channel=draft.channel,
        slot=draft.slot,
        **(texts_of(form.rendered) if form.rendered else {}),
        sender=draft.sender,
        list_id=draft.list_id,
        after_id=last,
        last_id=last,
        kind=DIGEST,
        segment=draft.segment if own else f"{draft.segment}{NEWCOMERS}",
        slug=_free_slug(connection, draft.owner, form.slug, slot_id),
    )
    edition_id: int = connection.execute(new.returning(editions.c.id)).scalar_one()
    return edition_id


def _free_slug(connection: Connection, owner: str, slug: str, slot_id: int) -> str:
    """`slug`; with the slot's number where a site that moved its zone has it already."""
    mine = exists().where(editions.c.owner == owner, editions.c.slug == slug)
    if not slug:
        return f"slot-{slot_id}"
    return f"{slug}-{slot_id}" if connection.scalar(select(mine)) else slug


def texts_of(rendered: Rendered) -> dict[str, str]:
    """The texts of an edition as its columns."""
    names = ("subject", "html", "text", "preheader")
    return {name: getattr(rendered, name) for name in names}


def include(connection: Connection, draft: SlotDraft) -> None:
    """Remember what this slot includes; that it happens once is a constraint of the table.

    Raises:
        Outdated: one of the posts has been included before.
    """
    try:
        _remember(connection, insert(included), draft, draft.included)
    except IntegrityError as error:
        raise Outdated from error


def include_more(connection: Connection, draft: SlotDraft, posts: Sequence[Included]) -> None:
    """What those who came got: others may have got it before they came."""
    new = dialect_insert(connection, included).on_conflict_do_nothing()
    _remember(connection, new, draft, posts)


def _remember(
    connection: Connection, new: Insert, draft: SlotDraft, posts: Sequence[Included]
) -> None:
    own = {"owner": draft.series, "again": draft.again}
    values = [row._asdict() | own | {"page_key": page_key(row.url)} for row in posts]
    if values:
        connection.execute(new, values)
