"""The service on a clock of the test's own: late slots once, one slot a day on DST nights."""

import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from publisher.config import Newsletter, load
from publisher.errors import StorageError
from publisher.runners.service import Service
from publisher.runners.ticker import Periodic
from publisher.wiring import Publisher, build

CONFIG = """\
site: {{title: Gazette, url: https://gazette.example, timezone: {zone}}}
content: {{folder: posts, path: "/{{-title}}"}}
channels:
  mail: {{adapter: folder, path: queue/mail}}
newsletters:
  daily:
    channel: mail
    sender: news@gazette.example
    schedule: {schedule}
"""
POST = "---\ntitle: Story of {0:%d %B} at {0:%H}\ndate: {0:%Y-%m-%d-%H-%M-%S}\n---\n"


@dataclass
class World:
    """A site in a zone, a service for it and the time, which only the test moves."""

    folder: Path
    zone: ZoneInfo
    publisher: Publisher
    service: Service
    clock: time_machine.Traveller
    said: list[str]

    def tick(self) -> None:
        self.service.plan()
        self.service.send()

    def tick_at(self, moment: datetime) -> None:
        self.clock.move_to(moment)
        self.tick()

    def tick_until(self, end: datetime, step: timedelta) -> None:
        while datetime.now(UTC) < end:
            self.tick_at(datetime.now(UTC) + step)

    def write_posts(self, start: datetime, days: int) -> None:
        for hours in range(0, days * 24, 5):
            moment = start + timedelta(hours=hours)
            path = self.folder / "posts" / f"{hours}.md"
            path.write_text(POST.format(moment), encoding="utf-8")

    @property
    def slots(self) -> list[datetime]:
        history = self.publisher.outbox.editions.history("daily")
        return sorted(each.slot for each in history)

    @property
    def mails(self) -> int:
        return len(list((self.folder / "queue" / "mail").glob("*.eml")))


def world(folder: Path, zone: str, schedule: str, start: datetime) -> Iterator[World]:
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text(CONFIG.format(zone=zone, schedule=schedule))
    config = load(folder / "config.yaml", {})
    with time_machine.travel(start, tick=False) as clock, build(config) as publisher:
        said: list[str] = []
        service = Service(publisher, said.append, threading.Event())
        made = World(folder, ZoneInfo(zone), publisher, service, clock, said)
        publisher.outbox.subscribers.add("daily", "reader@example.com")
        made.write_posts(start - timedelta(days=1), 7)
        publisher.planner.posts()
        yield made


NIGHTS = [
    ("Europe/London", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, 12, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "start"), NIGHTS)
@pytest.mark.parametrize("clock", ["01:45", "02:15", "07:00"])
def test_a_night_when_clocks_change_has_one_slot_a_day(
    tmp_path: Path, zone: str, start: datetime, clock: str
) -> None:
    for made in world(tmp_path, zone, f"every day at {clock}", start):
        made.tick_until(start + timedelta(days=2), timedelta(minutes=97))
        days = [slot.astimezone(made.zone).date() for slot in made.slots]
        assert len(days) == len(set(days)) == 2
        assert made.mails == 2


def test_a_machine_that_was_off_for_three_days_sends_once(tmp_path: Path) -> None:
    start = datetime(2026, 6, 1, 5, tzinfo=UTC)
    for made in world(tmp_path, "Europe/London", "every day at 07:00", start):
        made.tick_until(start + timedelta(hours=2), timedelta(minutes=30))
        assert made.mails == 1
        for seconds in range(0, 25, 5):
            made.tick_at(start + timedelta(days=3, hours=3, seconds=seconds))
        assert made.mails == 2
        assert made.slots[-1] == datetime(2026, 6, 4, 6, tzinfo=UTC)


def test_a_slot_that_is_too_late_is_left_out(tmp_path: Path) -> None:
    start = datetime(2026, 6, 1, 5, tzinfo=UTC)
    for made in world(tmp_path, "Europe/London", "every day at 07:00", start):
        made.tick()
        made.tick_at(start + timedelta(hours=12))
        assert made.slots == []


def test_a_first_look_begins_with_the_next_slot(tmp_path: Path) -> None:
    start = datetime(2026, 6, 1, 6, 0, 10, tzinfo=UTC)
    for made in world(tmp_path, "Europe/London", "every day at 07:00", start):
        made.tick()
        assert made.slots == []


def test_a_stop_is_obeyed_between_messages(tmp_path: Path) -> None:
    start = datetime(2026, 6, 1, 5, tzinfo=UTC)
    for made in world(tmp_path, "Europe/London", "every day at 07:00", start):
        made.tick()
        made.service.stop.set()
        made.tick_at(start + timedelta(hours=2))
        assert made.mails == 0
        made.service.stop.clear()
        made.tick()
        assert made.mails == 1


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[World]:
    """Half past six, with a slot at seven and the second newsletter's at five past."""
    start = datetime(2026, 6, 1, 5, 30, tzinfo=UTC)
    more = "  second: {channel: mail, sender: news@gazette.example, schedule: every day at 07:05}\n"
    for made in world(tmp_path, "Europe/London", "every day at 07:00\n" + more, start):
        made.publisher.outbox.subscribers.add("second", "reader@example.com")
        made.tick()
        yield made


