"""Slots: which are due, and where those of a day stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile

from publisher.config import Announcement, Config, Newsletter
from publisher.model.deliveries import EditionSummary, Planned
from publisher.outbox.outbox import Outbox
from publisher.schedule import due_slot, next_slot

Publication = Newsletter | Announcement
"""What has slots and includes posts."""

THEN = "chosen then, of what is new by then"
MISSED = "nobody planned it in time"
_MOMENT = timedelta(microseconds=1)


def publications(config: Config) -> dict[str, Publication]:
    """Every newsletter and announcement by name, in the order of config.yaml."""
    return {**config.newsletters, **config.announcements}


def channels_of(publication: Publication, only: str = "") -> tuple[str, ...]:
    """The channels that a newsletter or announcement sends on; of these `only`, if given."""
    if isinstance(publication, Newsletter):
        return (publication.channel,) if only in {"", publication.channel} else ()
    return tuple(name for name in publication.channels if only in {"", name})


def due_slots(
    config: Config, outbox: Outbox, now: datetime, *, write: bool = True
) -> list[tuple[str, datetime]]:
    """The owners that have a slot to plan now, each with that slot.

    An owner that never planned anything begins with the first slot after Publisher first looked.
    A slot in the future (`--at`, a clock that was wrong) holds up none before it; one that a clock
    planned early is due anew, as a slot of this moment. Without `write` nothing is remembered.
    """
    if write:
        outbox.editions.bring_back(now)
    found = []
    for owner, publication in publications(config).items():
        if publication.rule is None:
            continue
        after = outbox.editions.last_slot(owner, before=now + _MOMENT)
        after = after or _first_look(outbox, owner, now, write=write)
        slot = due_slot(publication.rule, after, now, config.site.zone, publication.max_lateness)
        if slot is not None:
            taken = outbox.editions.planned(owner, slot) is not None
            found.append((owner, now if taken else slot))
    return found


def _first_look(outbox: Outbox, owner: str, now: datetime, *, write: bool) -> datetime:
    if write:
        return outbox.editions.watched_since(owner, now)
    return outbox.editions.first_look(owner) or now


def upcoming(config: Config, owner: str, after: datetime) -> datetime | None:
    """The owner's next slot after `after`; None where it runs manually only."""
    rule = publications(config)[owner].rule
    return None if rule is None else next_slot(rule, after, config.site.zone)


def is_scheduled(config: Config, owner: str, slot: datetime) -> bool:
    """Whether the owner's schedule names `slot`; a person's `publish now` is another moment."""
    return upcoming(config, owner, slot - _MOMENT) == slot


class When(StrEnum):
    """Where a slot of today stands."""

    PLANNED = "planned"
    MISSED = "missed"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class DaySlot:
    """One slot of a day; `outcome` says in words what came of it, or will."""

    owner: str
    slot: datetime
    when: When
    outcome: str
    edition: EditionSummary | None = None


def slots_of_day(
    config: Config, outbox: Outbox, owner: str, now: datetime, due: datetime | None
) -> list[DaySlot]:
    """The slots of `owner` on the day of `now` in the site's zone, those planned manually too.

    `due` is the one that is planned next; it may lie before `now`, or on another day.
    """
    begin = datetime.combine(now.astimezone(config.site.zone), time(), config.site.zone)
    end = datetime.combine(begin.date() + timedelta(days=1), time(), config.site.zone)
    history = outbox.editions.history(owner, limit=2_000)
    planned = [each for each in history if begin <= each.slot < end]
    recent = takewhile(lambda each: each.slot >= begin, outbox.listing.editions(owner))
    editions = {each.id: each for each in recent}
    taken = {each.slot for each in planned}
    found = [_planned(each, editions) for each in planned]
    scheduled = _scheduled(config, owner, begin, end)
    found += [_unplanned(owner, slot, now, due) for slot in scheduled if slot not in taken]
    return sorted(found, key=lambda each: each.slot.astimezone(UTC))


def _scheduled(config: Config, owner: str, begin: datetime, end: datetime) -> Iterator[datetime]:
    slot = upcoming(config, owner, begin - _MOMENT)
    while slot is not None and slot < end:
        yield slot
        slot = upcoming(config, owner, slot)


def _planned(planned: Planned, editions: dict[int, EditionSummary]) -> DaySlot:
    edition = editions.get(planned.edition_id) if planned.edition_id is not None else None
    outcome = planned.outcome
    if edition:
        counts = (f"{number:,} {state}" for state, number in edition.counts.items() if number)
        outcome = f"{edition.subject} ({', '.join(counts)})"
    return DaySlot(planned.owner, planned.slot, When.PLANNED, outcome, edition)


def _unplanned(owner: str, slot: datetime, now: datetime, due: datetime | None) -> DaySlot:
    if slot == due:
        return DaySlot(owner, slot, When.NEXT, "see below")
    when, outcome = (When.MISSED, MISSED) if slot <= now else (When.LATER, THEN)
    return DaySlot(owner, slot, when, outcome)
