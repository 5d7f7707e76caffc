"""A post's own front matter decides, and `why` and `check` say so."""

from collections.abc import Callable

import pytest

from tests.adapters.mastodon_server import MastodonServer
from tests.cli.conftest import Terminal

AT = "2026-07-05T12:00"
Make = Callable[..., Terminal]


@pytest.fixture
def gazette(site: Terminal) -> Make:
    """A site of three posts, of which one says what the test wants."""
    channels = {name: {"adapter": "folder", "path": f"out/{name}"} for name in ("notes", "birds")}
    social = {"channels": ["notes", "birds"], "pick": "latest", "per_slot": 9}
    site.configure(
        channels | {"mail": {"adapter": "folder", "path": "out/mail"}},
        newsletters={"daily": {"channel": "mail", "sender": "news@gazette.example"}},
        announcements={"social": social},
    )

    def make(*lines: str) -> Terminal:
        site.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00", *lines)
        site.post("bakery.md", "title: A bakery burns", "date: 2026-07-05 07:00")
        site.post("library.md", "title: Library of seeds", "date: 2026-07-05 08:00")
        return site

    return make


HARBOUR = "source/_posts/harbour.md"


def included(site: Terminal, name: str) -> set[tuple[str, str]]:
    rows = site.json("plan", name, "--at", AT)
    return {(row["channel"], post["title"]) for row in rows for post in row["posts"]}


def notes_on(site: Terminal, channel: str) -> int:
    return sum(path.suffix == ".txt" for path in site.files(channel))


def why(site: Terminal, name: str) -> tuple[bool, str, str]:
    rows = site.json("why", HARBOUR, "--at", AT)
    [row] = [row for row in rows if name in (row.get("newsletter"), row.get("announcement"))]
    return row["chosen"], row["rule"], row["detail"]


def test_newsletter_false(gazette: Make) -> None:
    site = gazette("newsletter: false")
    assert ("mail", "Harbour opens") not in included(site, "daily")
    assert ("notes", "Harbour opens") in included(site, "social")
    assert why(site, "daily") == (False, "kept-out", "its front matter says newsletter: false")


def test_social_skip(gazette: Make) -> None:
    site = gazette("social: {skip: true}")
    assert ("mail", "Harbour opens") in included(site, "daily")
    assert not {channel for channel, title in included(site, "social") if "Harbour" in title}
    assert why(site, "social")[:2] == (False, "kept-out")


def test_social_channels(gazette: Make) -> None:
    site = gazette("social: {channels: [birds]}")
    found = included(site, "social")
    assert ("birds", "Harbour opens") in found and ("notes", "Harbour opens") not in found
    assert ("notes", "A bakery burns") in found
    assert site.run("now", "social", "--at", AT).returncode == 0
    assert notes_on(site, "birds") == 3 and notes_on(site, "notes") == 2


def test_social_text(gazette: Make) -> None:
    site = gazette("social:", "  text: |", "    Ships ahoy!", "    Come and see")
    texts = {
        row["posts"][0]["title"]: row["text"] for row in site.json("plan", "social", "--at", AT)
    }
    link = "https://gazette.example/articles/harbour-opens"
    assert texts["Harbour opens"] == f"Ships ahoy!\nCome and see\n\n{link}"
    assert texts["A bakery burns"].startswith("A bakery burns\n")


def test_a_channel_that_is_not_there_is_told_with_its_line(gazette: Make) -> None:
    site = gazette("social:", "  channels: [birdz, notes]")
    problem = f"{HARBOUR}:5: social.channels: there is no channel birdz; did you mean birds?"
    done = site.run("check", "--offline")
    assert done.returncode == 1 and problem in done.stdout
    assert f"warning: {problem}" in site.run("plan", "social", "--at", AT).stdout
    assert problem in site.run("preview", "social", "--at", AT).stderr
    done = site.run("now", "social", "--at", AT)
    assert done.returncode == 0 and problem in done.stderr
    assert notes_on(site, "notes") == 3 and notes_on(site, "birds") == 2


def test_only_channels_that_are_not_there(gazette: Make) -> None:
    site = gazette("social: {channels: nowhere}")
    detail = "its front matter names nowhere, not notes, birds"
    assert why(site, "social") == (False, "other-channels", detail)
    assert site.run("now", "social", "--at", AT).returncode == 0
    assert notes_on(site, "notes") == notes_on(site, "birds") == 2


@pytest.mark.parametrize(
    "line",
    [
        "social: {skip: perhaps}",
        "social: {text: [a], channels: {b: c}}",
        "social: {txt: Hello}",
        "newsletter: {a: b}",
        "newsletter: perhaps",
        "social: 12",
        "social: [1, [2, {3: 4}]]",
    ],
)
def test_hostile_values_are_told_and_the_rest_goes_on(gazette: Make, line: str) -> None:
    site = gazette(line)
    done = site.run("check", "--offline")
    if line != "newsletter: {a: b}":
        assert done.returncode == 1 and f"{HARBOUR}:4: " in done.stdout
        assert ": ok: " not in done.stdout
    done = site.run("now", "social", "daily", "--at", AT)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert notes_on(site, "notes") >= 2


def test_a_person_cannot_name_what_its_front_matter_keeps_out(gazette: Make) -> None:
    site = gazette("newsletter: false", "social: {channels: [birds]}")
    told = site.refused("now", "daily", "--post", HARBOUR)
    assert f"{HARBOUR}: its front matter says newsletter: false" in told
    assert "names birds, not notes" in site.refused("now", "--post", HARBOUR, "--to", "notes")
    assert site.run("now", "--post", HARBOUR).returncode == 0
    assert notes_on(site, "birds") == 1 and not site.files("notes")


def test_a_flag_that_is_taken_away_lets_the_post_go(gazette: Make) -> None:
    site = gazette("social: {skip: true}")
    site.run("now", "social", "--at", AT)
    assert notes_on(site, "notes") == 2
    gazette()
    site.run("now", "social", "--at", "2026-07-05T15:00")
    assert notes_on(site, "notes") == 3


@pytest.mark.parametrize(
    ("options", "image", "begins"),
    [
        ({}, False, "It sails again"),
        ({"pictures": True}, True, "Harbour opens\n\nIt sails again"),
        ({"pictures": True}, False, "It sails again"),
        ({"lead": "title"}, False, "Harbour opens\n\nhttps"),
        ({"lead": "both"}, False, "Harbour opens\n\nIt sails again\n\nhttps"),
    ],
)
def test_a_note_begins_with_the_title_where_no_card_shows_it(
    site: Terminal,
    options: dict[str, object],
    image: bool,  # noqa: FBT001 - a parameter of the test
    begins: str,
) -> None:
    with MastodonServer() as server:
        site.configure({"fediverse": {"adapter": "mastodon", **server.options, **options}})
        picture = ["image: https://gazette.example/a.png"] if image else []
        lines = ["title: Harbour opens", "description: It sails again", "date: 2026-07-05 06:00"]
        site.post("harbour.md", *lines, *picture)
        [row] = site.json("plan", "social", "--at", AT)
    assert row["text"].startswith(begins)
