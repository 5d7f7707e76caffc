"""What is waited for: pages that are not on the web yet, and slots since a first look."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from publisher.outbox.database import Store
from publisher.outbox.tables import awaited, watched


class Awaited(Store):
    """Pages that a chosen post was held back for."""

    def add(self, urls: Sequence[str]) -> None:
        """Wait for these pages, too."""
        if not urls:
            return
        new = self.database.insert(awaited).values([{"url": url} for url in dict.fromkeys(urls)])
        with self.database.writing() as connection:
            connection.execute(new.on_conflict_do_nothing())

    def waiting(self) -> list[str]:
        """The pages that nobody has seen yet."""
        unseen = select(awaited.c.url).where(awaited.c.seen_at.is_(None))
        with self.database.reading() as connection:
            return list(connection.scalars(unseen.order_by(awaited.c.url)))

    def seen(self) -> dict[str, datetime]:
        """When each page that was waited for was first seen."""
        found = select(awaited.c.url, awaited.c.seen_at).where(awaited.c.seen_at.is_not(None))
        with self.database.reading() as connection:
            return {row.url: row.seen_at for row in connection.execute(found)}

    def mark_seen(self, urls: Sequence[str], moment: datetime) -> None:
        """These pages answer since `moment`."""
        if not urls:
            return
        mine = update(awaited).where(awaited.c.url.in_(urls), awaited.c.seen_at.is_(None))
        with self.database.writing() as connection:
            connection.execute(mine.values(seen_at=moment))


class Watched(Store):
    """Since when slots are looked out for: what lies before is nobody's omission."""

    def first_look(self, owner: str) -> datetime | None:
        """The moment of the first look for slots of `owner`; None: nobody has looked yet."""
        known = select(watched.c.since).where(watched.c.owner == owner)
        with self.database.reading() as connection:
            since: datetime | None = connection.scalar(known)
        return since

    def watched_since(self, owner: str, now: datetime) -> datetime:
        """The moment of the first look for slots of `owner`, which may be this one."""
        since = self.first_look(owner)
        if since is not None:
            return since
        known = select(watched.c.since).where(watched.c.owner == owner)
        new = self.database.insert(watched).values(owner=owner, since=now)
        with self.database.writing() as connection:
            connection.execute(new.on_conflict_do_nothing())
            first: datetime = connection.execute(known).scalar_one()
        return first
