"""Counting: what waits, what went out since when, what it cost."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from publisher.outbox.database import Store
from publisher.outbox.deliveries import d
from publisher.outbox.records import STARTED, State
from publisher.outbox.tables import is_queued, is_sending, is_unknown, was_started


class Reports(Store):
    """Figures from the rows; nothing is counted anywhere else."""

    def counts(self) -> dict[str, dict[str, int]]:
        """By channel, how many rows are in each state; every state is there."""
        grouped = select(d.channel, d.state, func.count()).group_by(d.channel, d.state)
        result: dict[str, dict[str, int]] = {}
        with self.database.reading() as connection:
            for channel, state, count in connection.execute(grouped.order_by(d.channel)):
                states = result.setdefault(channel, {state.value: 0 for state in State})
                states[state.value] = count
        return result

    def waiting(self, channel: str | None = None) -> dict[State, int]:
        """How many rows are queued, sending and unknown, on one channel or all."""
        wanted = {State.QUEUED: is_queued, State.SENDING: is_sending, State.UNKNOWN: is_unknown}
        mine = [] if channel is None else [d.channel == channel]
        with self.database.reading() as connection:
            return {
                state: connection.execute(_count().where(which, *mine)).scalar_one()
                for state, which in wanted.items()
            }

    def next_due(self, channel: str) -> datetime | None:
        """When the next queued row may be claimed or unknown row asked about; None: never."""
        asked = case((d.leased_until > d.not_before, d.leased_until), else_=d.not_before)
        queued = select(func.min(d.not_before)).where(is_queued, d.channel == channel)
        unknown = select(func.min(asked)).where(
            is_unknown, d.channel == channel, d.not_before.is_not(None)
        )
        with self.database.reading() as connection:
            moments = [connection.scalar(queued), connection.scalar(unknown)]
        return min((moment for moment in moments if moment is not None), default=None)

    def sent_since(self, channel: str, since: datetime) -> int:
        """How many messages may have gone out since; a started one counts until it is settled."""
        with self.database.reading() as connection:
            count: int = connection.execute(_since(_count(), channel, since)).scalar_one()
        return count

    def spent_since(self, channel: str, since: datetime) -> Decimal:
        """What the messages that may have gone out since have cost, in US dollars."""
        total = _since(select(func.sum(d.cost)), channel, since)
        with self.database.reading() as connection:
            spent: Decimal | None = connection.scalar(total)
        return spent or Decimal(0)

    def last_started(self, channel: str) -> datetime | None:
        """When a message of this channel was last handed to its network."""
        newest = select(func.max(d.last_started)).where(was_started, d.channel == channel)
        with self.database.reading() as connection:
            found: datetime | None = connection.scalar(newest)
        return found


def _count() -> Select[Any]:
    return select(func.count(d.id))


def _since(query: Select[Any], channel: str, since: datetime) -> Select[Any]:
    started: ColumnElement[bool] = d.last_started >= since
    return query.where(was_started, started, d.channel == channel, d.state.in_(STARTED))
