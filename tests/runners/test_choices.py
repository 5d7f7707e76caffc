"""Readers who chose topics and times, over weeks of a moving clock: each gets exactly that."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from publisher.config import load
from publisher.dispatch import Watch
from publisher.model.contacts import Cadence, Choices, Consent
from publisher.outbox.outbox import Outbox
from publisher.runners.now import Request, publish_now
from publisher.runners.service import Service
from publisher.wiring import Publisher, build

AUCKLAND = ZoneInfo("Pacific/Auckland")
START = datetime(2026, 9, 7, 9, tzinfo=AUCKLAND)  # a Monday; clocks go forward on 27 September
TICKS = (0, 6, 12, 18)
WANTED = Choices(("tv", "sports"), Cadence.WEEKLY, 4, 18)
CONFIG = """\
site: {{title: Gazette, url: https://gazette.example, timezone: Europe/London}}
content: {{folder: posts, path: "/{{-title}}"}}
database: {database}
channels:
  mail: {{adapter: folder, path: sent}}
newsletters:
  daily: {{channel: mail, sender: news@gazette.example, {schedule}max_age: 3 days}}
"""


@dataclass
class World:
    """A site, its readers, and what each of them got: titles by moment and address."""

    folder: Path
    publisher: Publisher
    clock: time_machine.Traveller
    posts: int = 0
    seen: int = 0
    got: dict[str, list[tuple[datetime, list[str]]]] = field(default_factory=dict)
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        self.service = Service(self.publisher, lambda _: None, threading.Event())

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def outbox(self) -> Outbox:
        return self.publisher.outbox

    def write(self, category: str) -> str:
        self.posts += 1
        title = f"Number {self.posts} {'abcdefghij'[self.posts % 10] * 9}{self.posts}"
        date = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        text = f"---\ntitle: {title}\ncategories: [{category}]\ndate: {date}\n---\n"
        (self.folder / "posts" / f"{self.posts}.md").write_text(text, encoding="utf-8")
        return title

    def join(self, email: str, choices: Choices, zone: str = "", language: str = "") -> str:
        """Subscribe and confirm; gives the token."""
        consent, readers = Consent(self.now, "form"), self.outbox.readers
        readers.ask(
            "daily", email, consent=consent, choices=choices, timezone=zone, language=language
        )
        token = next(each.token for each in self.outbox.subscribers.stream() if each.email == email)
        assert readers.confirm(token, self.now, self.now)
        return token

    def run(self) -> None:
        """One tick of `publish run`."""
        self.service.plan()
        self.collect()

    def publish_now(self) -> None:
        """What cron calls."""
        self.publisher.planner.refresh()
        slot = self.now.replace(microsecond=0)
        result = publish_now(self.publisher, Request(["daily"], slot), Watch())
        assert not result.failures
        self.collect()

    def collect(self) -> None:
        rows = [row for row in self.outbox.listing.deliveries() if row.id > self.seen]
        for row in rows:
            assert row.edition_id is not None
            text = self.outbox.editions.get(row.edition_id).rendered.text
            lines = [line for line in text.splitlines() if line.startswith("Number ")]
            titles = list(dict.fromkeys(line.partition(" (")[0] for line in lines))
            self.got.setdefault(row.recipient, []).append((self.now, titles))
            self.seen = row.id


@pytest.fixture
def schedule() -> str:
    return "schedule: every day at 07:00, "


@pytest.fixture
def world(tmp_path: Path, database_url: str, schedule: str) -> Iterator[World]:
    (tmp_path / "posts").mkdir()
    text = CONFIG.format(database=database_url, schedule=schedule)
    (tmp_path / "config.yaml").write_text(text)
    config = load(tmp_path / "config.yaml", {})
    with time_machine.travel(START, tick=False) as clock, build(config) as publisher:
        made = World(tmp_path, publisher, clock)
        made.publisher.planner.posts()
        yield made


def weeks(
    world: World, number: int, look: Callable[[], None], hours: Sequence[int] = TICKS
) -> dict[str, datetime]:
    """So many weeks, looking at some hours of each day in Auckland, and a post two hours later.

    Its topics come in turns; gives those that the reader wants, by title.
    """
    written: dict[str, datetime] = {}
    for day, hour in product(range(number * 7), TICKS):
        moment = datetime.combine(START.date() + timedelta(days=day), time(hour), AUCKLAND)
        if moment > START:
            world.clock.move_to(moment)
            if hour in hours:
                look()
            world.clock.move_to(world.now + timedelta(hours=2))
            category = ("tv", "crime", "sports", "music")[world.posts % 4]
            title = world.write(category)
            if category in WANTED.topics:
                written[title] = world.now
    return written


def check_fridays(world: World, written: dict[str, datetime], latest: timedelta) -> None:
    """Each Friday at 18:00 by the wall in Auckland, and in it all that was new, once."""
    got = world.got["moana@example.org"]
    assert len(got) == 8
    rows = [row for row in world.outbox.listing.deliveries() if "moana" in row.recipient]
    slots = [row.slot.astimezone(AUCKLAND) for row in rows]
    assert {f"{slot:%a %H:%M}" for slot in slots} == {"Fri 18:00"}
    assert len({slot.utcoffset() for slot in slots}) == 2
    for number, (moment, titles) in enumerate(got):
        friday = datetime(2026, 9, 11, 18, tzinfo=AUCKLAND) + number * timedelta(days=7)
        assert timedelta(0) <= moment - friday.astimezone(UTC) <= latest
        before = got[number - 1][0] if number else START
        assert sorted(titles) == sorted(t for t, at in written.items() if before < at <= moment)
        assert titles


def test_a_reader_in_auckland_gets_tv_and_sports_on_fridays(world: World) -> None:
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    world.join("ann@example.org", Choices())
    check_fridays(world, weeks(world, 8, world.run), timedelta(0))
    assert len(world.got["ann@example.org"]) == 55  # the next is due at 19:00


@pytest.mark.parametrize("schedule", ["", "schedule: every day at 07:00, "])
def test_cron_serves_chosen_times_every_hour(world: World) -> None:
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    check_fridays(world, weeks(world, 8, world.publish_now), timedelta(0))


@pytest.mark.parametrize("schedule", [""])
def test_cron_serves_chosen_times_once_a_day(world: World) -> None:
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    check_fridays(world, weeks(world, 8, world.publish_now, [6]), timedelta(hours=12))
