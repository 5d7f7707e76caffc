"""Several posts as one message for a channel."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from publisher.errors import PublisherError
from publisher.model.messages import Digest, Limits, read_message
from publisher.model.posts import Post
from publisher.rendering.brand import Site
from publisher.rendering.channel_digest import render_channel_digest
from publisher.rendering.templates import Templates

SITE = Site("Gazette", "https://gazette.example", language="de")
SLOT = datetime(2026, 3, 1, 7, tzinfo=UTC)
POSTS = [
    Post(
        f"{name}.md",
        f"https://gazette.example/{name}",
        f"About {name}",
        description=f"All that is known of {name}, at length. " * 9,
    )
    for name in ("bridges", "markets", "boats")
]


def made(posts: list[Post], length: int | None = None) -> Digest:
    limits = None if length is None else Limits(length, len)
    return render_channel_digest(Templates(None), SITE, posts, limits, SLOT, {})


def test_all_posts_stand_in_one_message_in_the_sites_language() -> None:
    digest = made(POSTS)
    assert digest.title == "Gazette, 1. März 2026"
    assert [item.url for item in digest.items] == [post.url for post in POSTS]
    assert all(item.title in digest.text and item.url in digest.text for item in digest.items)


def test_descriptions_become_shorter_before_a_post_has_to_go() -> None:
    whole, short, bare = (made(POSTS, length) for length in (2000, 800, 300))
    assert len(whole.items) == len(short.items) == len(bare.items) == 3
    assert len(short.items[0].description) < len(whole.items[0].description)
    assert bare.items[0].description == "" and "(+" not in bare.text


def test_the_last_posts_go_and_the_message_says_how_many() -> None:
    digest = made(POSTS, 160)
    assert [item.title for item in digest.items] == ["About bridges", "About markets"]
    assert digest.text.endswith("(+1) https://gazette.example") and len(digest.text) <= 160


def test_a_limit_below_one_post_is_said() -> None:
    with pytest.raises(PublisherError, match="too long for one message"):
        made(POSTS, 40)


def test_nobody_is_called_by_accident() -> None:
    digest = made([replace(POSTS[0], title="Ask @everyone", description="")])
    assert "@everyone" not in digest.text and "@\u2060everyone" in digest.items[0].title


def test_it_is_the_same_after_it_was_frozen() -> None:
    digest = made(POSTS)
    assert read_message(digest.to_json()) == digest
