"""What a newsletter's readers may choose, and what becomes of what they ask for. All of it is pure.

The page of preferences shows what `offered` gives and stores what `fitting` leaves of a form.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import available_timezones

from publisher.config import Newsletter
from publisher.model.contacts import Cadence, Choices
from publisher.model.posts import Post
from publisher.plan.select import wanted_by

LATELY: Final = timedelta(days=90)
MOST_TOPICS: Final = 24
MOST_LENGTH: Final = 200
NOTHING: Final = Choices()


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that is offered: what is stored of it, and what readers see."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What readers may choose; empty where there is no choice.

    `hours` are 0 to 23 in the reader's zone. `usual` is what a page shows before anything is
    chosen.
    """

    topics: tuple[Topic, ...] = ()
    cadences: tuple[Cadence, ...] = ()
    hours: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    usual: Choices = NOTHING

    @property
    def zones(self) -> bool:
        """Whether a time zone is offered: it counts with an hour only."""
        return bool(self.hours)

    def __bool__(self) -> bool:
        return bool(self.topics or self.cadences or self.languages)


def offered(newsletter: Newsletter, posts: Iterable[Post], now: datetime) -> Offered:
    """What `newsletter` offers, of the site's posts as they are `now`."""
    offer = newsletter.offer
    some = tuple(dict.fromkeys(offer.cadences))
    cadences = some if len(some) > 1 else ()
    timed = set(cadences) - {Cadence.EACH}
    return Offered(
        topics=_topics(newsletter, posts, now),
        cadences=cadences,
        hours=tuple(range(24)) if offer.hours and timed else (),
        languages=offer.languages if len(offer.languages) > 1 else (),
        usual=Choices(hour=_usual_hour(newsletter)),
    )


def fitting(offer: Offered, asked: Choices, before: Choices = NOTHING) -> Choices:
    """What of the choices that somebody `asked` for may be stored.

    That is what is offered, and what the reader had `before`.
    """
    known = {_key(topic.key): topic.key for topic in offer.topics}
    known |= {_key(topic): topic for topic in before.topics}
    topics = dict.fromkeys(known[_key(each)] for each in asked.topics if _key(each) in known)
    there = asked.cadence in {*offer.cadences, before.cadence}
    hour = asked.hour if asked.hour in {*offer.hours, before.hour} else offer.usual.hour
    return Choices(
        topics=tuple(topics),
        cadence=asked.cadence if there else before.cadence,
        day=asked.day if asked.day in range(7) else before.day,
        hour=hour if offer.hours or before.cadence is not Cadence.EACH else offer.usual.hour,
    )


def fitting_language(offer: Offered, asked: str, before: str = "") -> str:
    """The language that may be stored where somebody `asked` for one; empty: the site's."""
    return asked if asked in {"", before, *offer.languages} else before


def fitting_zone(asked: str, before: str = "") -> str:
    """The zone that may be stored where somebody `asked` for one; empty: the site's."""
    return asked if asked in {"", before} or asked in zones() else before


@cache
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


@cache
def offered_zones() -> frozenset[str]:
    """The names that zones have today: tzdata lists them by country, and no old names."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return zones() & {"UTC", *(row[2] for row in rows)}


def _topics(newsletter: Newsletter, posts: Iterable[Post], now: datetime) -> tuple[Topic, ...]:
    """The topics of config.yaml, or those that posts had lately, the most frequent first."""
    given = newsletter.offer.topics
    if isinstance(given, dict):
        return tuple(Topic(key, label) for key, label in given.items())
    recent = list(_recent(newsletter, posts, now))
    noise = set(map(_key, newsletter.ignore))
    categories = [each for post in recent for each in post.categories if _key(each) not in noise]
    found = _frequent(categories) or _frequent(post.source for post in recent)
    return found if len(found) > 1 else ()


def _recent(newsletter: Newsletter, posts: Iterable[Post], now: datetime) -> Iterator[Post]:
    wanted, since = wanted_by(newsletter), now - max(LATELY, newsletter.max_age)
    for post in posts:
        there = post.date and since < post.date <= now and not (post.draft or post.page)
        if there and post.newsletter and not wanted.refuse(post):
            yield post


def _frequent(names: Iterable[str]) -> tuple[Topic, ...]:
    """Each name once, however it is written, as it mostly is."""
    written: dict[str, Counter[str]] = {}
    for name in names:
        if 0 < len(name) <= MOST_LENGTH:
            written.setdefault(_key(name), Counter())[name] += 1
    often = sorted(written, key=lambda key: (-written[key].total(), key))[:MOST_TOPICS]
    return tuple(Topic(key, written[key].most_common(1)[0][0]) for key in often)


def _key(name: str) -> str:
    return name.casefold()


def _usual_hour(newsletter: Newsletter) -> int:
    clocks = newsletter.rule.clocks if newsletter.rule else ()
    return clocks[0].hour if clocks else Choices().hour
