"""What servers' refusals taught: how much at once and how fast; every process sees it."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from publisher.model.channels import Lesson
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import lessons


class Learned(Store):
    """The lessons of each channel."""

    def find(self, channel: str) -> list[Lesson]:
        """What was learned on `channel`, the newest last."""
        c = lessons.c
        columns = (c.server, c.connections, c.rate, c.held_until, c.said, c.at)
        wanted = select(*columns).where(c.channel == channel).order_by(c.at, c.server)
        with self.database.reading() as connection:
            return [Lesson(*row) for row in connection.execute(wanted)]

    def record(self, channel: str, lesson: Lesson) -> None:
        """Write down what was learned, in place of what was known of that server."""
        values = {
            "connections": lesson.connections,
            "rate": lesson.rate,
            "held_until": lesson.held_until,
            "said": lesson.said,
            "at": lesson.at,
        }
        new = self.database.insert(lessons).values(channel=channel, server=lesson.server, **values)
        upsert = new.on_conflict_do_update(index_elements=["channel", "server"], set_=values)
        with self.database.writing() as connection:
            connection.execute(upsert)

    def forget(self, channel: str, servers: Sequence[str]) -> None:
        """Forget what was learned of these servers."""
        mine = (lessons.c.channel == channel, lessons.c.server.in_(servers))
        with self.database.writing() as connection:
            connection.execute(delete(lessons).where(*mine))
