"""Lists that came from elsewhere: their channels begin with few messages a day."""

from typing import Final

from sqlalchemy import delete, literal_column, select

from publisher.outbox.db.engine import Store, upsert
from publisher.outbox.db.tables import deliveries, facts, is_finished

_NAME: Final = "warm up "


class WarmUps(Store):
    """Which channels begin slowly, and for how many readers."""

    def begin(self, channel: str, readers: int) -> bool:
        """Note that a channel has so many new readers from elsewhere.

        False, and nothing, if it has sent anything before: then its sender is known.
        """
        is_sent = deliveries.c.state == literal_column("'sent'")
        sent = select(deliveries.c.id).where(is_finished, deliveries.c.channel == channel, is_sent)
        with self.database.writing() as connection:
            if connection.scalar(sent.limit(1)) is not None:
                return False
            known = select(facts.c.value).where(facts.c.name == _NAME + channel)
            before = int(connection.scalar(known) or 0)
            value = str(max(before, readers))
            upsert(connection, facts, [{"name": _NAME + channel, "value": value}])
        return True

    def readers(self, channel: str) -> int:
        """How many readers a channel begins slowly for; 0: it does not."""
        known = select(facts.c.value).where(facts.c.name == _NAME + channel)
        return int(self.scalar(known) or 0)

    def end(self, channel: str) -> None:
        """The channel sends as it may."""
        self.execute(delete(facts).where(facts.c.name == _NAME + channel))
