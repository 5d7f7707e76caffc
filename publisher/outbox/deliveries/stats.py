"""Counting: what waits, and what went out since when."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from publisher.durations import EPOCH, MICROSECOND, micros
from publisher.model.deliveries import State
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import (
    buckets,
    grants,
    is_finished,
    is_queued,
    is_sending,
    is_unknown,
)
from publisher.outbox.deliveries.claims import d

_OPEN = {State.QUEUED: is_queued, State.SENDING: is_sending, State.UNKNOWN: is_unknown}


MOST_WAITING = 10_000


class Stats(Store):
    """Figures from the rows; nothing is counted anywhere else."""

    def counts(self) -> dict[str, dict[str, int]]:
        """By channel, how many rows are in each state; every state is there."""
        found: Counter[tuple[str, State]] = Counter()
        with self.database.reading() as connection:
            for state, which in _OPEN.items():
                for channel, count in connection.execute(_by(d.channel).where(which)):
                    found[channel, state] += count
            for channel, state, count in connection.execute(
                _by(d.channel, d.state).where(is_finished)
            ):
                found[channel, state] += count
        channels = sorted({channel for channel, _ in found})
        return {
            channel: {state.value: found[channel, state] for state in State} for channel in channels
        }

    def waiting(self, channel: str | None = None) -> dict[State, int]:
        """How many rows are queued, sending and unknown, on one channel or all."""
        mine = [] if channel is None else [d.channel == channel]
        with self.database.reading() as connection:
            return {
                state: connection.execute(_count().where(which, *mine)).scalar_one()
                for state, which in _OPEN.items()
            }

    def due(self, channel: str, now: datetime, most: int) -> int:
        """How many rows may be claimed or asked about now, counted no further than `most`."""
        free = or_(d.leased_until.is_(None), d.leased_until <= now)
        queued = select(d.id).where(is_queued, d.channel == channel, d.not_before <= now)
        unknown = select(d.id).where(is_unknown, d.channel == channel, d.not_before <= now, free)
        with self.database.reading() as connection:
            first: int = connection.execute(_up_to(most, queued)).scalar_one()
            return first or connection.execute(_up_to(most, unknown)).scalar_one()

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

    def waits(self, channel: str, now: datetime) -> tuple[int, datetime | None, str]:
        """Of the queued rows that may not be claimed yet: how many, until when, and why.

        They are counted no further than `MOST_WAITING`; the others are of the first of them.
        """
        later = (is_queued, d.channel == channel, d.not_before > now)
        first = select(d.not_before, d.error).where(*later).order_by(d.not_before, d.id).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(first).first()
            if row is None:
                return 0, None, ""
            count: int = connection.execute(
                _up_to(MOST_WAITING, select(d.id).where(*later))
            ).scalar_one()
        return count, row[0], row[1]

    def granted_since(self, name: str, since: datetime) -> int:
        """What a window has granted since."""
        mine = (grants.c.name == name, grants.c.at > micros(since))
        with self.database.reading() as connection:
            total = connection.scalar(select(func.sum(grants.c.taken)).where(*mine))
        return int(total or 0)

    def first_granted(self, name: str) -> datetime | None:
        """When a bucket was first asked for."""
        with self.database.reading() as connection:
            since = connection.scalar(select(buckets.c.since).where(buckets.c.name == name))
        return None if since is None else EPOCH + since * MICROSECOND


def _by(*columns: ColumnElement[Any]) -> Select[Any]:
    """How many rows there are of each kind; an index that holds the columns tells it."""
    return select(*columns, func.count()).group_by(*columns)


def _count() -> Select[Any]:
    return select(func.count(d.id))


def _up_to(most: int, rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(rows.limit(most).subquery())
