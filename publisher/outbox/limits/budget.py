"""What messages cost, and whether a month's budget pays for the next one."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from publisher.model.deliveries import STARTED, Allowance
from publisher.outbox.db.engine import Store, take_lock
from publisher.outbox.db.tables import has_cost, is_queued, stands_in_part
from publisher.outbox.deliveries.claims import d, first


class Budgets(Store):
    """US dollars by channel."""

    def spent_since(self, channel: str, since: datetime) -> Decimal:
        """What the messages that may have gone out since have cost."""
        return self.scalar(_spent(channel, since)) or Decimal(0)

    def waiting_cost(self, channel: str) -> Decimal:
        """What the messages that wait on the channel will cost."""
        new = and_(is_queued, ~stands_in_part)
        waiting = select(func.sum(d.cost)).where(has_cost, new, d.channel == channel)
        return self.scalar(waiting) or Decimal(0)


def lacking(
    connection: Connection,
    channel: str,
    allowance: Allowance,
    now: datetime,
    eager_since: datetime | None,
) -> Decimal | None:
    """The price of the next due row, if what was spent leaves no money for it.

    One claim at a time on each channel until the transaction ends: however many processes claim,
    they never spend more than the budget.
    """
    take_lock(connection, f"claim {channel}")
    due = [d.not_before <= now]
    if eager_since is not None:  # started in the future: the clock was set back since
        due += [d.last_started.is_(None), d.last_started < eager_since, d.last_started > now]
    rows = first(channel, 1, now).where(is_queued, or_(*due))
    left = case((stands_in_part, None), else_=d.cost)  # a thread was paid for as it began
    price: Decimal | None = connection.scalar(rows.with_only_columns(left))
    spent = connection.scalar(_spent(channel, allowance.since)) or Decimal(0)
    return price if price and spent + price > allowance.dollars else None


def _spent(channel: str, since: datetime) -> Select[Decimal]:
    started = or_(d.state.in_(STARTED), and_(is_queued, stands_in_part))
    mine = (d.last_started >= since, d.channel == channel, started)
    return select(func.sum(d.cost)).where(has_cost, *mine)
