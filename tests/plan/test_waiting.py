"""An announcement's schedule is a queue: what found no place in a slot waits for a later one."""

from datetime import timedelta

import pytest

from tests.plan.conftest import START, World

HOUR = timedelta(hours=1)


@pytest.fixture
def social() -> str:
    return ', schedule: "every day at 10:00, 11:00, 12:00", max_age: 24h'


def test_what_found_no_place_is_taken_by_later_slots_newest_first(world: World) -> None:
    world.write("one", "two")
    assert world.plan(slot=START + HOUR) == ["two"]
    world.write("three")
    assert world.plan(slot=START + 2 * HOUR) == ["three"]
    assert world.plan(slot=START + 3 * HOUR) == ["one"]
    assert world.plan(slot=START + 25 * HOUR) == []


def test_it_waits_no_longer_than_max_age(world: World) -> None:
    world.write("one", "two")
    assert world.plan(slot=START + HOUR) == ["two"]
    world.move(hours=2)
    world.write("three")
    assert world.plan(slot=START + 3 * HOUR) == ["three"]
    world.move(hours=24)
    assert world.plan(slot=START + 27 * HOUR) == []
    assert rule(world, "one") == "too-old"


def test_a_person_who_publishes_now_again_takes_nothing_that_waits(world: World) -> None:
    world.write("one", "two")
    assert world.plan() == ["two"]
    assert world.plan() == []
    now = world.publisher.planner.propose("social", world.now + timedelta(seconds=1))
    assert "waits for the next slot" in now.empty_because
    assert world.plan(slot=START + HOUR) == ["one"]


def test_why_says_that_it_waits_and_a_slot_decides_about_it_once(world: World) -> None:
    world.write("one", "two", "three")
    world.plan(slot=START + HOUR)
    assert rule(world, "one") == "waiting"
    assert rule(world, "two") == "latest", "it is the next"
    world.plan(slot=START + 2 * HOUR)
    first, second = reversed(world.publisher.outbox.editions.history("social"))
    assert first.decisions["posts/one.md"][0] == "latest-section-full"
    assert "posts/one.md" not in second.decisions


def test_a_newsletter_passes_over_what_found_no_place(world: World) -> None:
    world.publisher.outbox.subscribers.add("daily", "reader@example.com")
    world.write(*map(str, range(20)))
    chosen = world.plan("daily", slot=START + timedelta(days=1))
    assert len(chosen) < 20
    assert world.plan("daily", slot=START + timedelta(days=2)) == []


def rule(world: World, title: str) -> str:
    world.publisher.planner.refresh()
    why = world.publisher.planner.why(world.post(title), world.now)
    return next(each.rule for each in why if each.owner == "social")
