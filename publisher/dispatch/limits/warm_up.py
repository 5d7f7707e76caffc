"""A new sender begins slowly: as config.yaml says, or by itself after a list has moved in."""

from datetime import datetime, timedelta
from itertools import accumulate, count
from typing import Final

from publisher.config import Channel
from publisher.config.options.sending import WarmUp
from publisher.durations import MICROSECOND, spell_quota
from publisher.outbox.limits.store import Window
from publisher.outbox.outbox import Outbox

LARGE: Final = 5_000
"""From so many readers on, a list from elsewhere begins slowly."""

USUAL: Final = WarmUp.model_validate({"start": "500 a day"})
PLENTY: Final = 10**12


def warm_up_of(channel: Channel, outbox: Outbox, now: datetime) -> WarmUp | None:
    """How a channel begins; None where it does not, or has come to the end of it.

    Raises:
        StorageError: the database cannot be read.
    """
    if channel.warm_up is not None:
        return None if channel.warm_up.is_off else channel.warm_up
    readers = outbox.warm_ups.readers(channel.name)
    if not readers:
        return None
    begun = outbox.stats.first_granted(f"{channel.name} warm up")
    window = warm_window(USUAL, (now - (begun or now)) // MICROSECOND)
    return USUAL if window.number < readers else None


def warm_window(plan: WarmUp, age: int) -> Window:
    """What a channel may send that many microseconds after its first use."""
    number, period = plan.start
    doubled = max(0, age) // (plan.double_every // MICROSECOND)
    return Window(min(number << min(doubled, 64), PLENTY), period // MICROSECOND)


def begin(channel: Channel, outbox: Outbox, readers: int) -> bool:
    """Let a channel begin slowly for so many readers from elsewhere; False where it need not.

    Raises:
        StorageError: the database cannot be written.
    """
    is_mail = channel.adapter != "folder"
    if readers < LARGE or channel.warm_up is not None or not is_mail:
        return False
    return outbox.warm_ups.begin(channel.name, readers)


def foretold(plan: WarmUp, readers: int) -> str:
    """`500 a day at first, doubled every day: 12,000 readers take about 5 days`."""
    per_period, period = plan.start
    steps = period // plan.double_every if plan.double_every < period else 1
    sums = accumulate(per_period << min(at * steps, 64) for at in count())
    needed = next(number for number, total in enumerate(sums, 1) if total >= readers)
    days = max(1, round(needed * period / timedelta(days=1)))
    rest = f"{readers:,} readers take about {days} day{'' if days == 1 else 's'}"
    return f"{spell_quota(plan.start)} at first, then doubled again and again: {rest}"
