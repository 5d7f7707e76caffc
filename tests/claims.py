"""Claiming rows as dispatch does, for tests of what comes after."""

from contextlib import closing
from datetime import datetime, timedelta

from publisher.model.deliveries import Delivery
from publisher.outbox.deliveries.bulk import Exchanger
from publisher.outbox.outbox import Outbox


def claim_rows(
    outbox: Outbox, channel: str, limit: int, *, worker: str, lease: timedelta, now: datetime
) -> list[Delivery]:
    """Up to `limit` due rows of `channel`, which `worker` holds from now on."""
    with closing(Exchanger(outbox.database, channel, worker)) as exchanger:
        tickets = exchanger.exchange([], limit, now=now, lease=lease)
    return outbox.operator.find(ids=[ticket.id for ticket in tickets])
