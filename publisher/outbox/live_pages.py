"""Since when the slots of a newsletter or announcement are looked out for."""

from datetime import datetime

from sqlalchemy import select

from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import watched


class Watched(Store):
    """Since when slots are looked out for: what lies before is nobody's omission."""

    def first_look(self, owner: str) -> datetime | None:
        """The moment of the first look for slots of `owner`; None: nobody has looked yet."""
        known = select(watched.c.since).where(watched.c.owner == owner)
        with self.database.reading() as connection:
            since: datetime | None = connection.scalar(known)
        return since

    def watched_since(self, owner: str, now: datetime) -> datetime:
        """The moment of the first look for slots of `owner`, which may be this one.

        A first look by a clock that was ahead is brought back to `now`.
        """
        since = self.first_look(owner)
        if since is not None and since <= now:
            return since
        known = select(watched.c.since).where(watched.c.owner == owner)
        new = self.database.insert(watched).values(owner=owner, since=now)
        early = watched.c.since > new.excluded.since
        with self.database.writing() as connection:
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["owner"], set_={"since": new.excluded.since}, where=early
                )
            )
            first: datetime = connection.execute(known).scalar_one()
        return first
