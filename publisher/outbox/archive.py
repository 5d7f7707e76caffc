"""Editions that may be shown to everybody: those that somebody has got, and nobody has hidden."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select, update

from publisher.model.deliveries import Archived
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import (
    deliveries,
    editions,
    is_digest,
    is_finished,
    is_main,
    is_unpublished,
)

_e, _d = editions.c, deliveries.c
_COLUMNS: Final = [_e[name] for name in Archived.__dataclass_fields__]
_is_shown = and_(_e.published_at.is_not(None), ~_e.hidden)


class Archive(Store):
    """The editions of newsletters, the newest first; what was not sent to anybody is not there."""

    def refresh(self) -> None:
        """Find out which editions somebody has got by now, where that can be written down."""
        if self.database.is_read_only:
            return
        unknown: Select[Any] = select(_e.id, _first_sent().label("at")).where(is_unpublished)
        found = [(number, at) for number, at in self.rows(unknown) if at is not None]
        if found:
            with self.database.writing() as connection:
                for number, at in found:
                    mine = update(editions).where(_e.id == number)
                    connection.execute(mine.values(published_at=at))

    def listed(self, newsletter: str, limit: int | None = None, skip: int = 0) -> list[Archived]:
        """The editions that the archive of a newsletter lists."""
        newest = (_e.slot.desc(), _e.id.desc())
        # An index tells which they are; rows that are skipped hold whole emails.
        ids = _listed(newsletter).with_only_columns(_e.id).order_by(*newest).limit(limit)
        mine = _e.id.in_(ids.offset(skip).correlate(None))
        found = select(*_COLUMNS).where(mine).order_by(*newest)
        return [_archived(row) for row in self.rows(found)]

    def count(self, newsletter: str) -> int:
        """How many that are."""
        wanted = _listed(newsletter).with_only_columns(func.count())
        return self.scalar(wanted) or 0

    def find(self, newsletter: str, slug: str) -> Archived | None:
        """The edition at an address, also one of a segment, which is not listed."""
        mine = (_e.owner == newsletter, _e.slug == slug, is_digest, _is_shown)
        return next(map(_archived, self.rows(select(*_COLUMNS).where(*mine))), None)

    def newest(self, newsletter: str, segment: str = "") -> Archived | None:
        """The last edition of a segment."""
        mine = (_e.owner == newsletter, _e.segment == segment, is_digest, _is_shown)
        last = select(*_COLUMNS).where(*mine).order_by(_e.slot.desc(), _e.id.desc())
        return self._first(last) if segment else next(iter(self.listed(newsletter, 1)), None)

    def neighbours(self, edition: Archived) -> tuple[Archived | None, Archived | None]:
        """The listed editions before and after one."""
        place = (edition.slot, edition.id)
        rest = _listed(edition.owner)
        before = rest.where(_is_below(place)).order_by(_e.slot.desc(), _e.id.desc())
        after = rest.where(_is_above(place)).order_by(_e.slot, _e.id)
        return self._first(before), self._first(after)

    def main_of(self, edition: Archived) -> Archived | None:
        """The listed edition of the same slot: what a segment got is a variant of it."""
        same = _listed(edition.owner).where(_e.slot == edition.slot)
        return self._first(same.order_by(_e.id))

    def version(self) -> Sequence[Any]:
        """What changes with everything that is listed."""
        figures: list[ColumnElement[Any]] = [func.count()]
        figures += [func.sum(_e.id), func.max(_e.id), func.max(_e.published_at)]
        shown = select(*figures)
        (row,) = self.rows(shown.where(is_main, _is_shown))
        return tuple(row)

    def hide(self, ids: Collection[int], *, hidden: bool) -> int:
        """Take editions out of the archive, or show them again; says how many there are."""
        mine = update(editions).where(_e.id.in_(ids), is_digest)
        return self.execute(mine.values(hidden=hidden))

    def hidden(self) -> set[int]:
        """The ids of the editions that are taken out."""
        taken_out: Select[Any] = select(_e.id).where(is_digest, _e.hidden)
        return {row.id for row in self.rows(taken_out)}

    def _first(self, wanted: Select[Any]) -> Archived | None:
        return next(map(_archived, self.rows(wanted.limit(1))), None)


def _listed(newsletter: str) -> Select[Any]:
    return select(*_COLUMNS).where(is_main, _is_shown, _e.owner == newsletter)


def _archived(row: Any) -> Archived:
    return Archived(*row)


def _first_sent() -> Any:
    """When an edition's first email was sent; NULL: none was."""
    mine = (_d.channel == _e.channel, _d.id > _e.after_id, _d.id <= _e.last_id)
    sent = (_d.edition_id == _e.id, is_finished, _d.state == literal_column("'sent'"))
    at = func.coalesce(_d.sent_at, _d.queued_at, type_=_d.sent_at.type)
    return select(at).where(*mine, *sent).order_by(_d.id).limit(1).scalar_subquery()


def _is_below(place: tuple[datetime, int]) -> ColumnElement[bool]:
    slot, number = place
    return (_e.slot < slot) | ((_e.slot == slot) & (_e.id < number))


def _is_above(place: tuple[datetime, int]) -> ColumnElement[bool]:
    slot, number = place
    return (_e.slot > slot) | ((_e.slot == slot) & (_e.id > number))
