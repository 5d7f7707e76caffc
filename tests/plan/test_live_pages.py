"""Pages that are not on the web yet: a late build loses nothing."""

from datetime import timedelta

import pytest

from publisher.plan.select import MOST_LOOKS
from tests.plan.conftest import World, page


def test_a_post_whose_page_is_late_is_sent_once_it_is_there(world: World) -> None:
    world.check_pages()
    world.dead = {page("late")}
    world.write("fast", "late")
    assert world.plan() == ["fast"]
    world.move(minutes=20)
    assert world.plan() == []
    world.dead = set()
    world.move(minutes=20)
    assert world.plan() == ["late"]
    assert world.plan() == []


def test_a_page_seen_for_one_owner_is_new_to_the_next_edition_of_all(world: World) -> None:
    """Both announcements are planned at one tick; the page comes up between them."""
    world.check_pages()
    world.dead = {page("late")}
    world.write("fast", "late")
    tick = world.now
    assert world.plan("social", slot=tick) == ["fast"]
    world.dead = set()
    assert world.plan("more", slot=tick) == ["late"]
    world.move(minutes=20)
    assert world.plan("social") == ["late"]


def test_a_page_that_falters_is_asked_for_again(world: World) -> None:
    world.check_pages()
    world.dead = {page("late")}
    world.write("late")
    assert world.plan() == []
    world.dead = set()
    assert world.plan("more") == ["late"]
    world.dead = {page("late")}
    assert world.plan() == []
    world.dead = set()
    assert "late" in world.plan()


def test_a_page_that_comes_after_max_age_is_not_too_late(world: World) -> None:
    world.check_pages()
    world.dead = {page("late")}
    world.write("fast", "late")
    assert world.plan() == ["fast"]
    world.move(days=5)
    world.dead = set()
    assert world.plan() == ["late"]


def test_a_page_seen_for_a_slot_of_the_past_is_new_to_the_present(world: World) -> None:
    world.check_pages()
    world.dead = {page("late")}
    world.write("late", "fast")
    past = world.now
    world.plan("social")
    world.move(hours=1)
    world.dead = set()
    world.plan("more", slot=past)
    world.move(hours=1)
    assert world.plan("social") == ["late"]


def test_an_older_post_counts_unasked(world: World) -> None:
    world.check_pages(timedelta(minutes=30))
    world.dead = {page("late")}
    world.write("fast", "late")
    assert world.plan() == ["fast"]
    world.move(minutes=10)
    assert world.plan() == []
    world.move(minutes=30)
    assert world.plan() == ["late"], "it is old enough, though its page never answered"
    assert world.plan() == []


def test_a_post_is_as_old_as_its_file_not_as_its_date(world: World) -> None:
    world.check_pages(timedelta(minutes=30))
    world.dead = {page("late")}
    world.write("late", age=timedelta(hours=5))
    assert world.plan() == [] and page("late") in world.asked


def test_pages_of_posts_that_are_gone_are_left_alone(world: World) -> None:
    world.check_pages()
    world.dead = {page("gone")}
    world.write("gone", "fast")
    world.plan()
    (world.folder / "posts" / "gone.md").unlink()
    world.move(days=1)
    world.asked.clear()
    assert world.plan() == []
    assert world.asked == []


@pytest.mark.parametrize("social", [", per_slot: 2"])
def test_a_site_that_is_down_leaves_all_as_it_was(world: World) -> None:
    world.check_pages()
    names = [f"story {chr(97 + number) * 9}" for number in range(20)]
    names += [f"tale {chr(97 + number) * 9}" for number in range(20)]
    names += [f"news {chr(97 + number) * 9}" for number in range(20)]
    world.write(*names)
    world.dead = {post.url for post in world.publisher.planner.posts()}
    proposal = world.propose()
    assert proposal.empty_because == f"{2 * MOST_LOOKS} pages do not answer yet"
    assert proposal.digest.picks == ()
    world.enqueue(proposal)
    world.dead = set()
    world.move(minutes=20)
    assert len(world.plan()) == 2


def test_without_a_check_nobody_is_asked(world: World) -> None:
    world.dead = {page("one")}
    world.write("one")
    assert world.plan() == ["one"] and world.asked == []
