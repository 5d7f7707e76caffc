"""How a channel stands with its limits, for `publish status`: read, never taken."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from publisher.adapters.base import Adapter, Prices
from publisher.config import Channel
from publisher.dispatch.limits.channel import Quota
from publisher.dispatch.limits.quiet_hours import quiet_until
from publisher.dispatch.limits.warm_up import warm_up_of, warm_window
from publisher.durations import MICROSECOND, spell_quota
from publisher.model.messages import Message
from publisher.outbox.outbox import Outbox
from publisher.schedule import month_start


@dataclass(frozen=True, slots=True)
class Use:
    """Of `quota`, `used` is how much counts now; `rows` for messages, dollars for money."""

    quota: Quota
    used: int

    def __str__(self) -> str:
        """`2 of 2 a day used`."""
        return f"{self.used:,} of {spell_quota(self.quota)} used"

    @property
    def is_up(self) -> bool:
        """Nothing is left of it for now."""
        return self.used >= self.quota[0]


@dataclass(frozen=True, slots=True)
class LimitsStatus:
    """What holds a channel back now; None and 0 where nothing does.

    `later` messages wait for a moment of their own, the first of them until `next_at`, for `why`.
    """

    quota: Use | None
    warm_up: Use | None
    budget: Decimal | None
    spent: Decimal
    quiet_until: datetime | None
    later: int
    next_at: datetime | None
    why: str

    @property
    def used_up(self) -> str:
        """The quota that holds back whatever is queued, for people; empty if none does."""
        if self.warm_up and self.warm_up.is_up:
            return f"it is warming up, {self.warm_up}"
        return str(self.quota) if self.quota and self.quota.is_up else ""


def standing(
    channel: Channel, adapter: Adapter[Message], outbox: Outbox, zone: ZoneInfo, now: datetime
) -> LimitsStatus:
    """How `channel` stands `now`.

    Raises:
        StorageError: the database cannot be read.
    """
    budget, spent = adapter.budget() if isinstance(adapter, Prices) else None, Decimal(0)
    if budget is not None:
        spent = outbox.budget.spent_since(channel.name, month_start(now))
    later, next_at, why = outbox.stats.waits(channel.name, now)
    return LimitsStatus(
        quota=_quota(channel, outbox, now),
        warm_up=_warm_up(channel, outbox, now),
        budget=budget,
        spent=spent,
        quiet_until=quiet_until(channel.quiet_hours, zone, now),
        later=later,
        next_at=next_at,
        why=why,
    )


def _quota(channel: Channel, outbox: Outbox, now: datetime) -> Use | None:
    if channel.quota is None:
        return None
    _, period = channel.quota
    return Use(channel.quota, outbox.stats.granted_since(f"{channel.name} quota", now - period))


def _warm_up(channel: Channel, outbox: Outbox, now: datetime) -> Use | None:
    """What the channel may send at its age; one that never sent is new."""
    plan, name = warm_up_of(channel, outbox, now), f"{channel.name} warm up"
    if plan is None:
        return None
    age = now - (outbox.stats.first_granted(name) or now)
    window = warm_window(plan, age // MICROSECOND)
    period = window.period * MICROSECOND
    return Use((window.number, period), outbox.stats.granted_since(name, now - period))