def test_one_broken_newsletter_is_told_once_and_stops_no_other(morning: World) -> None:
    template = morning.folder / "templates" / "digest.mjml.j2"
    broken = replace(morning.publisher.config.newsletters["daily"], "own")
    object.__setattr__(
        morning.publisher.config,
        "newsletters",
        {**morning.publisher.config.newsletters, "daily": broken},
    )
    for minutes in range(40, 50):
        morning.tick_at(datetime(2026, 6, 1, 5, 30, tzinfo=UTC) + timedelta(minutes=minutes))
    assert morning.mails == 1 and not template.exists()
    (told,) = [line for line in morning.said if line.startswith("daily")]
    assert "own" in told and "retrying" in told
    mended = replace(broken, "digest")
    object.__setattr__(
        morning.publisher.config,
        "newsletters",
        {**morning.publisher.config.newsletters, "daily": mended},
    )
    morning.tick_at(datetime(2026, 6, 1, 6, 30, tzinfo=UTC))
    assert morning.mails == 2


def replace(newsletter: Newsletter, template: str) -> Newsletter:
    return newsletter.model_copy(update={"template": template}).named(newsletter.name)


def test_a_folder_that_is_gone_for_a_while_loses_no_slot(morning: World) -> None:
    posts = morning.folder / "posts"
    posts.rename(morning.folder / "away")
    begin = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
    for seconds in range(0, 300, 5):
        morning.tick_at(begin + timedelta(seconds=seconds))
    assert morning.slots == []
    assert len([line for line in morning.said if line.startswith("daily")]) == 1
    (morning.folder / "away").rename(posts)
    morning.tick_at(begin + timedelta(minutes=6))
    assert morning.mails == 2
    assert morning.said[-2:] == ["second: slot 2026-06-01 07:05 BST: 1 queued", "mail: 2 sent"]


def test_without_readers_the_service_says_what_to_do(morning: World) -> None:
    morning.publisher.outbox.subscribers.remove("daily", "reader@example.com")
    morning.tick_at(datetime(2026, 6, 1, 6, 1, tzinfo=UTC))
    assert "no subscribers: publish subscribers add EMAIL" in morning.said[-1]


def test_what_readers_would_not_see_is_told_once_it_is_queued(morning: World) -> None:
    text = "---\ntitle: Drawn\ndate: 2026-06-01 06:40:00\nimage: /a.svg\nfeatured: true\n---\n"
    (morning.folder / "posts" / "drawn.md").write_text(text, encoding="utf-8")
    for minutes in (1, 2, 3):
        morning.tick_at(datetime(2026, 6, 1, 6, minutes, tzinfo=UTC))
    warnings = [line for line in morning.said if "warning" in line]
    assert [line.partition(";")[0] for line in warnings] == [
        "daily: warning: posts/drawn.md: picture left out: email programs do not show SVG"
    ]


def test_a_stop_between_two_plans_is_obeyed(morning: World) -> None:
    morning.service.stop.set()
    morning.tick_at(datetime(2026, 6, 1, 6, 10, tzinfo=UTC))
    assert morning.slots == []


def test_a_slot_that_another_process_planned_is_not_told_twice(morning: World) -> None:
    moment = datetime(2026, 6, 1, 6, 1, tzinfo=UTC)
    slot = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
    morning.clock.move_to(moment)
    planner = morning.publisher.planner
    planner.enqueue(planner.propose("daily", slot, moment))
    morning.service._plan_one("daily", slot)
    assert morning.said == []


def test_what_goes_wrong_in_a_job_is_told_until_it_changes(morning: World) -> None:
    morning.service._report("send", StorageError("the disk is full", "make room"))
    morning.service._report("send", StorageError("the disk is full", "make room"))
    morning.service._report("plan", StorageError("the disk is full"))
    with pytest.raises(ZeroDivisionError) as bug:
        divmod(1, 0)
    morning.service._report("send", bug.value)
    assert morning.said[0] == "send: the disk is full (make room); retrying"
    assert morning.said[1] == "plan: the disk is full; retrying"
    assert "ZeroDivisionError in" in morning.said[2] and "modulo" not in morning.said[2]
    morning.tick()
    morning.service._report("send", StorageError("the disk is full", "make room"))
    assert len(morning.said) == 4


@pytest.mark.parametrize("block", ["archive: {folder: out}", "syndication: {file: links.json}"])
def test_what_the_site_gets_is_kept_up_to_date(
    tmp_path: Path, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "posts").mkdir()
    text = CONFIG.format(zone="Europe/London", schedule="every day at 07:00")
    (tmp_path / "config.yaml").write_text(f"{text}{block}\n")
    names: list[str] = []

    def note(ticks: Sequence[Periodic], **_: object) -> None:
        names.extend(tick.name for tick in ticks)

    monkeypatch.setattr("publisher.runners.service.run", note)
    monkeypatch.setattr("publisher.runners.service.stop_on_signals", lambda _: None)
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        Service(publisher, names.append, threading.Event()).serve()
    assert "archive" in names


def test_serving_ticks_until_stopped(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    text = CONFIG.format(zone="Europe/London", schedule="every day at 07:00")
    (tmp_path / "config.yaml").write_text(text)
    said: list[str] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        service = Service(publisher, said.append, threading.Event())
        threading.Timer(0.5, service.stop.set).start()
        service.serve()
    for number, handler in before.items():
        signal.signal(number, handler)
    assert said == []
