"""What servers' refusals taught: how much at once and how fast; every process sees it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select

from publisher.model.channels import Lesson
from publisher.outbox.db.engine import Store, upsert
from publisher.outbox.db.tables import lessons


class Learned(Store):
    """The lessons of each channel."""

    def find(self, channel: str) -> list[Lesson]:
        """What was learned on `channel`, the newest last."""
        c = lessons.c
        columns = (c[name] for name in Lesson.__slots__)
        wanted = select(*columns).where(c.channel == channel).order_by(c.at, c.server)
        return [Lesson(*row) for row in self.rows(wanted)]

    def record(self, channel: str, lesson: Lesson) -> None:
        """Write down what was learned, in place of what was known of that server."""
        with self.database.writing() as connection:
            upsert(connection, lessons, [{"channel": channel, **asdict(lesson)}])

    def forget(self, channel: str, servers: Sequence[str]) -> None:
        """Forget what was learned of these servers."""
        mine = (lessons.c.channel == channel, lessons.c.server.in_(servers))
        self.execute(delete(lessons).where(*mine))
