"""Posts saved at odd moments, while `publish run` ticks and the clock moves as clocks do."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.runners.test_service import World, world

START = datetime(2026, 3, 27, 5, 1, 7, tzinfo=UTC)  # two days before the clocks go forward


class Author:
    """Saves posts and remembers when; their dates are what the wall clock, or `date`, says."""

    def __init__(self, made: World, date: datetime | None = None) -> None:
        self.made = made
        self.date = date
        self.saved: dict[str, int] = {}
        self._random = random.Random(7)  # noqa: S311 - odd moments

    def save(self) -> None:
        number = len(self.saved)
        path = self.made.folder / "posts" / f"own-{number}.md"
        title = f"{' '.join(self._random.sample(WORDS, 4))} {number}"
        date = (self.date or datetime.now(UTC)).astimezone(self.made.zone)
        path.write_text(f"---\ntitle: {title}\ndate: {date:%Y-%m-%d-%H-%M-%S}\n---\n{number}\n")
        self.saved[f"posts/own-{number}.md"] = self.planned

    @property
    def planned(self) -> int:
        """How many slots had been planned so far."""
        return len(self.made.publisher.outbox.editions.history("daily"))

    def late(self) -> list[str]:
        """The posts that were not in the first edition after they were saved."""
        found = self.editions()
        return [path for path, planned in self.saved.items() if found.get(path) != planned]

    def editions(self) -> dict[str, int]:
        """By path: how many slots had been planned before the one that included it."""
        outbox = self.made.publisher.outbox
        history = sorted(
            outbox.editions.history("daily"), key=lambda planned: planned.planned_at or START
        )
        order = {planned.slot: number for number, planned in enumerate(history)}
        return {
            row.path: order[row.slot]
            for row in outbox.editions.included("daily", datetime.fromtimestamp(0, UTC))
        }


WORDS = ["harbour", "bridge", "orchard", "lantern", "weather", "ferry", "market", "mill", "river"]


@pytest.fixture
def schedule() -> str:
    return "every day at 07:00"


@pytest.fixture
def made(tmp_path: Path, schedule: str) -> Iterator[World]:
    for each in world(tmp_path, "Europe/London", f"{schedule}\n    latest: 40", START):
        for path in (each.folder / "posts").iterdir():
            path.unlink()
        each.tick()
        yield each


@pytest.mark.parametrize(
    ("schedule", "tick", "ticks", "every"),
    [
        ("every 2 minutes", timedelta(seconds=23), 120, 1),
        ("every day at 07:00", timedelta(hours=1, seconds=11), 300, 5),
        ("every monday at 07:00", timedelta(hours=3, seconds=11), 320, 8),
        ("on the 1st at 08:00", timedelta(hours=5, seconds=11), 600, 24),
    ],
)
def test_each_post_is_in_the_first_edition_after_it_was_saved(
    made: World, tick: timedelta, ticks: int, every: int
) -> None:
    author = Author(made)
    for number in range(ticks):
        made.clock.move_to(datetime.now(UTC) + tick)
        if number % every == 0 and number < ticks * 2 / 3:
            author.save()
        made.clock.move_to(datetime.now(UTC) + timedelta(seconds=5))
        made.tick()
    assert len(author.editions()) == len(author.saved) > 10
    assert author.late() == []


@pytest.mark.parametrize("schedule", ["every 2 minutes"])
@pytest.mark.parametrize(
    "jumps",
    [
        {20: timedelta(hours=-1)},
        {20: timedelta(days=3)},
        {20: timedelta(days=3), 25: timedelta(days=-3)},
        {10: timedelta(hours=-1), 30: timedelta(days=3), 50: timedelta(days=-3, hours=-1)},
    ],
)
def test_a_clock_that_is_set_loses_no_post_and_holds_up_no_slot(
    made: World, jumps: dict[int, timedelta]
) -> None:
    author = Author(made, START - timedelta(hours=9))
    for number in range(80):
        made.clock.move_to(datetime.now(UTC) + jumps.get(number, timedelta(0)))
        made.clock.move_to(datetime.now(UTC) + timedelta(seconds=23))
        if number < 60:
            author.save()
        made.clock.move_to(datetime.now(UTC) + timedelta(seconds=7))
        made.tick()
    assert sorted(author.editions()) == sorted(author.saved)
    assert made.publisher.outbox.editions.included("daily", datetime.fromtimestamp(0, UTC)) != []
    planned = author.planned
    assert planned >= 18, "every two minutes of forty"


def test_a_daily_edition_by_a_clock_that_was_ahead_holds_up_none(made: World) -> None:
    author = Author(made, START - timedelta(hours=9))
    author.save()
    made.tick_at(START + timedelta(days=3, hours=2))
    author.save()
    made.tick_at(START + timedelta(hours=1))
    made.tick_at(START + timedelta(hours=2))
    author.save()
    made.tick_at(START + timedelta(days=1, hours=2))
    assert sorted(author.editions()) == sorted(author.saved)
