"""Where "new" begins: nothing is lost, nothing comes twice, what was passed over stays so."""

from datetime import timedelta

import pytest

from publisher.errors import TemplateError, UsageError
from publisher.plan.override import check_sendable
from publisher.plan.render import sample_email
from publisher.plan.slots import upcoming
from tests.plan.conftest import START, World, titles


def test_a_post_is_included_once_and_what_was_passed_over_stays_so(world: World) -> None:
    world.write("one", "two")
    assert world.plan() == ["two"]
    assert world.plan() == [], "one was passed over"
    world.write("three")
    assert world.plan() == ["three"]


@pytest.mark.parametrize("social", [", fill: true"])
def test_fill_takes_what_was_passed_over(world: World) -> None:
    world.write("one", "two")
    assert world.plan() == ["two"]
    assert world.plan() == [], "an edition needs something new"
    world.write("three")
    assert world.plan() == ["three"]


@pytest.mark.parametrize("daily", [", min_posts: 2"])
def test_an_empty_slot_keeps_what_was_new(world: World) -> None:
    world.publisher.outbox.subscribers.add("daily", "reader@example.com")
    world.write("first", "second")
    assert world.plan("daily") == ["second", "first"]
    world.write("one")
    assert world.plan("daily") == []
    world.write("two")
    assert world.plan("daily") == ["two", "one"]


def test_without_readers_what_was_new_stays_new(world: World) -> None:
    world.write("one")
    proposal = world.propose("daily")
    assert proposal.unsent_because.startswith("no subscribers: publish subscribers add EMAIL")
    assert world.enqueue(proposal).new
    world.move(days=1)
    world.publisher.outbox.subscribers.add("daily", "reader@example.com")
    assert "one" in world.plan("daily")


def test_a_named_post_moves_nothing(world: World) -> None:
    world.write("one", "two")
    assert world.plan(post=world.post("one")) == ["one"]
    assert world.plan() == ["two"]


def test_a_named_post_sent_again_brings_nothing_back(world: World) -> None:
    world.write("one", "two")
    assert world.plan() == ["two"]
    assert world.plan(post=world.post("two"), again="1") == ["two"]
    assert world.plan() == [], "one was passed over before, and stays so"
    assert len(world.publisher.outbox.operator.find()) == 4


def test_again_includes_what_was_included(world: World) -> None:
    world.write("one")
    assert world.plan() == ["one"]
    assert world.plan(again="1") == ["one"]
    assert len(world.publisher.outbox.operator.find(owner="social")) == 4


def test_the_same_slot_twice_adds_nothing(world: World) -> None:
    world.write("one")
    slot = world.now
    assert world.plan(slot=slot) == ["one"]
    again = world.propose(slot=slot)
    assert again.planned and titles(again) == ["one"]
    assert not world.enqueue(again).new
    assert len(world.publisher.outbox.operator.find()) == 2


def test_a_slot_in_the_future_hides_nothing_from_the_present(world: World) -> None:
    world.write("one")
    assert world.plan(slot=START + timedelta(days=30)) == []
    assert world.plan(slot=START + timedelta(hours=30)) == ["one"]
    world.write("two")
    world.move(days=2)
    assert world.plan() == ["two"]


def test_a_slot_in_the_future_holds_up_no_schedule(world: World) -> None:
    planner = world.publisher.planner
    assert planner.due(world.now) == []
    world.plan("daily", slot=START + timedelta(days=300))
    world.move(days=1)
    assert [owner for owner, _ in planner.due(world.now)] == ["daily"]


def test_one_channel_only(world: World) -> None:
    world.write("one")
    proposal = world.propose(channel="two")
    assert proposal.channels == ("two",)
    assert [note.channel for note in proposal.notes] == ["two"]
    assert all(note.length == len(note.note.text) for note in proposal.notes)


def test_two_announcements_share_a_channel(world: World) -> None:
    world.write("one")
    assert world.plan("social") == world.plan("more") == ["one"]
    rows = world.publisher.outbox.operator.find()
    assert sorted(row.channel for row in rows) == ["one", "one", "two"]
    assert len({row.key for row in rows}) == 3


def test_a_broken_template_is_named(world: World) -> None:
    world.write("one")
    with pytest.raises(TemplateError, match="own"):
        world.propose("weekly")


def test_a_named_post_must_be_fit(world: World) -> None:
    outbox = world.publisher.outbox
    (world.folder / "posts" / "broken.md").write_text("no head")
    (world.folder / "posts" / "draft.md").write_text(
        "---\ntitle: draft\ndate: 2026-06-01\ndraft: true\n---\n"
    )
    world.write("one")
    posts = {post.path: post for post in world.publisher.planner.posts()}
    with pytest.raises(UsageError):
        check_sendable(outbox, posts["posts/broken.md"], ["social"])
    with pytest.raises(UsageError, match="draft"):
        check_sendable(outbox, posts["posts/draft.md"], ["social"])
    check_sendable(outbox, world.post("one"), ["social"])
    world.plan()
    with pytest.raises(UsageError, match="included it before"):
        check_sendable(outbox, world.post("one"), ["social"])


def test_why_names_the_slot_that_decided(world: World) -> None:
    planner = world.publisher.planner
    world.write("one", "two")
    why = {each.owner: each for each in planner.why(world.post("two"), world.now)}
    assert why["social"].chosen and why["social"].slot is None
    slot = world.now
    world.plan()
    for _ in range(25):
        world.plan()
    chosen = {each.owner: each for each in planner.why(world.post("two"), world.now)}["social"]
    assert chosen.chosen and chosen.slot == slot
    passed = {each.owner: each for each in planner.why(world.post("one"), world.now)}["social"]
    assert (passed.chosen, passed.slot) == (False, slot)
    assert passed.rule == "latest-section-full"
    undated = planner.why(world.post("archive"), world.now)
    assert {each.rule for each in undated} >= {"too-old"}


def test_the_next_slot_of_each(world: World) -> None:
    config = world.publisher.config
    assert upcoming(config, "daily", START) == START + timedelta(days=1), "09:00 is 08:00 UTC"
    assert upcoming(config, "weekly", START) is None


def test_a_sample_email_has_what_every_mail_has(world: World) -> None:
    world.write("one")
    proposal = world.propose("daily")
    assert proposal.rendered
    mail = sample_email(world.publisher.config, proposal, proposal.rendered, "a@example.com", "A")
    assert (mail.recipient, mail.list_id) == ("a@example.com", "Gazette <daily.gazette.example>")
    assert "sample-token" in mail.unsubscribe
