"""What messages cost, and whether a month's budget pays for the next one."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from publisher.model.deliveries import STARTED, Allowance
from publisher.outbox.db.engine import Store, take_lock
from publisher.outbox.db.tables import has_cost, is_queued
from publisher.outbox.deliveries.claims import d, first_due


class Budget(Store):
    """US dollars by channel."""

    def spent_since(self, channel: str, since: datetime) -> Decimal:
        """What the messages that may have gone out since have cost."""
        with self.database.reading() as connection:
            return _spent(connection, channel, since)

    def waiting_cost(self, channel: str) -> Decimal:
        """What the messages that wait on the channel will cost."""
        waiting = select(func.sum(d.cost)).where(has_cost, is_queued, d.channel == channel)
        with self.database.reading() as connection:
            cost: Decimal | None = connection.scalar(waiting)
        return cost or Decimal(0)


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
    due = first_due(channel, 1, now, eager_since)
    price: Decimal | None = connection.scalar(due.with_only_columns(d.cost))
    spent = _spent(connection, channel, allowance.since)
    return price if price and spent + price > allowance.dollars else None


def _spent(connection: Connection, channel: str, since: datetime) -> Decimal:
    started = (d.last_started >= since, d.channel == channel, d.state.in_(STARTED))
    spent: Decimal | None = connection.scalar(select(func.sum(d.cost)).where(has_cost, *started))
    return spent or Decimal(0)
