"""The segments of a newsletter: which there are, how many readers each has, who is new there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, select, update

from publisher.model.deliveries import EditionDraft, SlotDraft, Span, series_of
from publisher.outbox.contacts.recipients import has_joined, newcomers, recipients
from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import is_newcomer, subscriptions, watched

_s = subscriptions.c
_settled = _s.since.is_(None)


class Segments(Store):
    """Readers of a newsletter, by what they chose; the key of those who chose nothing is empty."""

    def keys(self, newsletter: str) -> list[str]:
        """The keys of a newsletter's segments, found by the index alone: readers may be millions.

        Readers of a segment may all have left.
        """
        mine = select(func.min(_s.segment)).where(_s.newsletter == newsletter)
        found = select(mine.where(_s.segment > "").scalar_subquery().label("key"))
        chain = found.cte("chain", recursive=True)
        following = mine.where(_s.segment > chain.c.key).scalar_subquery()
        chain = chain.union_all(select(following).where(chain.c.key.is_not(None)))
        return [key for (key,) in self.rows(select(chain.c.key)) if key is not None]

    def sizes(self, newsletter: str) -> dict[str, int]:
        """How many readers each segment of a newsletter has."""
        counted = recipients(newsletter).with_only_columns(_s.segment, func.count())
        return dict(map(tuple, self.rows(counted.group_by(_s.segment))))

    def has_readers(self, newsletter: str, segment: str) -> bool:
        """Whether anybody gets the next edition of a segment."""
        return bool(self.scalar(select(recipients(newsletter, segment).exists())))

    def count(self, newsletter: str, segment: str, *, everybody: bool = False) -> int:
        """How many readers get the next edition of a segment as they got the one before.

        With `everybody`, those who have just come are counted, too.
        """
        mine = recipients(newsletter, segment)
        mine = mine if everybody else mine.where(_settled)
        return self.scalar(mine.with_only_columns(func.count())) or 0

    def newcomers(self, newsletter: str, segment: str) -> list[tuple[datetime, bool, int]]:
        """Since when posts are new for newcomers, whether they joined then, and how many they are.

        Those who came first come first.
        """
        label = has_joined.label("has_joined")
        mine = recipients(newsletter, segment).where(is_newcomer)
        counted = mine.with_only_columns(_s.since, label, func.count()).group_by(_s.since, label)
        rows = self.rows(counted.order_by(_s.since))
        return [(since, bool(joined), count) for since, joined, count in rows]


def is_uncovered(connection: Connection, draft: SlotDraft) -> bool:
    """Whether somebody came to the segment of `draft` for whom it does not know what is new."""
    if draft.covered is None:
        return False
    late = and_(is_newcomer, ~newcomers(draft.covered))
    missed = recipients(draft.owner, draft.segment).where(late)
    return bool(connection.scalar(select(missed.exists())))


def settle(connection: Connection, draft: EditionDraft, spans: Sequence[Span]) -> None:
    """Those who came have got what was new for them; from now on they are like all others."""
    mine = and_(_s.newsletter == draft.owner, _s.segment == draft.segment, newcomers(spans))
    heard = update(subscriptions).where(mine, _s.state == "active").values(since=draft.heard)
    connection.execute(heard)


def come_into(connection: Connection, newsletter: str, segment: str, now: datetime) -> None:
    """A reader comes into a segment: one that nobody was in has no slot to catch up with."""
    if not segment or connection.scalar(select(_others(newsletter, segment).exists())):
        return
    new = dialect_insert(connection, watched).values(
        owner=series_of(newsletter, segment), since=now
    )
    connection.execute(new.on_conflict_do_update(index_elements=["owner"], set_={"since": now}))


def _others(newsletter: str, segment: str) -> Select[tuple[int]]:
    mine = and_(_s.newsletter == newsletter, _s.segment == segment, _s.state == "active")
    return select(_s.id).where(mine)
