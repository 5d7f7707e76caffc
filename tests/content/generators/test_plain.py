"""A small folder of Markdown."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators import detect
from publisher.content.generators.base import Sure
from publisher.content.reader import read_site
from publisher.content.source import Rule, Source
from publisher.testing import Expected, GeneratorSuite
from publisher.testing.generators import NOW


def head(title: str, *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", *lines, "---", "Text.", ""])


class TestPlain(GeneratorSuite):
    """Posts in their usual folder; the addresses follow content.path."""

    name = "plain"
    sure = Sure.GUESS
    zone = "UTC"
    files: ClassVar = {
        "content/blog/2026-05-11-one.md": head("One"),
        "content/blog/two.mdx": head("Two", "date: 2026-05-12 09:30:00", "slug: deux"),
        "content/blog/2026/three/index.markdown": head("Three", "date: 2026-05-13"),
        "content/blog/own.md": head("Own", "date: 2026-05-14", "permalink: /own/"),
        "content/blog/draft.md": head("Draft", "date: 2026-05-15", "draft: true"),
        "content/blog/undated.md": head("Undated"),
        "content/blog/node_modules/no.md": head("No"),
        "README.md": "# Site\n",
    }
    posts: ClassVar = {
        "content/blog/2026-05-11-one.md": Expected(
            "https://gazette.example/blog/2026/05/one/", "2026-05-11T00:00:00+00:00", date_only=True
        ),
        "content/blog/two.mdx": Expected(
            "https://gazette.example/blog/2026/05/deux/", "2026-05-12T09:30:00+00:00"
        ),
        "content/blog/2026/three/index.markdown": Expected(
            "https://gazette.example/blog/2026/05/three/"
        ),
        "content/blog/own.md": Expected("https://gazette.example/own/"),
        "content/blog/draft.md": Expected(
            "https://gazette.example/blog/2026/05/draft/", hidden=True
        ),
        "content/blog/undated.md": Expected("", ""),
    }

    def sources(self, site: Path) -> list[Source]:
        """As a person would write them: init cannot know the pattern."""
        return [replace(each, path="/blog/:year/:month/:slug/") for each in super().sources(site)]

    def test_without_a_pattern_nothing_is_guessed(self, site: Path) -> None:
        """The post says what is missing."""
        (source,) = self.sources(site)
        read = read_site([replace(source, path="")], None, lambda: NOW).posts
        post = next(each for each in read if each.path.endswith("one.md"))
        assert post.url == ""
        assert "content.urls" in post.problem

    def test_the_pattern_of_urls_needs_no_path(self, site: Path) -> None:
        """Rules work with every generator, and the first that gives an address counts."""
        rules = (("2026", "/n/:name"), ("", "own"), ("", "/:{slug}.html"), ("", "/:file"))
        (source,) = self.sources(site)
        read = read_site(
            [replace(source, path="", urls=tuple(Rule(*each) for each in rules))], None, lambda: NOW
        ).posts
        urls = {each.path.rpartition("/")[2]: each.url.removeprefix(source.url) for each in read}
        assert urls == {
            "2026-05-11-one.md": "/2026-05-11-one",
            "two.mdx": "/deux.html",
            "index.markdown": "/n/three",
            "own.md": "/own/",
            "draft.md": "/draft",
            "undated.md": "/undated",
        }


@pytest.mark.parametrize("name", ["docs", "content", "posts"])
def test_pages_without_dates_are_no_posts(tmp_path: Path, name: str) -> None:
    """Documentation is not a blog."""
    for number in range(4):
        file = tmp_path / name / f"page-{number}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(head("Page"), encoding="utf-8")
    assert detect(tmp_path) is None
