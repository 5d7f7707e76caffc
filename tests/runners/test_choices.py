"""Readers who chose topics and times, over weeks of a moving clock: each gets exactly that."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import product
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
import time_machine

from publisher.cli.plan import show_segments
from publisher.config import load
from publisher.dispatch import Watch
from publisher.model.contacts import Cadence, Choices, Consent
from publisher.model.deliveries import Enqueued
from publisher.outbox.outbox import Outbox
from publisher.plan.planner import Planner
from publisher.plan.proposals import Proposal
from publisher.plan.segments import chosen_segments
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
        word = hashlib.sha256(str(self.posts).encode()).hexdigest()[:16]
        title = f"Number {self.posts} {word}"
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
@pytest.mark.timeout(400)
def test_cron_serves_chosen_times_every_hour(world: World) -> None:
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    check_fridays(world, weeks(world, 8, world.publish_now), timedelta(0))


@pytest.mark.parametrize("schedule", [""])
def test_cron_serves_chosen_times_once_a_day(world: World) -> None:
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    check_fridays(world, weeks(world, 8, world.publish_now, [6]), timedelta(hours=12))


ROOMY = (
    "schedule: 'every day at 07:00', latest: 300, per_category: null, "
    "choices: {latest: 300}, min_posts: %d, "
)
CATEGORIES = ("tv", "crime", "sports", "music")
ALL = frozenset(CATEGORIES)
ZONES = ("", "Pacific/Auckland", "America/Los_Angeles")


@dataclass
class Life:
    """Random joins, moves and posts; what each reader always wanted, and since when."""

    world: World
    random: Random
    tokens: dict[str, str] = field(default_factory=dict)
    joined: dict[str, datetime] = field(default_factory=dict)
    always: dict[str, frozenset[str]] = field(default_factory=dict)
    wants: dict[str, frozenset[str]] = field(default_factory=dict)
    posts: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    last: datetime = START

    def choices(self) -> Choices:
        some = tuple(self.random.sample(CATEGORIES, self.random.randint(1, 3)))
        cadence = self.random.choice(list(Cadence))
        return Choices(some, cadence, self.random.randrange(7), self.random.randrange(24))

    def write(self, category: str) -> None:
        self.posts[self.world.write(category)] = (category, self.world.now)

    def step(self) -> None:
        self.world.clock.move_to(self.world.now + timedelta(minutes=self.random.randint(20, 300)))
        for act in self.random.sample([self.join, self.move, self.post, self.post, self.tick], 2):
            act()

    def post(self) -> None:
        self.write(self.random.choice(CATEGORIES))

    def join(self) -> None:
        email, choices = f"reader{len(self.tokens)}@example.org", self.choices()
        self.tokens[email] = self.world.join(email, choices, self.random.choice(ZONES))
        self.joined[email] = self.world.now
        self.always[email] = self.wants[email] = frozenset(choices.topics)

    def move(self) -> None:
        if not self.tokens:
            return
        email = self.random.choice(list(self.tokens))
        choices = Choices() if self.random.random() < 0.2 else self.choices()
        zone = self.random.choice([None, *ZONES])
        self.world.outbox.readers.choose(self.tokens[email], choices, self.world.now, timezone=zone)
        self.wants[email] = frozenset(choices.topics) or ALL
        self.always[email] &= self.wants[email]

    def tick(self) -> None:
        before = {email: len(got) for email, got in self.world.got.items()}
        self.random.choice([self.world.run, self.world.publish_now])()
        for email, got in self.world.got.items():
            for _, titles in got[before.get(email, 0) :]:
                assert titles, email
                assert {self.posts[title][0] for title in titles} <= self.wants[email]

    def settle(self) -> None:
        """Nine more days with enough posts for every edition."""
        self.last = self.world.now
        for _ in range(9 * 4):
            self.world.clock.move_to(self.world.now + timedelta(hours=6))
            for category in CATEGORIES:
                self.write(category)
            self.tick()

    def check(self) -> None:
        for email, joined in self.joined.items():
            got = [title for _, titles in self.world.got.get(email, []) for title in titles]
            assert len(got) == len(set(got)), email
            assert all(self.posts[title][1] > joined for title in got), email
            missed = {
                title
                for title, (category, at) in self.posts.items()
                if category in self.always[email] and joined < at <= self.last and title not in got
            }
            assert not missed, email


@pytest.mark.parametrize(
    ("schedule", "seed"), [(ROOMY % (1 + seed % 2), seed) for seed in range(6)]
)
def test_whatever_readers_do_they_get_all_that_is_new_once(world: World, seed: int) -> None:
    """New since they came, of the topics that they always wanted; nothing from before."""
    life = Life(world, Random(seed))  # noqa: S311 - a history to repeat
    for _ in range(40):
        life.step()
    life.settle()
    life.check()
    assert any(world.got.values())


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something once between choosing posts and queueing the edition."""
    enqueue = Planner.enqueue
    done: list[object] = []

    def first_act(planner: Planner, proposal: Proposal) -> Enqueued:
        if not done:
            done.append(act())
        return enqueue(planner, proposal)

    monkeypatch.setattr(Planner, "enqueue", first_act)


