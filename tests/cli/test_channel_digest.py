"""An announcement that is a digest: one message per channel with all posts of the slot."""

from datetime import UTC, datetime
from typing import Any

import pytest

from publisher.adapters.http.chats import Part, parts_of
from publisher.config import load
from publisher.errors import PublisherError
from publisher.model.messages import Digest, Limits, read_message
from publisher.rendering import channel_digest
from publisher.wiring import build
from tests.cli.conftest import Terminal

SLOT = datetime(2026, 7, 5, 12, tzinfo=UTC)
AT = "2026-07-05T12:00"


@pytest.fixture
def gazette(site: Terminal) -> Terminal:
    channels = {name: {"adapter": "folder", "path": f"out/{name}"} for name in ("notes", "birds")}
    week = {"channels": ["notes", "birds"], "pick": "latest", "as": "digest"}
    site.configure(channels, newsletters={}, announcements={"week": week})
    site.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00")
    site.post(
        "bakery.md",
        "title: A bakery burns",
        "date: 2026-07-05 07:00",
        "social: {channels: [notes]}",
    )
    return site


def texts(site: Terminal, channel: str) -> list[str]:
    return [path.read_text("utf-8") for path in site.files(channel) if path.suffix == ".txt"]


def test_each_channel_gets_one_message(gazette: Terminal) -> None:
    gazette.publish("now", "week", "--at", AT)
    [notes], [birds] = texts(gazette, "notes"), texts(gazette, "birds")
    assert "A bakery burns" in notes and "Harbour opens" in notes
    assert "Harbour opens" in birds and "bakery" not in birds


def test_the_same_posts_do_not_go_out_again(gazette: Terminal) -> None:
    gazette.post("library.md", "title: Library of seeds", "date: 2026-07-05 13:30")
    gazette.publish("now", "week", "--at", AT)
    gazette.publish("now", "week", "--at", "2026-07-05T13:00")
    assert len(texts(gazette, "notes")) == 1
    gazette.publish("now", "week", "--at", "2026-07-05T14:00")
    assert len(texts(gazette, "notes")) == 2


def test_plan_names_every_post(gazette: Terminal) -> None:
    rows = gazette.json("plan", "week", "--at", AT)
    found = {row["channel"]: [post["title"] for post in row["posts"]] for row in rows}
    assert found["birds"] == ["Harbour opens"]
    assert sorted(found["notes"]) == ["A bakery burns", "Harbour opens"]


def test_the_queue_says_what_it_is(gazette: Terminal) -> None:
    gazette.publish("now", "week", "--at", AT)
    assert [row["post"] for row in gazette.json("queue", "list")] == [None, None]
    assert "digest" in gazette.publish("queue", "list")


def test_a_channel_that_takes_no_digest_is_a_mistake(gazette: Terminal) -> None:
    tooter = {"adapter": "mastodon", "base_url": "https://m.example", "token": "t"}
    gazette.configure(
        {"toots": tooter},
        newsletters={},
        announcements={"week": {"channels": ["toots"], "as": "digest"}},
    )
    told = gazette.run("check")
    assert told.returncode == 2
    assert "announcements.week.channels[1]: this channel takes no digest" in told.stdout


def test_other_words_are_all_that_it_then_has(gazette: Terminal) -> None:
    gazette.publish("now", "week", "--at", AT)
    gazette.publish("edit", "1", "--yes", "--text", "We were wrong.\nSorry.")
    with build(load(gazette.folder / "config.yaml", {})) as publisher:
        message = read_message(publisher.outbox.operator.find(ids=[1])[0].payload)
    assert isinstance(message, Digest) and message.title == "We were wrong."
    assert parts_of(message, lambda _: True) == [Part("We were wrong.\nSorry.")]


def test_a_post_that_fits_no_channel_is_left_out_and_stays_new(gazette: Terminal) -> None:
    with build(load(gazette.folder / "config.yaml", {})) as publisher:
        for adapter in publisher.adapters.values():
            adapter.limits = Limits(200, len)  # type: ignore[misc] # of this one only
        gazette.post("long.md", f"title: {'Long ' * 60}", "date: 2026-07-05 08:00")
        proposal = publisher.planner.propose("week", SLOT, SLOT)
        publisher.planner.enqueue(proposal)
    assert {pick.post.title for note in proposal.notes for pick in note.picks} == {
        "A bakery burns",
        "Harbour opens",
    }
    assert [problem.file for problem in proposal.problems] == ["source/_posts/long.md"]


def test_a_post_of_nothing_but_a_channel_that_fails_is_tried_again(
    gazette: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, broken = channel_digest.render_channel_digest, [True]

    def fails(templates: Any, site: Any, posts: Any, *more: Any) -> Digest:
        if broken[0] and any(post.title == "A bakery burns" for post in posts):
            raise PublisherError("no room for a title")
        return render(templates, site, posts, *more)

    monkeypatch.setattr(channel_digest, "render_channel_digest", fails)
    said = gazette.run("now", "week", "--at", AT).stderr
    assert "bakery.md" in said and "no room for a title" in said
    assert [len(texts(gazette, name)) for name in ("notes", "birds")] == [1, 1]
    broken[0] = False
    gazette.publish("now", "week", "--at", "2026-07-05T13:00")
    assert ["A bakery burns" in text for text in texts(gazette, "notes")].count(True) == 1
    assert len(texts(gazette, "birds")) == 1
