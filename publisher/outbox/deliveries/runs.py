"""What one run is about: rows that were open when it began, and rows of the slot it plans.

No list of numbers is kept: there may be a million rows.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from publisher.model.deliveries import Delivery, Scope, State
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import OPEN, editions, is_note, is_open
from publisher.outbox.deliveries.claims import COLUMNS, d


class Runs(Store):
    """Counts and pages of a run's rows, as they are now."""

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
                for state in OPEN.values()
            ]
            later = (connection.scalar(select(func.max(d.id))) or 0) + 1
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


def _within(connection: Connection, scope: Scope, rows: Select[Any]) -> Select[Any]:
    """Those of `rows` that `scope` is about; nothing is read that lies before all of them."""
    mine = and_(editions.c.owner.in_(scope.owners), editions.c.slot == scope.slot)
    planned = and_(d.owner.in_(scope.owners), d.slot == scope.slot)
    after = connection.scalar(select(func.min(editions.c.after_id)).where(mine))
    note = connection.scalar(select(func.min(d.id)).where(is_note, planned))
    known = (number for number in (after, note) if number is not None)
    ended = or_(d.sent_at >= scope.since, d.ended_at >= scope.since)
    left_open = and_(d.id >= scope.first, d.channel.in_(scope.channels), or_(is_open, ended))
    return rows.where(d.id >= min([scope.first, *known]), or_(left_open, planned))
