"""Which slots are due: the schedule's rules held against what was planned."""

from datetime import datetime

from publisher.config import Announcement, Config, Newsletter
from publisher.outbox import Outbox
from publisher.schedule import due_slot, next_slot


def wishes_of(config: Config) -> dict[str, Newsletter | Announcement]:
    """Every newsletter and announcement by name, in the order of config.yaml."""
    return {**config.newsletters, **config.announcements}


def channels_of(wishes: Newsletter | Announcement) -> tuple[str, ...]:
    """The channels that a newsletter or announcement sends on."""
    return (wishes.channel,) if isinstance(wishes, Newsletter) else wishes.channels


def due_slots(config: Config, outbox: Outbox, now: datetime) -> list[tuple[str, datetime]]:
    """The owners that have a slot to plan now, each with that slot.

    An owner that never planned anything begins with the first slot after Publisher first looked.
    """
    found = []
    for owner, wishes in wishes_of(config).items():
        if wishes.rule is None:
            continue
        previous = outbox.previous(owner)
        after = previous.slot if previous else outbox.watched_since(owner, now)
        slot = due_slot(wishes.rule, after, now, config.site.zone, wishes.max_lateness)
        if slot is not None:
            found.append((owner, slot))
    return found


def upcoming(config: Config, owner: str, after: datetime) -> datetime | None:
    """The owner's next slot after `after`; None where it runs by hand only."""
    rule = wishes_of(config)[owner].rule
    return None if rule is None else next_slot(rule, after, config.site.zone)
