"""What one run is about: rows that were open when it began, and rows of the slot it plans.

No list of numbers is kept: there may be a million rows.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from publisher.model.deliveries import Delivery, Scope, State
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import editions, is_note, is_queued, is_sending, is_unknown
from publisher.outbox.deliveries.claims import COLUMNS, d


class Runs(Store):
    """Counts and pages of a run's rows, as they are now."""

    def mark(self) -> int:
        """The highest number of any row so far: later rows have higher ones."""
        with self.database.reading() as connection:
            return _highest(connection)

    def scope(
        self, channels: Sequence[str], owners: Sequence[str], slot: datetime, now: datetime
    ) -> Scope:
        """What a run that begins `now` is about, whatever becomes of it.

        That is every row of `channels` that is open now or comes later, and every row that
        `owners` have in `slot`, also if it is finished already.
        """
        mine = d.channel.in_(channels)
        with self.database.reading() as connection:
            lowest = [
                connection.scalar(select(func.min(d.id)).where(state, mine))
                for state in (is_queued, is_sending, is_unknown)
            ]
            later = _highest(connection) + 1
        first = min((number for number in lowest if number is not None), default=later)
        return Scope(channels, first, now, owners, slot)

    def tally(self, scope: Scope) -> Counter[tuple[str, State]]:
        """How many rows of `scope` are in each state, by channel."""
        with self.database.reading() as connection:
            counted = _within(connection, scope, select(d.channel, d.state, func.count()))
            rows = connection.execute(counted.group_by(d.channel, d.state))
            return Counter({(channel, state): count for channel, state, count in rows})

    def touched(
        self,
        scope: Scope,
        *,
        states: Collection[State] = tuple(State),
        remarked: bool = False,
        after: int = 0,
        limit: int = 1_000,
    ) -> list[Delivery]:
        """A page of the rows of `scope` in `states`: those behind the row number `after`.

        With `remarked`, only the notes of which something was left out.
        """
        wanted = [d.id > after, d.state.in_(states)]
        if remarked:
            wanted += [is_note, d.remark.is_not(None)]
        with self.database.reading() as connection:
            page = _within(connection, scope, select(*COLUMNS)).where(*wanted)
            rows = connection.execute(page.order_by(d.id).limit(limit))
            return [Delivery(*row) for row in rows]


def _highest(connection: Connection) -> int:
    number: int | None = connection.scalar(select(func.max(d.id)))
    return number or 0


def _within(connection: Connection, scope: Scope, rows: Select[Any]) -> Select[Any]:
    """Those of `rows` that `scope` is about; nothing is read that lies before all of them."""
    mine = and_(editions.c.owner.in_(scope.owners), editions.c.slot == scope.slot)
    after = connection.scalar(select(func.min(editions.c.after_id)).where(mine))
    note = connection.scalar(select(func.min(d.id)).where(_notes(scope)))
    known = (number for number in (after, note) if number is not None)
    return rows.where(d.id >= min([scope.first, *known]), or_(_left_open(scope), _planned(scope)))


def _left_open(scope: Scope) -> ColumnElement[bool]:
    """Open at the beginning, or queued since."""
    still = or_(is_queued, is_sending, is_unknown)
    ended = or_(d.sent_at >= scope.since, d.ended_at >= scope.since)
    return and_(d.id >= scope.first, d.channel.in_(scope.channels), or_(still, ended))


def _planned(scope: Scope) -> ColumnElement[bool]:
    """Planned for the slot."""
    return and_(d.owner.in_(scope.owners), d.slot == scope.slot)


def _notes(scope: Scope) -> ColumnElement[bool]:
    return and_(is_note, _planned(scope))
