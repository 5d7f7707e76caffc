"""Notes taken back, changed and linked after they were posted."""

import json
from pathlib import Path

import pytest

from tests.adapters.mastodon_server import TOKEN, MastodonServer
from tests.cli.conftest import Terminal

AT = "2026-07-05T12:00"
HARBOUR = "source/_posts/harbour.md"


@pytest.fixture
def gazette(site: Terminal) -> Terminal:
    """A site with one note on a channel that keeps it in a folder."""
    site.configure(
        {"notes": {"adapter": "folder", "path": "out/notes"}},
        newsletters={},
        announcements={"social": {"channels": ["notes"], "pick": "latest"}},
        syndication={"file": "data/links.json"},
    )
    site.post("harbour.md", "title: Harbor opens", "date: 2026-07-05 06:00")
    site.publish("now", "social", "--at", AT)
    return site


def data(site: Terminal) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(
        (site.folder / "data" / "links.json").read_text("utf-8")
    )
    return found


def texts(site: Terminal) -> list[str]:
    return [path.read_text("utf-8") for path in site.files("notes") if path.suffix == ".txt"]


def test_the_site_gets_a_file_of_links(gazette: Terminal) -> None:
    [link] = data(gazette)[HARBOUR]
    assert link["channel"] == "notes" and Path(link["url"].removeprefix("file://")).exists()
    [row] = gazette.json("links")
    assert (row["post"], row["url"]) == (HARBOUR, link["url"])


def test_undo_takes_it_back_and_nothing_posts_it_again(gazette: Terminal) -> None:
    assert "deleted" in gazette.publish("undo", "1")
    assert not gazette.files("notes") and data(gazette) == {}
    [row] = gazette.json("queue", "show", "1")
    assert row["state"] == "sent" and row["undone_at"]
    gazette.publish("now", "social", "--at", "2026-07-05T13:00")
    assert not gazette.files("notes")


def test_undo_twice_is_said(gazette: Terminal) -> None:
    gazette.publish("undo", "1")
    assert "1: it was deleted already" in gazette.refused("undo", "1", code=1)


def test_edit_shows_what_changes_and_changes_it(gazette: Terminal) -> None:
    gazette.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00")
    told = gazette.publish("edit", "1", "--yes")
    assert "- Harbor opens" in told and "+ Harbour opens" in told
    assert [text.splitlines()[0] for text in texts(gazette)] == ["Harbour opens"]
    assert "nothing to change" in gazette.refused("edit", "1", "--yes")


def test_edit_takes_other_words(gazette: Terminal) -> None:
    gazette.publish("edit", "1", "--yes", "--text", "We were wrong.")
    assert texts(gazette) == ["We were wrong.\n"]


def test_a_message_that_waits_is_not_undone(gazette: Terminal) -> None:
    from publisher.model.deliveries import State

    gazette.make(State.QUEUED, 1)
    assert "it is queued, not sent" in gazette.refused("undo", "1", code=1)


def test_links_go_into_the_front_matter_when_asked(gazette: Terminal) -> None:
    file = gazette.folder / HARBOUR
    before = file.read_text("utf-8")
    assert f"{HARBOUR}: 1 written" in gazette.publish("links", "--front-matter")
    [row] = gazette.json("links")
    added = f'syndication:\n- "{row["url"]}"\n'
    assert file.read_text("utf-8") == before.replace("---\nBody", f"{added}---\nBody")
    assert "has its links already" in gazette.publish("links", "--front-matter")
    gazette.publish("now", "social", "--at", "2026-07-05T14:00")
    assert len(texts(gazette)) == 1


def test_a_network_that_has_lost_it_has_deleted_it(site: Terminal) -> None:
    with MastodonServer() as server:
        toots = {"adapter": "mastodon", "base_url": server.base_url, "token": TOKEN}
        site.configure(
            {"toots": toots},
            newsletters={},
            announcements={"social": {"channels": ["toots"], "pick": "latest"}},
        )
        site.post("harbour.md", "title: Harbor opens", "date: 2026-07-05 06:00")
        site.publish("now", "social", "--at", AT)
        site.publish("edit", "1", "--yes", "--text", "Harbour opens")
        assert "Harbour opens" in server.statuses[0]["content"]
        server.statuses.clear()
        assert "deleted" in site.publish("undo", "1")
