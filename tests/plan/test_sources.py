"""Several sources, languages and link posts, from the folder to what is sent."""

import json
from pathlib import Path

import pytest
import time_machine

from publisher.cli.entry import run
from publisher.config import load
from publisher.wiring import build
from tests.plan.conftest import START, titles

HUGO = {
    "hugo.toml": """\
baseURL = "https://gazette.example/"
title = "Gazette"
defaultContentLanguage = "en"
[languages.en]
weight = 1
[languages.fr]
weight = 2
""",
    "content/posts/one.en.md": "---\ntitle: One\ndate: 2026-06-01\n---\nThe ferry is back now.\n",
    "content/posts/one.fr.md": "---\ntitle: Un\ndate: 2026-06-01\n---\nLe bac est de retour.\n",
    "content/posts/two.md": "---\ntitle: Two\ndate: 2026-06-01\ntags: [release]\n---\nMore.\n",
}
CONFIG = """\
site: {title: Gazette, url: "https://gazette.example"}
content: {folder: content, generator: hugo}
channels: {mail: {adapter: folder}}
newsletters:
  english: {channel: mail, sender: news@gazette.example, only: {languages: en}}
  french: {channel: mail, sender: news@gazette.example, only: {languages: fr}}
  releases: {channel: mail, sender: news@gazette.example, only: {tags: [relaese]}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in {**HUGO, "config.yaml": CONFIG}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_newsletter_for_each_language_of_a_site(site: Path) -> None:
    found = {}
    with (
        time_machine.travel(START, tick=False),
        build(load(site / "config.yaml", {})) as publisher,
    ):
        for name in ("english", "french"):
            publisher.outbox.subscribers.add(name, "ada@reader.example")
            proposal = publisher.planner.propose(name, START)
            found[name] = sorted(titles(proposal))
    assert found == {"english": ["One", "Two"], "french": ["Un"]}


def test_check_names_marks_that_no_post_has(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["-c", str(site / "config.yaml"), "check", "--offline"])
    told = capsys.readouterr().err
    assert "newsletters.releases.only.tags: no post has relaese; did you mean release?" in told
    assert "newsletters.french" not in told


LINKS = """\
site: {title: Gazette, url: "https://gazette.example"}
content: {folder: posts, path: "/{-title}", links: other}
channels: {mail: {adapter: folder, utm: true}, wire: {adapter: folder, utm: true}}
newsletters: {daily: {channel: mail, sender: news@gazette.example}}
announcements: {social: {channels: [wire], pick: latest}}
"""


def test_link_posts_share_the_other_sites_page(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(LINKS)
    post = (
        "---\ntitle: Seen\ndate: 2026-06-01-07-00-00\nexternal_url: https://other.example/a\n---\n"
    )
    (tmp_path / "posts" / "seen.md").write_text(post)
    with (
        time_machine.travel(START, tick=False),
        build(load(tmp_path / "config.yaml", {})) as publisher,
    ):
        publisher.outbox.subscribers.add("daily", "ada@reader.example")
        edition = publisher.planner.propose("daily", START)
        assert edition.rendered is not None
        assert 'href="https://other.example/a"' in edition.rendered.html
        assert "https://other.example/a" in edition.rendered.text
        assert "https://gazette.example/seen" not in edition.rendered.html
        (note,) = publisher.planner.propose("social", START).notes
        assert "https://other.example/a" in note.note.text and "utm_" not in note.note.text
        publisher.planner.publish("social", START)
        (row,) = publisher.outbox.editions.included("social", START.replace(year=2000))
        assert row.url == "https://gazette.example/seen"


def test_posts_are_listed_with_what_they_came_from(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-c", str(site / "config.yaml"), "posts", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(row["source"], row["title"], tuple(row["tags"])) for row in rows} == {
        ("posts", "One", ()),
        ("posts", "Un", ()),
        ("posts", "Two", ("release",)),
    }
    assert rows[0]["description"] in {"The ferry is back now.", "Le bac est de retour."}
