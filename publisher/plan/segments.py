"""The segments of a newsletter that have readers, and when each gets its next edition."""

from dataclasses import dataclass
from datetime import datetime

from publisher.config import Config, Newsletter
from publisher.outbox.outbox import Outbox
from publisher.plan.series import describe, publications, series_named
from publisher.plan.slots import next_of


@dataclass(frozen=True, slots=True)
class ChosenSegment:
    """Readers who chose the same; `next_slot` is None where they get what all get, when all do."""

    key: str
    readers: int
    next_slot: datetime | None

    @property
    def chosen(self) -> str:
        """What they chose, for people."""
        return describe(self.key)


def chosen_segments(
    config: Config, outbox: Outbox, name: str, now: datetime
) -> list[ChosenSegment]:
    """Those of a newsletter whose readers chose anything, the largest first.

    An announcement has none.
    """
    if not isinstance(publications(config)[name], Newsletter) or not outbox.segments.keys(name):
        return []
    found = outbox.segments.sizes(name)
    found.pop("", None)
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [
        ChosenSegment(key, readers, next_of(series_named(config, f"{name}/{key}"), now))
        for key, readers in ordered
    ]
