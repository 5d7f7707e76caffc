"""Lists of any length, a page at a time: there may be a million rows."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select

from publisher.model.deliveries import Delivery, EditionSummary, State
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import OPEN, editions, is_digest, is_finished
from publisher.outbox.deliveries.claims import COLUMNS, d

_PAGE: Final = 1_000
_ANY: Final = 2**62


class Listing(Store):
    """Rows and editions for people to read; no transaction stays open between two pages."""

    def deliveries(
        self,
        channel: str | None = None,
        state: State | None = None,
        edition: int | None = None,
        limit: int | None = None,
    ) -> Iterator[Delivery]:
        """The rows that meet every given condition, in the order of queueing."""
        wanted = conditions(channel=channel, edition_id=edition)
        if state is not None:
            wanted += [d.state == state, *_hint(channel, state)]
        size = min(_PAGE, limit or _PAGE)
        rows = self.pages(select(*COLUMNS).where(d.id > 0, *wanted), d.id, size)
        return (Delivery(*row) for row in islice(rows, limit))

    def subject(self, edition_id: int) -> str:
        """The subject of an edition; empty where it is forgotten."""
        wanted = select(editions.c.subject).where(editions.c.id == edition_id)
        return self.scalar(wanted) or ""

    def editions(
        self, owner: str | None = None, limit: int | None = None
    ) -> Iterator[EditionSummary]:
        """The editions that were queued, the newest first."""
        e = editions.c
        columns = (e.id, e.owner, e.channel, e.slot, e.subject, e.after_id, e.last_id, e.segment)
        newest = select(*columns).where(is_digest)
        newest = newest.order_by(e.slot.desc(), e.id.desc()).limit(limit)
        if owner is not None:
            newest = newest.where(e.owner == owner)
        for number, name, channel, slot, subject, after, last, segment in self.rows(newest):
            counts = self._counts(number, channel, after, last)
            yield EditionSummary(number, name, channel, slot, subject, counts, segment)

    def _counts(self, edition: int, channel: str, after: int, last: int) -> dict[State, int]:
        """How many emails of an edition are in each state.

        SQLite queues an edition in one go, so its indexes alone can tell; on PostgreSQL a note of
        the same channel may have a number in between.
        """
        within = [d.channel == channel, d.id > after, d.id <= last]
        if self.database.dialect != "sqlite":
            within.append(d.edition_id == edition)
        with self.database.reading() as connection:
            ended = select(d.state, func.count()).where(is_finished, *within).group_by(d.state)
            found = {State(state): count for state, count in connection.execute(ended)}
            for state, which in OPEN.items():
                mine = select(func.count()).where(which, *within)
                found[state] = connection.scalar(mine) or 0
        return {state: found.get(state, 0) for state in State}


def conditions(**wanted: Any) -> list[ColumnElement[bool]]:
    """Conditions on columns; the rows of an edition are looked for only where they can be."""
    given = {name: value for name, value in wanted.items() if value is not None}
    found = [d[name] == value for name, value in given.items()]
    if "edition_id" in given:
        mine = editions.c.id == given["edition_id"]
        last = case((is_digest, editions.c.last_id), else_=_ANY)  # emails of the system may come
        found.append(d.id > select(editions.c.after_id).where(mine).scalar_subquery())
        found.append(d.id <= select(last).where(mine).scalar_subquery())
    return found


def _hint(channel: str | None, state: State) -> list[ColumnElement[bool]]:
    """Word for word what an index says that finds few rows, or finds them in their order.

    Queued rows may be a million and stand in another order there.
    """
    if state in OPEN:
        return [] if state is State.QUEUED else [OPEN[state]]
    return [] if channel is None else [is_finished]
