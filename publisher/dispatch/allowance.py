"""How much a channel may send now: `at_most`, `apart` and the month's budget, all kept as rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from publisher.adapters.base import Adapter, Prices
from publisher.config import Channel
from publisher.messages import Message
from publisher.outbox import Outbox, State

PLENTY = 1_000_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Asks the outbox what has started lately; a restart or second machine forgets nothing."""

    channel: Channel
    adapter: Adapter[Message]
    outbox: Outbox
    now: datetime

    def rows(self) -> int:
        """The most rows that may be claimed now."""
        return min(self._quota(), self._spacing(), self._budget())

    def _quota(self) -> int:
        if self.channel.at_most is None:
            return PLENTY
        number, period = self.channel.at_most
        return number - self.outbox.sent_since(self.channel.name, self.now - period)

    def _spacing(self) -> int:
        if not self.channel.apart:
            return PLENTY
        last = self.outbox.last_started(self.channel.name)
        return 0 if last and last + self.channel.apart > self.now else 1

    def _budget(self) -> int:
        budget = self.adapter.budget() if isinstance(self.adapter, Prices) else None
        if budget is None:
            return PLENTY
        spent = self.outbox.spent_since(self.channel.name, month_start(self.now))
        if spent + self._next_cost() <= budget:
            return 1
        reason = f"the month's budget of ${budget} is used up (${spent} spent)"
        self.outbox.pause(self.channel.name, reason, next_month(self.now))
        return 0

    def _next_cost(self) -> Decimal:
        rows = self.outbox.deliveries(channel=self.channel.name, state=State.QUEUED, limit=1)
        return next((row.cost for row in rows if row.cost), Decimal(0))


def month_start(now: datetime) -> datetime:
    """The first moment of `now`'s calendar month, UTC."""
    utc = now.astimezone(UTC)
    return utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(now: datetime) -> datetime:
    """The first moment of the calendar month after `now`'s, UTC."""
    return month_start(month_start(now) + timedelta(days=32))
