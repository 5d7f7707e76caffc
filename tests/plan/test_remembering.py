"""What was included is remembered for ever, and read only as far as it can matter."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from publisher.model.posts import Post
from publisher.outbox.db.tables import included
from publisher.outbox.deliveries.keys import page_key
from publisher.outbox.outbox import Outbox
from tests.plan.conftest import START, World, page

DATED = "---\ntitle: {title}\ndate: {date:%Y-%m-%d-%H-%M-%S}\n---\n{text}\n"
YEARS_AGO = START - timedelta(days=3_650)


def save(world: World, name: str, title: str, date: datetime, text: str = "Text") -> None:
    content = DATED.format(title=title, date=date.astimezone(world.zone), text=text)
    (world.folder / "posts" / f"{name}.md").write_text(content, encoding="utf-8")
    world.publisher.planner.refresh()


def remember(outbox: Outbox, slots: Sequence[datetime], owner: str = "social") -> None:
    """As if a post had been included in each slot."""
    values = [
        {
            "owner": owner,
            "slot": slot,
            "url": page(f"old-{number}"),
            "path": f"posts/old-{number}.md",
            "title": f"Old {number}",
            "description": "",
            "page_key": page_key(page(f"old-{number}")),
            "again": "",
            "text_key": "",
            "dated": slot,
        }
        for number, slot in enumerate(slots)
    ]
    with outbox.database.writing("test") as connection:
        connection.execute(insert(included), values)


def test_a_post_included_years_ago_and_dated_anew_is_not_included_again(world: World) -> None:
    remember(world.publisher.outbox, [YEARS_AGO])
    save(world, "renamed", "old-0", world.now)
    assert world.plan() == []
    assert decision(world, "posts/renamed.md").startswith("already-included: the edition of 2016-")


def test_a_file_included_years_ago_is_the_same_story_at_a_new_address(world: World) -> None:
    save(world, "one", "one again", world.now)
    assert world.plan() == ["one again"]
    world.move(days=800)
    world.write("two")
    assert world.plan() == ["two"]
    world.move(days=1)
    save(world, "one", "again one", world.now)
    assert world.plan() == []


def test_what_is_read_does_not_grow_with_the_years(world: World) -> None:
    outbox = world.publisher.outbox
    remember(outbox, [YEARS_AGO + timedelta(hours=number) for number in range(10_000)])
    recent = START - timedelta(days=1)
    posts = [Post(f"posts/{number}.md", page(f"old-{number}"), "T") for number in (3, 5, 10_001)]
    found = outbox.editions.included("social", recent, posts)
    assert [row.path for row in found] == ["posts/old-3.md", "posts/old-5.md"]
    assert outbox.editions.included("social", recent) == []
    assert outbox.editions.has_included("social", page("old-9")) is True
    assert outbox.editions.has_included("more", page("old-9")) is False


def decision(world: World, path: str) -> str:
    post = next(post for post in world.publisher.planner.posts() if post.path == path)
    why = world.publisher.planner.why(post, datetime.now(UTC))
    return next(f"{each.rule}: {each.detail}" for each in why if each.owner == "social")
