"""Newsletters that are about some posts only: by source, tag, author, language and path."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from publisher.config import load
from publisher.content.selection.wanted import Marks, Wanted
from publisher.errors import ConfigurationError
from publisher.model.posts import Post
from publisher.wiring import build
from tests.plan.conftest import START, World, titles

CONFIG = """\
site: {{title: Gazette, url: https://gazette.example, timezone: Europe/London}}
content:
  - {{name: posts, folder: posts, path: "/{{-title}}"}}
  - {{name: notes, folder: notes, path: "/notes/{{-title}}", language: fr}}
channels: {{mail: {{adapter: folder}}, wire: {{adapter: folder}}}}
newsletters:
  all: {{channel: mail, sender: news@gazette.example, latest: 20}}
  some: {{channel: mail, sender: news@gazette.example, latest: 20, {some}}}
announcements:
  social: {{channels: [wire], pick: latest, per_slot: 9, from: notes}}
"""


class Site(World):
    """A site of two folders, whose `some` newsletter a test may change."""

    def save(self, title: str, *lines: str, folder: str = "posts", age: float = 0) -> None:
        date = self.now.astimezone(self.zone) - timedelta(days=age)
        text = "\n".join(["---", f"title: {title}", f"date: {date:%Y-%m-%d-%H-%M-%S}", *lines])
        (self.folder / folder / f"{title}.md").write_text(f"{text}\n---\n{title}\n")

    def change(self, some: str) -> None:
        self.publisher.outbox.close()
        path = self.folder / "config.yaml"
        path.write_text(CONFIG.format(some=some))
        self.publisher = build(load(path, {}))
        self.publisher.outbox.subscribers.add("some", "ada@reader.example")

    def edition(self, owner: str = "some") -> list[str]:
        """Plan an edition of this moment, and let a day pass."""
        found = self.plan(owner)
        self.move(days=1)
        return sorted(found)

    def why(self, title: str, owner: str = "some") -> tuple[str, str]:
        self.publisher.planner.refresh()
        told = self.publisher.planner.why(self.post(title))
        found = next(each for each in told if each.owner == owner)
        return found.rule, found.detail


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for folder in ("posts", "notes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.format(some="only: {tags: release}"))
    with time_machine.travel(START, tick=False) as clock:
        made = Site(tmp_path, build(load(tmp_path / "config.yaml", {})), clock)
        for name in ("all", "some"):
            made.publisher.outbox.subscribers.add(name, "ada@reader.example")
        yield made
        made.publisher.outbox.close()


def test_days_of_a_newsletter_of_one_tag(site: Site) -> None:
    site.save("one", "tags: [Release, linux]")
    site.save("two", "categories: release")
    site.save("three", "tags: other")
    assert site.edition() == ["one"]
    rule, detail = site.why("three")
    assert rule == "outside"
    assert detail == "it is not among those chosen: tags: [release]"
    site.save("four", "tags: release")
    assert site.edition() == ["four"]
    assert titles(site.propose("some")) == []
    assert site.propose("some").empty_because.startswith("no new posts")
    assert site.edition("all") == ["four", "one", "three", "two"]


def test_a_tag_that_comes_later_makes_a_post_new(site: Site) -> None:
    site.save("early", "tags: other")
    site.save("there", "tags: release")
    assert site.edition() == ["there"]
    site.save("early", "tags: [other, release]", age=1)
    assert site.edition() == ["early"]
    assert site.edition() == []


def test_a_wider_choice_takes_what_is_young_enough_and_nothing_twice(site: Site) -> None:
    site.save("a", "tags: security")
    site.save("b", "tags: release")
    site.save("old", "tags: security", age=6)
    assert site.edition() == ["b"]
    for day in range(3):
        site.save(f"c{day}", "tags: security")
        site.save(f"d{day}", "tags: release")
        assert site.edition() == [f"d{day}"]
    site.change("only: {tags: [release, security]}")
    assert site.edition() == ["a", "c0", "c1", "c2"]
    assert site.edition() == []
    site.change("only: {tags: [security]}")
    assert site.edition() == []
    site.change("except: {tags: [nothing]}")
    assert site.edition() == []


def test_what_is_outside_is_recorded_once(site: Site) -> None:
    site.save("outside")
    for day in range(3):
        site.save(f"r{day}", "tags: release")
        site.edition()
    history = site.publisher.outbox.editions.history("some")
    assert [list(planned.decisions) for planned in history] == [
        ["posts/r2.md"],
        ["posts/r1.md"],
        ["posts/outside.md", "posts/r0.md"],
    ]


def test_sources_and_languages(site: Site) -> None:
    site.save("post")
    site.save("note", folder="notes")
    site.save("anglais", "lang: en-GB", folder="notes")
    assert site.edition("social") == ["anglais", "note"]
    assert site.why("post", "social") == ("other-source", "it comes from posts, not from notes")
    site.change("only: {languages: [fr]}")
    assert site.edition() == ["note"]
    site.change("from: notes, except: {languages: [fr]}")
    assert site.edition() == ["anglais"]


def test_a_post_named_without_a_newsletter_goes_where_it_belongs(site: Site) -> None:
    from publisher.plan.override import about

    site.save("post")
    config, post = site.publisher.config, site.post("post")
    assert about(config, post, ["all", "some", "social"]) == ["all"]
    assert about(config, post, ["social"]) == ["social"]


MARKED = Post(
    "content/fr/notes/2026/hello.md",
    "https://gazette.example/hello",
    "Hello",
    tags=("Élan", "release"),
    categories=("News",),
    authors=("Ada Moor",),
    language="fr_CA",
)


@pytest.mark.parametrize(
    ("marks", "fits"),
    [
        ({}, True),
        ({"tags": ("élan",)}, True),
        ({"tags": ("news",)}, False),
        ({"tags": ("x", "RELEASE"), "categories": ("news",)}, True),
        ({"tags": ("release",), "categories": ("sport",)}, False),
        ({"authors": ("ada moor",)}, True),
        ({"authors": ("ada",)}, False),
        ({"languages": ("fr",)}, True),
        ({"languages": ("fr-ca",)}, True),
        ({"languages": ("fr-FR",)}, False),
        ({"languages": ("f",)}, False),
        ({"paths": ("content/fr",)}, True),
        ({"paths": ("./content/fr/",)}, True),
        ({"paths": ("content/f",)}, False),
        ({"paths": ("content/*/notes",)}, True),
        ({"paths": ("content/**/hello.md",)}, True),
        ({"paths": ("content/fr/notes/2026/**/hello.md",)}, True),
        ({"paths": ("*.md",)}, True),
        ({"paths": ("content/[e-f]r",)}, True),
        ({"paths": ("hello.md",)}, False),
        ({"paths": ("content/fr/notes/2026/hello",)}, False),
    ],
)
def test_marks(marks: dict[str, tuple[str, ...]], fits: bool) -> None:  # noqa: FBT001 - a table
    assert (Wanted(only=Marks(**marks)).refuse(MARKED) is None) is fits
    if len(marks) == 1:
        assert (Wanted(without=Marks(**marks)).refuse(MARKED) is None) is not fits


def test_mistakes_are_located(tmp_path: Path) -> None:
    for folder in ("posts", "notes"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(some="from: [posts, nots], only: {tag: x, languages: francais!}"))
    with pytest.raises(ConfigurationError) as caught:
        load(path, {})
    told = [str(problem) for problem in caught.value.problems]
    assert [text.partition("config.yaml:8: newsletters.some.")[2] for text in told] == [
        "from[2]: unknown source; did you mean notes?",
        "only.languages: must be a language tag such as en or pt-BR",
        "only.tag: unknown option; did you mean tags?",
    ]


def test_a_start_is_the_same_with_and_without_a_filter(site: Site) -> None:
    site.save("one", "tags: release", age=3)
    site.save("ancient", "tags: release", age=30)
    assert site.edition() == ["one"]
    assert datetime.now(UTC) > START
