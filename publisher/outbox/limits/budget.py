"""What messages cost, and claiming no more than a month's budget pays for."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select

from publisher.model.deliveries import STARTED, Paid
from publisher.outbox.db.engine import Store
from publisher.outbox.db.tables import has_cost, is_queued
from publisher.outbox.deliveries.claims import d, first_due, take


class Spending(Store):
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

    def claim_paid(
        self,
        channel: str,
        budget: Decimal,
        since: datetime,
        *,
        worker: str,
        lease: timedelta,
        now: datetime,
        eager_since: datetime | None = None,
    ) -> Paid:
        """Claim the next due row if what was spent since leaves money for it; see Claims.claim.

        In one transaction, and one at a time on each channel: however many processes claim, they
        never spend more than the budget.
        """
        due = first_due(channel, 1, now, eager_since)
        with self.database.writing(f"claim {channel}") as connection:
            price = connection.scalar(due.with_only_columns(d.cost))
            if price and _spent(connection, channel, since) + price > budget:
                return Paid(short=price)
            return Paid(take(connection, due, worker, now, now + lease))


def _spent(connection: Connection, channel: str, since: datetime) -> Decimal:
    started = (d.last_started >= since, d.channel == channel, d.state.in_(STARTED))
    spent: Decimal | None = connection.scalar(select(func.sum(d.cost)).where(has_cost, *started))
    return spent or Decimal(0)
