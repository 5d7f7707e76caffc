"""How much a channel may send now: `at_most`, `apart` and the month's budget, all kept as rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from publisher.adapters.base import Adapter, Prices
from publisher.config import Channel
from publisher.messages import Message
from publisher.outbox import Outbox

PLENTY = 1_000_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Asks the outbox what has started lately; a restart or second machine forgets nothing."""

    channel: Channel
    adapter: Adapter[Message]
    outbox: Outbox

    def bounds(self) -> bool:
        """Whether this channel has any bound at all."""
        return bool(self.channel.at_most or self.channel.apart or self.budget() is not None)

    def rows(self, now: datetime) -> int:
        """The most rows that may be claimed now; one at a time where each costs something."""
        return min(self._quota(now), self._spacing(now), PLENTY if self.budget() is None else 1)

    def budget(self) -> Decimal | None:
        """What may be spent in a month; None: no bound."""
        return self.adapter.budget() if isinstance(self.adapter, Prices) else None

    def overdrawn(self, now: datetime) -> str:
        """Why what is claimed already is more than the month's budget; "" if it is not."""
        budget = self.budget()
        if budget is None:
            return ""
        spent = self.outbox.spent_since(self.channel.name, month_start(now))
        return f"the month's budget of ${budget} is used up" if spent > budget else ""

    def _quota(self, now: datetime) -> int:
        if self.channel.at_most is None:
            return PLENTY
        number, period = self.channel.at_most
        return number - self.outbox.sent_since(self.channel.name, now - period)

    def _spacing(self, now: datetime) -> int:
        if not self.channel.apart:
            return PLENTY
        return 0 if self.outbox.sent_since(self.channel.name, now - self.channel.apart) else 1


def month_start(now: datetime) -> datetime:
    """The first moment of `now`'s calendar month, UTC."""
    utc = now.astimezone(UTC)
    return utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(now: datetime) -> datetime:
    """The first moment of the calendar month after `now`'s, UTC."""
    return month_start(month_start(now) + timedelta(days=32))
