"""Which channels are paused, why, and until when."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, false, or_, select, update

from publisher.durations import utc_now
from publisher.model.channels import ChannelState
from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import channels, doubts

c = channels.c


class Channels(Store):
    """Pauses; a channel that was never paused has no row."""

    def get(self, name: str) -> ChannelState:
        """The channel's pause as it was last set; see ChannelState.is_paused for `until`."""
        rows = self.rows(select(c.paused, c.reason, c.paused_until).where(c.name == name))
        return next((ChannelState(*row) for row in rows), ChannelState())

    def pause(
        self, name: str, reason: str, until: datetime | None = None, now: datetime | None = None
    ) -> bool:
        """Pause a channel; True if it was not paused for the same reason already.

        A pause without end, which a person must lift, is never replaced by one that ends.
        """
        with self.database.writing() as connection:
            return pause_within(connection, name, reason, until, now or utc_now())

    def resume(self, name: str) -> bool:
        """Let a channel send again; False if it was not paused.

        Refusals that made it pause count no more: it takes as many new ones to pause it again.
        """
        paused = update(channels).where(c.name == name, c.paused)
        values = {"paused": False, "reason": "", "paused_until": None, "resumed_at": utc_now()}
        with self.database.writing() as connection:
            connection.execute(delete(doubts).where(doubts.c.channel == name))
            return connection.execute(paused.values(values)).rowcount > 0

    def resumed_at(self, name: str) -> datetime | None:
        """When a person last resumed the channel; None: never."""
        return self.scalar(select(c.resumed_at).where(c.name == name))


def pause_within(
    connection: Connection, name: str, reason: str, until: datetime | None, now: datetime
) -> bool:
    """See Channels.pause, within a transaction that is open."""
    new = dialect_insert(connection, channels).values(
        name=name, paused=True, reason=reason, paused_until=until
    )
    over = and_(c.paused_until.is_not(None), c.paused_until <= now)
    lasting = false() if until is None else and_(c.paused, c.paused_until.is_(None))
    other = and_(or_(c.paused.is_(False), over, c.reason != reason), ~lasting)
    values = {"paused": True, "reason": reason, "paused_until": until}
    upsert = new.on_conflict_do_update(index_elements=["name"], set_=values, where=other)
    same = update(channels).where(c.name == name, c.reason == reason, ~lasting)
    fresh = connection.scalar(upsert.returning(c.name)) is not None
    if not fresh:
        connection.execute(same.values(paused_until=until))
    return fresh
