"""Which slots are due: the schedule's rules held against what was planned."""

from collections.abc import Callable
from datetime import datetime, timedelta

from publisher.config import Announcement, Config, Newsletter
from publisher.outbox.outbox import Outbox
from publisher.schedule import due_slot, next_slot

_MOMENT = timedelta(microseconds=1)


def wishes_of(config: Config) -> dict[str, Newsletter | Announcement]:
    """Every newsletter and announcement by name, in the order of config.yaml."""
    return {**config.newsletters, **config.announcements}


def channels_of(wishes: Newsletter | Announcement) -> tuple[str, ...]:
    """The channels that a newsletter or announcement sends on."""
    return (wishes.channel,) if isinstance(wishes, Newsletter) else wishes.channels


def due_slots(
    config: Config, outbox: Outbox, now: datetime, *, write: bool = True
) -> list[tuple[str, datetime]]:
    """The owners that have a slot to plan now, each with that slot.

    An owner that never planned anything begins with the first slot after Publisher first looked.
    A slot in the future (`--at`, a clock that was wrong) holds up none before it; one that a clock
    planned early is due anew, as a slot of this moment. Without `write` nothing is remembered.
    """
    look = outbox.live_pages.watched_since if write else _unwritten(outbox)
    if write:
        outbox.editions.bring_back(now)
    found = []
    for owner, wishes in wishes_of(config).items():
        if wishes.rule is None:
            continue
        after = outbox.editions.last_slot(owner, before=now + _MOMENT) or look(owner, now)
        slot = due_slot(wishes.rule, after, now, config.site.zone, wishes.max_lateness)
        if slot is not None:
            taken = outbox.editions.planned(owner, slot) is not None
            found.append((owner, now if taken else slot))
    return found


def _unwritten(outbox: Outbox) -> Callable[[str, datetime], datetime]:
    return lambda owner, now: outbox.live_pages.first_look(owner) or now


def upcoming(config: Config, owner: str, after: datetime) -> datetime | None:
    """The owner's next slot after `after`; None where it runs by hand only."""
    rule = wishes_of(config)[owner].rule
    return None if rule is None else next_slot(rule, after, config.site.zone)
