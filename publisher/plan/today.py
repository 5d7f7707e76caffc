"""A day's slots: what went out, what was missed, what is to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile

from publisher.config import Config
from publisher.model.deliveries import EditionSummary, Planned
from publisher.outbox.outbox import Outbox
from publisher.plan.slots import upcoming

_MOMENT = timedelta(microseconds=1)
THEN = "chosen then, of what is new by then"
MISSED = "nobody planned it in time"


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
) -> Iterator[DaySlot]:
    """The slots of `owner` on the day of `now` in the site's zone, those planned by hand too.

    `due` is the one that is planned next; it may lie before `now`, or on another day.
    """
    midnight = datetime.combine(now.astimezone(config.site.zone), time(), config.site.zone)
    end = datetime.combine(midnight.date() + timedelta(days=1), time(), config.site.zone)
    history = takewhile(
        lambda each: each.slot >= midnight, outbox.editions.history(owner, limit=2_000)
    )
    planned = [each for each in history if each.slot < end]
    recent = takewhile(lambda each: each.slot >= midnight, outbox.listing.editions(owner))
    editions = {each.id: each for each in recent}
    taken = {each.slot for each in planned}
    left = (slot for slot in _ruled(config, owner, midnight, end) if slot not in taken)
    found = [_planned(each, editions) for each in planned]
    found += [_open(owner, slot, now, due) for slot in left]
    yield from sorted(found, key=lambda each: each.slot.astimezone(UTC))


def _ruled(config: Config, owner: str, midnight: datetime, end: datetime) -> Iterator[datetime]:
    """What the schedule says of the day."""
    slot = upcoming(config, owner, midnight - _MOMENT)
    while slot is not None and slot < end:
        yield slot
        slot = upcoming(config, owner, slot)


def _planned(planned: Planned, editions: dict[int, EditionSummary]) -> DaySlot:
    edition = editions.get(planned.edition_id) if planned.edition_id is not None else None
    outcome = planned.outcome
    if edition:
        counts = ", ".join(
            f"{number:,} {state}" for state, number in edition.counts.items() if number
        )
        outcome = f"{edition.subject} ({counts})"
    return DaySlot(planned.owner, planned.slot, When.PLANNED, outcome, edition)


def _open(owner: str, slot: datetime, now: datetime, due: datetime | None) -> DaySlot:
    if slot == due:
        return DaySlot(owner, slot, When.NEXT, "see below")
    if slot <= now:
        return DaySlot(owner, slot, When.MISSED, MISSED)
    return DaySlot(owner, slot, When.LATER, THEN)
