"""How fast each worker sends now, so that anyone can tell when a mailing will be done."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import paces

FRESH = timedelta(seconds=20)
"""A pace that was noted longer ago says nothing of now."""


class Throughput(Store):
    """Notes of workers that send; those of a dead one grow stale by themselves."""

    def record(self, channel: str, worker: str, rate: float, now: datetime) -> None:
        """Note that `worker` sends `rate` messages a second on `channel`; 0: it has ended."""
        mine = (paces.c.channel == channel, paces.c.worker == worker)
        new = self.database.insert(paces).values(channel=channel, worker=worker, at=now, rate=rate)
        upsert = new.on_conflict_do_update(
            index_elements=["channel", "worker"], set_={"at": now, "rate": rate}
        )
        with self.database.writing() as connection:
            if rate:
                connection.execute(upsert)
            else:
                stale = paces.c.at < now - FRESH
                connection.execute(delete(paces).where(paces.c.channel == channel, stale))
                connection.execute(delete(paces).where(*mine))

    def rate(self, channel: str, now: datetime) -> float:
        """Messages a second on `channel` at this moment, all workers together."""
        fresh = (paces.c.channel == channel, paces.c.at > now - FRESH)
        with self.database.reading() as connection:
            rate: float | None = connection.scalar(select(func.sum(paces.c.rate)).where(*fresh))
        return rate or 0.0
