"""The service on a clock of the test's own: slots are planned once, late ones once, DST nights too."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from publisher.config import load
from publisher.runners.service import Service
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
        history = self.publisher.outbox.history("daily")
        return sorted(each.slot for each in history)

    @property
    def mails(self) -> int:
        return len(list((self.folder / "queue" / "mail").glob("*.eml")))


def world(folder: Path, zone: str, schedule: str, start: datetime) -> Iterator[World]:
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text(CONFIG.format(zone=zone, schedule=schedule))
    config = load(folder / "config.yaml", {})
    with time_machine.travel(start, tick=False) as clock, build(config) as publisher:
        service = Service(publisher, lambda _: None, threading.Event())
        made = World(folder, ZoneInfo(zone), publisher, service, clock)
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
        made.tick_until(start + timedelta(days=3), timedelta(minutes=34))
        days = [slot.astimezone(made.zone).date() for slot in made.slots]
        assert len(days) == len(set(days)) == 3
        assert made.mails == 3


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
