"""Figures for those who watch over Publisher: each from an index or a small table."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from publisher.durations import EPOCH, MICROSECOND, micros
from publisher.outbox.db.engine import Store, upsert
from publisher.outbox.db.tables import (
    deliveries,
    events,
    facts,
    is_queued,
    subscriptions,
    suppressions,
)

_d, _s = deliveries.c, subscriptions.c
_TICK: Final = "last tick of publish run"


class Figures(Store):
    """What is counted; the larger counts take a moment with millions of rows."""

    def waits_since(self, channel: str, now: datetime) -> datetime | None:
        """When the first due email or note of a channel was queued; None: nothing is due."""
        due = select(_d.queued_at).where(is_queued, _d.channel == channel, _d.not_before <= now)
        return self.scalar(due.order_by(_d.not_before, _d.id).limit(1))

    def subscribers(self) -> dict[tuple[str, str], int]:
        """How many subscriptions a newsletter has in each state."""
        columns: list[Any] = [_s.newsletter, _s.state, func.count()]
        rows = self.rows(select(*columns).group_by(_s.newsletter, _s.state))
        return {(newsletter, state): count for newsletter, state, count in rows}

    def events(self) -> dict[str, int]:
        """How often each kind of thing has happened: subscribed, bounced, complained."""
        columns: list[Any] = [events.c.kind, func.count()]
        return dict(map(tuple, self.rows(select(*columns).group_by(events.c.kind))))

    def suppressed(self) -> int:
        """How many addresses get no email any more."""
        return self.scalar(select(func.count()).select_from(suppressions)) or 0

    def note_tick(self, now: datetime) -> None:
        """`publish run` is at work."""
        with self.database.writing() as connection:
            upsert(connection, facts, [{"name": _TICK, "value": str(micros(now))}])

    def last_tick(self) -> datetime | None:
        """When `publish run` was last seen at work; None: never."""
        value = self.scalar(select(facts.c.value).where(facts.c.name == _TICK))
        return EPOCH + int(value) * MICROSECOND if value else None
