"""What is never included is named before anybody waits for it."""

from datetime import timedelta

from publisher.plan.explain import left_out, never_included
from tests.plan.conftest import World

COPY = "---\ntitle: {title}\ndate: 2026-06-01-09-00-00\n---\nText\n"


def named(world: World, owner: str) -> list[str]:
    world.publisher.planner.refresh()
    return [path for path, _ in left_out(world.publisher.planner.digest(owner))]


def test_a_copy_and_a_backfill_are_named_and_what_was_included_is_not(world: World) -> None:
    world.publisher.outbox.subscribers.add("daily", "reader@example.com")
    world.write("one")
    (world.folder / "posts" / "one 2.md").write_bytes(
        (world.folder / "posts" / "one.md").read_bytes()
    )
    assert named(world, "daily") == ["posts/one 2.md"]
    assert world.plan("daily") == ["one"]
    assert named(world, "daily") == ["posts/one 2.md"]
    world.move(days=1)
    world.write("from the old site", age=timedelta(days=400))
    assert named(world, "daily") == ["posts/from the old site.md", "posts/one 2.md"]
    lines = list(never_included(world.publisher.planner.digest("daily")))
    assert lines[0].startswith("never included: posts/from the old site.md: its date, 2025-")
    assert lines[1].endswith("included posts/one.md, which has the same address")


def test_many_are_told_in_a_few_lines(world: World) -> None:
    world.publisher.outbox.subscribers.add("daily", "reader@example.com")
    world.write("one")
    world.plan("daily")
    world.move(days=1)
    world.write(*[f"old {number}" for number in range(9)], age=timedelta(days=400))
    lines = list(never_included(world.publisher.planner.digest("daily")))
    assert len(lines) == 6
    assert lines[-1] == "never included: 4 more: publish why FILE says why"
    assert world.plan("daily") == [], "three hundred old posts that a migration adds stay unsent"


def test_a_named_post_is_sent_however_old_it_is(world: World) -> None:
    world.publisher.outbox.subscribers.add("daily", "reader@example.com")
    world.write("one")
    world.plan("daily")
    world.write("old", age=timedelta(days=400))
    assert world.plan("daily", post=world.post("old")) == ["old"]


def test_why_says_that_nobody_reads_it(world: World) -> None:
    world.write("one")
    why = {each.owner: each for each in world.publisher.planner.why(world.post("one"))}
    assert (why["daily"].chosen, why["daily"].rule) == (False, "no-subscribers")
    assert why["social"].chosen
