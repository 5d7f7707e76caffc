"""Counting: what waits, what went out since when, and how fast."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select

from publisher.durations import EPOCH, MICROSECOND, micros
from publisher.model.deliveries import State
from publisher.outbox.db.engine import Store, upsert
from publisher.outbox.db.tables import (
    OPEN,
    buckets,
    grants,
    is_finished,
    is_queued,
    is_unknown,
    paces,
)
from publisher.outbox.deliveries.claims import d, is_free

MOST_WAITING = 10_000
FRESH = timedelta(seconds=20)
"""A pace that was noted longer ago says nothing of now."""


class Stats(Store):
    """Figures from the rows; nothing is counted anywhere else."""

    def counts(self) -> dict[str, dict[str, int]]:
        """By channel, how many rows are in each state; every state is there."""
        found: Counter[tuple[str, State]] = Counter()
        with self.database.reading() as connection:
            for state, which in OPEN.items():
                rows = connection.execute(_by(d.channel).where(which))
                found.update({(channel, state): count for channel, count in rows})
            ended = connection.execute(_by(d.channel, d.state).where(is_finished))
            found.update({(channel, state): count for channel, state, count in ended})
        channels = sorted({channel for channel, _ in found})
        return {
            channel: {state.value: found[channel, state] for state in State} for channel in channels
        }

    def waiting(self, channel: str | None = None) -> dict[State, int]:
        """How many rows are queued, sending and unknown, on one channel or all."""
        mine = [] if channel is None else [d.channel == channel]
        with self.database.reading() as connection:
            return {
                state: connection.scalar(select(func.count(d.id)).where(which, *mine)) or 0
                for state, which in OPEN.items()
            }

    def due(self, channel: str, now: datetime, most: int) -> int:
        """How many rows may be claimed or asked about now, counted no further than `most`."""
        queued = select(d.id).where(is_queued, d.channel == channel, d.not_before <= now)
        unknown = select(d.id).where(
            is_unknown, d.channel == channel, d.not_before <= now, is_free(now)
        )
        with self.database.reading() as connection:
            counts = (connection.scalar(_up_to(most, rows)) for rows in (queued, unknown))
            return next(filter(None, counts), 0)

    def next_due(self, channel: str) -> datetime | None:
        """When the next queued row may be claimed; None: there is none."""
        return self.scalar(select(func.min(d.not_before)).where(is_queued, d.channel == channel))

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
            count = connection.scalar(_up_to(MOST_WAITING, select(d.id).where(*later)))
        return count or 0, row[0], row[1]

    def granted_since(self, name: str, since: datetime) -> int:
        """What a window has granted since."""
        mine = (grants.c.name == name, grants.c.at > micros(since))
        return int(self.scalar(select(func.sum(grants.c.taken)).where(*mine)) or 0)

    def first_granted(self, name: str) -> datetime | None:
        """When a bucket was first asked for."""
        since = self.scalar(select(buckets.c.since).where(buckets.c.name == name))
        return None if since is None else EPOCH + since * MICROSECOND


class Throughput(Store):
    """Notes of workers that send; those of a dead one grow stale by themselves."""

    def record(self, channel: str, worker: str, rate: float, now: datetime) -> None:
        """Note that `worker` sends `rate` messages a second on `channel`; 0: it has ended."""
        with self.database.writing() as connection:
            if rate:
                row = {"channel": channel, "worker": worker, "at": now, "rate": rate}
                upsert(connection, paces, [row])
            else:
                over = or_(paces.c.worker == worker, paces.c.at < now - FRESH)
                connection.execute(delete(paces).where(paces.c.channel == channel, over))

    def rate(self, channel: str, now: datetime) -> float:
        """Messages a second on `channel` at this moment, all workers together."""
        fresh = (paces.c.channel == channel, paces.c.at > now - FRESH)
        return self.scalar(select(func.sum(paces.c.rate)).where(*fresh)) or 0.0


def _by(*columns: ColumnElement[Any]) -> Select[Any]:
    """How many rows there are of each kind; an index that holds the columns tells it."""
    return select(*columns, func.count()).group_by(*columns)


def _up_to(most: int, rows: Select[Any]) -> Select[int]:
    return select(func.count()).select_from(rows.limit(most).subquery())
