"""What has slots and a memory of its own: an announcement, a newsletter, or a segment of one.

A segment plans like a newsletter that its readers' choices have changed: when, about what, and in
which language.
"""

from dataclasses import dataclass
from datetime import UTC, time, timedelta, tzinfo
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publisher.config import Announcement, Config, Newsletter
from publisher.durations import WEEKDAYS
from publisher.model.contacts import Cadence, Segment
from publisher.model.deliveries import series_of
from publisher.schedule import Rule, shortest_gap, slots_a_week

Publication = Newsletter | Announcement
"""What has slots and includes posts."""

MOST_LATEST = 24
"""So many latest posts fit into an email that no mailbox cuts off."""

_EVERY_DAY = tuple(range(7))
_SPANS = {Cadence.DAILY: timedelta(days=1), Cadence.WEEKLY: timedelta(days=7)}
_SLACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Series:
    """Slots, and what goes into them.

    `publication` is as config.yaml has it; for a segment as the readers' choices change it. `zone`
    is that of its schedule. `segment` is empty but for a segment's key.
    """

    publication: Publication
    zone: tzinfo
    segment: str = ""

    @property
    def name(self) -> str:
        """What its slots and what it includes are kept under."""
        return series_of(self.publication.name, self.segment)

    @property
    def chosen(self) -> Segment:
        """What the readers of a segment chose."""
        return Segment.from_key(self.segment)

    @property
    def has_own_times(self) -> bool:
        """Whether readers chose when it comes; else it comes with each edition."""
        return bool(self.segment) and has_own_times(self.chosen, self.publication)

    @property
    def label(self) -> str:
        """Its name, and for people what its readers chose."""
        return label(self.publication.name, self.segment)


def publications(config: Config) -> dict[str, Publication]:
    """Every newsletter and announcement by name, in the order of config.yaml."""
    return {**config.newsletters, **config.announcements}


def series_named(config: Config, name: str) -> Series:
    """The series that `name` stands for.

    Raises:
        KeyError: config.yaml has no such newsletter or announcement.
    """
    owner, _, key = name.partition("/")
    publication, zone = publications(config)[owner], config.site.zone
    if not key or not isinstance(publication, Newsletter):
        return Series(publication, zone)
    return segment_of(publication, key, zone)


def segment_of(newsletter: Newsletter, key: str, zone: tzinfo) -> Series:
    """A segment of `newsletter`, whose own zone is `zone`."""
    chosen = Segment.from_key(key)
    if not has_own_times(chosen, newsletter):
        return Series(newsletter, zone, key)
    rule = _rule(newsletter.schedule, chosen)
    changed = {"schedule": rule, "latest": _latest(newsletter, rule)}
    if chosen.choices.cadence is Cadence.WEEKLY:  # who waits a week is not to wait for another
        changed["min_posts"] = min(1, newsletter.min_posts)
    if newsletter.rule is None:  # somebody else says when to look: a slot counts until the next one
        changed["max_lateness"] = _SPANS[chosen.choices.cadence]
    return Series(newsletter.model_copy(update=changed), _zone(chosen.timezone) or zone, key)


def has_own_times(chosen: Segment, publication: Publication) -> bool:
    """Whether a segment's editions have times of their own.

    Where those of the newsletter are rarer than what was chosen, they are those.
    """
    span = _SPANS.get(chosen.choices.cadence)
    rule = publication.rule
    return span is not None and (rule is None or shortest_gap(rule) < span + _SLACK)


def describe(key: str) -> str:
    """What the readers of a segment chose, in English, for the owner; empty for nothing."""
    chosen = Segment.from_key(key)
    wanted, hour = chosen.choices, f"{chosen.choices.hour:02}:00 {chosen.timezone}".strip()
    when = {
        Cadence.EACH: "",
        Cadence.DAILY: f"daily at {hour}",
        Cadence.WEEKLY: f"weekly on {WEEKDAYS[wanted.day % 7]} at {hour}",
    }
    parts = [", ".join(wanted.topics), when[wanted.cadence], chosen.language]
    parts.append("newcomers" if key.endswith("newcomers=1") else "")
    return "; ".join(filter(None, parts))


def label(owner: str, segment: str) -> str:
    """The name of a newsletter or announcement, and what the readers of a segment chose."""
    chosen = describe(segment)
    return f"{owner} ({chosen})" if chosen else owner


def _rule(own: Rule, chosen: Segment) -> Rule:
    """The times that were chosen; what comes daily comes on the days of the newsletter."""
    clocks = (time(chosen.choices.hour % 24),)
    if chosen.choices.cadence is Cadence.WEEKLY:
        return Rule(clocks, (chosen.choices.day % 7,))
    return Rule(clocks, own.weekdays or _EVERY_DAY)


def _latest(newsletter: Newsletter, rule: Rule) -> int:
    """How many latest posts there is room for: as many as the editions have that it stands for."""
    offer = newsletter.offer
    if offer.latest is not None:
        return offer.latest
    own = slots_a_week(newsletter.rule) if newsletter.rule else slots_a_week(_DAILY)
    times = max(1, ceil(round(own / slots_a_week(rule), 3)))
    return min(newsletter.latest * times, max(newsletter.latest, MOST_LATEST))


_DAILY = Rule((time(7),), _EVERY_DAY)


@lru_cache(maxsize=1_000)
def _zone(name: str) -> tzinfo | None:
    """A reader's zone; None: the site's, or one that this machine does not know."""
    try:
        return ZoneInfo(name) if name and name != "UTC" else UTC if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