@pytest.mark.parametrize("there", [True, False])
def test_who_moves_while_an_edition_is_planned_gets_one(
    world: World, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    tv, both = (Choices(some, Cadence.DAILY, 0, 12) for some in (("tv",), ("tv", "sports")))
    ann = world.join("ann@example.org", tv)
    world.join("bob@example.org", both if there else tv)
    world.clock.move_to(datetime(2026, 9, 8, 11, tzinfo=ZoneInfo("Europe/London")))
    first = world.write("tv")
    _meanwhile(monkeypatch, lambda: world.outbox.readers.choose(ann, both, world.now))
    for _ in range(3):
        world.clock.move_to(world.now + timedelta(hours=1))
        world.run()
    second = world.write("sports")
    world.clock.move_to(world.now + timedelta(days=1))
    world.run()
    got = [titles for _, titles in world.got["ann@example.org"]]
    assert got in ([[first], [second]], [[first, second]], [[second, first]])


def test_who_joins_on_thursday_gets_no_backlog_on_friday(world: World) -> None:
    for _ in range(6):
        world.clock.move_to(world.now + timedelta(hours=12))
        world.write("tv")
    assert world.now.astimezone(AUCKLAND).strftime("%a") == "Thu"
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    world.clock.move_to(world.now + timedelta(hours=3))
    fresh = world.write("sports")
    world.join("late@example.org", WANTED, "Pacific/Auckland")
    for _ in range(40):
        world.clock.move_to(world.now + timedelta(hours=1))
        world.run()
    assert [titles for _, titles in world.got["moana@example.org"]] == [[fresh]]
    assert "late@example.org" not in world.got


def test_languages_are_editions_of_their_own(world: World) -> None:
    world.join("ann@example.org", Choices())
    world.join("dora@example.org", Choices(), language="de")
    world.run()
    world.clock.move_to(world.now + timedelta(hours=1))
    world.write("tv")
    world.clock.move_to(world.now + timedelta(hours=9))
    world.run()
    editions = world.outbox.editions
    ids = [row.id for row in world.outbox.listing.editions("daily")]
    texts = [editions.get(number).rendered.text for number in ids]
    assert len(texts) == 2
    assert sum("Montag, 7. September" in text for text in texts) == 1


def test_plan_says_how_many_variants_there_are(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.join("moana@example.org", WANTED, "Pacific/Auckland")
    world.join("ann@example.org", Choices(("tv",)))
    config = world.publisher.config
    found = chosen_segments(config, world.outbox, "daily", world.now)
    show_segments("daily", found, config.site.zone)
    shown = capsys.readouterr().out
    assert "daily: 2 variants for 2 readers with choices of their own" in shown
    assert "1  sports, tv; weekly on friday at 18:00 Pacific/Auckland: next" in shown
