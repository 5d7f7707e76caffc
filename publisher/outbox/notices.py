"""What the operator is notified of once: a channel that pauses, a slot that fails, unknown rows."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, true, update

from publisher.model.channels import Notice
from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import is_unknown, notices
from publisher.outbox.deliveries.claims import d

n = notices.c


_COLUMNS: Final = tuple(n[name] for name in Notice.__slots__)


class Notices(Store):
    """One row a topic, so that neither a restart nor another process reports it again."""

    def record(self, topic: str, mark: str, content: str, now: datetime, *, reported: bool) -> bool:
        """Take note of a fact; False where the topic's last one has the same mark.

        `reported` says that nobody need be notified any more.
        """
        values = {
            "topic": topic,
            "mark": mark,
            "content": content,
            "at": now,
            "tries": 0,
            "next_at": None if reported else now,
        }
        with self.database.writing() as connection:
            new = dialect_insert(connection, notices).values(values)
            upsert = new.on_conflict_do_update(
                index_elements=["topic"], set_=values, where=n.mark != mark
            )
            return connection.scalar(upsert.returning(n.topic)) is not None

    def all(self) -> dict[str, Notice]:
        """The last notice of each topic."""
        found = (Notice(*row) for row in self.rows(select(*_COLUMNS)))
        return {notice.topic: notice for notice in found}

    def forget(self, topic: str) -> None:
        """What the topic is about is over: should it come again, it is reported again."""
        self.execute(delete(notices).where(n.topic == topic))

    def take(self, now: datetime) -> Notice | None:
        """One notice that is to be reported now, if there is any; nobody else gets it."""
        due = select(n.topic).where(n.next_at <= now).order_by(n.at).limit(1).scalar_subquery()
        mine = update(notices).where(n.topic == due, n.next_at <= now)
        with self.database.writing("notices") as connection:
            row = connection.execute(mine.values(next_at=None).returning(*_COLUMNS)).first()
        return Notice(*row) if row else None

    def put_off(self, notice: Notice, until: datetime | None) -> None:
        """It could not be reported: try again at `until`; None: no more."""
        same = update(notices).where(n.topic == notice.topic, n.mark == notice.mark)
        self.execute(same.values(next_at=until, tries=notice.tries + 1))

    def unknown_rows(self, *, asked_about: bool) -> dict[str, tuple[int, int]]:
        """By channel, how many rows are unknown, and the highest of their ids.

        Those that will be asked about again count only if `asked_about`.
        """
        over = true() if asked_about else d.not_before.is_(None)
        rows = select(d.channel, func.count(), func.max(d.id)).where(is_unknown, over)
        found = self.rows(rows.group_by(d.channel))
        return {channel: (count, highest) for channel, count, highest in found}
