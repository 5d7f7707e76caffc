"""Notes taken back, changed and linked after they were posted."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from publisher.config import load
from publisher.content.frontmatter.writing import with_links
from publisher.model.deliveries import State
from publisher.runners import front_matter
from publisher.runners.syndication import SyndicationFile
from publisher.wiring import build
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


@pytest.mark.parametrize("command", [["undo", "1"], ["edit", "1", "--text", "New words", "--yes"]])
def test_another_network_under_the_same_name_is_left_alone(
    gazette: Terminal, command: list[str]
) -> None:
    with MastodonServer() as server:
        server.publish("Of somebody else")
        gazette.configure(
            {"notes": {"adapter": "mastodon", **server.options}},
            newsletters={},
            announcements={"social": {"channels": ["notes"], "pick": "latest"}},
        )
        said = gazette.run(*command).stderr
        assert f"it went to folder, but notes is mastodon at 127.0.0.1:{server.port} now" in said
        assert server.requests == []


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


def test_a_no_changes_nothing_and_is_no_interruption(
    gazette: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    done = gazette.run("edit", "1", "--text", "We were wrong.")
    assert (done.returncode, done.stderr) == (1, "Change it? [y/N]: nothing was changed\n")
    assert texts(gazette)[0].startswith("Harbor opens")


def test_edit_takes_no_empty_text(gazette: Terminal) -> None:
    assert "--text is empty" in gazette.refused("edit", "1", "--yes", "--text", " ")


def test_a_message_without_an_id_is_left_to_the_network(gazette: Terminal) -> None:
    with (
        build(load(gazette.folder / "config.yaml", {})) as publisher,
        publisher.outbox.database.writing() as connection,
    ):
        connection.exec_driver_sql("UPDATE deliveries SET state = 'unknown', remote_id = ''")
    gazette.publish("resolve", "1", "sent")
    for command in ("undo", "edit"):
        assert "1: nobody knows its id at notes" in gazette.run(command, "1").stderr


def test_a_message_that_waits_is_not_undone(gazette: Terminal) -> None:
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


def test_links_of_the_author_stay_and_those_to_what_was_deleted_go(gazette: Terminal) -> None:
    file = gazette.folder / HARBOUR
    own = "https://news.example/item?id=7"
    text = file.read_text("utf-8").replace("---\nBody", f"syndication: [{own}]\n---\nBody")
    file.write_text(text, "utf-8")
    gazette.publish("links", "--front-matter")
    [row] = gazette.json("links")
    assert f'syndication:\n- "{own}"\n- "{row["url"]}"\n' in file.read_text("utf-8")
    gazette.publish("undo", "1")
    assert "deleted ones taken out" in gazette.publish("links", "--front-matter")
    assert f'syndication:\n- "{own}"\n---' in file.read_text("utf-8")


def test_links_are_written_through_a_symbolic_link(gazette: Terminal) -> None:
    file = gazette.folder / HARBOUR
    real = file.replace(gazette.folder / "harbour.txt")
    file.symlink_to(real)
    gazette.publish("links", "--front-matter")
    assert file.is_symlink() and b"syndication:" in real.read_bytes()


def test_one_deleted_and_another_sent_meanwhile_are_a_change(gazette: Terminal) -> None:
    gazette.post("bakery.md", "title: A bakery burns", "date: 2026-07-05 12:30")
    gazette.post("mill.md", "title: A mill turns", "date: 2026-07-05 13:30")
    for name, hour in (("bakery", 13), ("mill", 14)):
        path = f"source/_posts/{name}.md"
        gazette.publish("now", "social", "--post", path, "--at", f"2026-07-05T{hour}:00")
    gazette.make(State.QUEUED, 2)
    with build(load(gazette.folder / "config.yaml", {})) as publisher:
        file = SyndicationFile(publisher, print)
        file.look()
        assert sorted(data(gazette)) == [HARBOUR, "source/_posts/mill.md"]
        gazette.make(State.SENT, 2)
        publisher.outbox.posted.undone(1, publisher.clock())
        file.look()
    assert sorted(data(gazette)) == ["source/_posts/bakery.md", "source/_posts/mill.md"]


def test_an_address_that_changes_is_in_the_file(gazette: Terminal) -> None:
    with build(load(gazette.folder / "config.yaml", {})) as publisher:
        file = SyndicationFile(publisher, print)
        file.look()
        [row] = publisher.outbox.operator.find(ids=[1])
        publisher.outbox.posted.edited(1, row.payload, "https://m.example/@gazette/2")
        file.look()
    assert [link["url"] for link in data(gazette)[HARBOUR]] == ["https://m.example/@gazette/2"]


def test_a_post_outside_the_site_is_left_alone(
    gazette: Terminal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = gazette.folder / HARBOUR
    real = file.replace(tmp_path_factory.mktemp("elsewhere") / "harbour.md")
    file.symlink_to(real)
    before = real.read_bytes()
    assert "a link to a file outside the site" in gazette.publish("links", "--front-matter")
    assert real.read_bytes() == before


def test_a_post_that_changes_meanwhile_is_left_alone(
    gazette: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = gazette.folder / HARBOUR

    def slowly(content: bytes, *rest: Any) -> bytes | None:
        file.write_bytes(content + b"and more")
        return with_links(content, *rest)

    monkeypatch.setattr(front_matter, "with_links", slowly)
    assert "it has changed meanwhile" in gazette.publish("links", "--front-matter")
    assert file.read_text("utf-8").endswith("---\nBody\nand more")
    assert sorted(path.name for path in file.parent.iterdir() if path.name[0] == ".") == []


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


def test_posts_that_are_sent_in_the_same_second_all_go_out(site: Terminal) -> None:
    site.configure(
        {"notes": {"adapter": "folder", "path": "out/notes"}},
        newsletters={},
        announcements={"social": {"channels": ["notes"]}},
    )
    for name in ("harbour", "bakery", "mill"):
        site.post(f"{name}.md", f"title: The {name}", "date: 2026-07-05 06:00")
        site.publish("now", "--post", f"source/_posts/{name}.md")
    assert len(texts(site)) == 3
