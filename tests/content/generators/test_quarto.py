"""Sites of Quarto: lists of posts, folders' defaults, drafts, shapes of dates."""

from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators.base import Sure
from publisher.testing import Expected, GeneratorSuite

CONFIG = """\
project:
  type: website
  output-dir: docs
  render: ["*.qmd", "*.Rmd", "*.md", "*.ipynb", "!posts/old/"]
website:
  title: The Gazette
  description: News of the harbour
  site-url: https://gazette.example/
  site-path: /harbour/
  drafts: [posts/listed/index.qmd]
  navbar:
    right:
      - icon: mastodon
        href: https://social.example/@gazette
      - text: About
        href: about.qmd
lang: en
"""


def post(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "", "Text.", ""])


class TestQuarto(GeneratorSuite):
    """Two lists: one of a folder, one by a glob."""

    name = "quarto"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": "https://gazette.example/harbour",
        "title": "The Gazette",
        "description": "News of the harbour",
        "language": "en",
        "timezone": "UTC",
        "accounts": ("https://social.example/@gazette",),
    }
    files: ClassVar = {
        "_quarto.yml": CONFIG,
        "index.qmd": post("listing:", "  contents: posts", "  sort: date desc"),
        "notes/index.qmd": post("listing:", "  - id: all", '    contents: "2026/**/index.qmd"'),
        "about.qmd": post("title: About"),
        "posts/_metadata.yml": "author: Ann Vale\ncategories: [sea]\n",
        "posts/one/index.qmd": post("title: One", "date: '2026-05-11'", "image: a b.png"),
        "posts/two.Rmd": post("title: Two", "date: 5/12/2026", "image: /img/two.png"),
        "posts/three.md": post("title: Three", "date: May 13, 2026", "output-file: third.html"),
        "posts/draft/index.qmd": post("title: Draft", "date: 2026-05-14", "draft: true"),
        "posts/listed/index.qmd": post("title: Listed", "date: 2026-05-15"),
        "posts/today.qmd": post("title: Today", "date: today"),
        "posts/plain.qmd": post("title: Plain"),
        "posts/book.ipynb": "{}",
        "posts/_part.qmd": "A part",
        "posts/_drafts/no.qmd": post("title: No"),
        "posts/README.md": "# Read me",
        "posts/old/2020.qmd": post("title: Old", "date: 2020-01-01"),
        "notes/2026/a/index.qmd": post("title: A", "date: 2026-05-16T09:30:00"),
    }
    posts: ClassVar = {
        "posts/one/index.qmd": Expected(
            "https://gazette.example/harbour/posts/one/",
            "2026-05-11T00:00:00+00:00",
            image="https://gazette.example/harbour/posts/one/a%20b.png",
            date_only=True,
        ),
        "posts/two.Rmd": Expected(
            "https://gazette.example/harbour/posts/two.html",
            "2026-05-12T00:00:00+00:00",
            image="https://gazette.example/harbour/img/two.png",
        ),
        "posts/three.md": Expected(
            "https://gazette.example/harbour/posts/third.html", "2026-05-13T00:00:00+00:00"
        ),
        "posts/draft/index.qmd": Expected(
            "https://gazette.example/harbour/posts/draft/", hidden=True
        ),
        "posts/listed/index.qmd": Expected(
            "https://gazette.example/harbour/posts/listed/", hidden=True
        ),
        "posts/today.qmd": Expected(
            "https://gazette.example/harbour/posts/today.html", "", page=True
        ),
        "posts/plain.qmd": Expected(
            "https://gazette.example/harbour/posts/plain.html", "", page=True
        ),
        "notes/2026/a/index.qmd": Expected(
            "https://gazette.example/harbour/notes/2026/a/", "2026-05-16T09:30:00+00:00"
        ),
    }
    unread = frozenset({"posts/book.ipynb"})

    def test_folders_fill_in_what_posts_lack(self, site: Path) -> None:
        one = self.read(site)["posts/one/index.qmd"]
        assert (one.author, one.categories) == ("Ann Vale", ("sea",))

    def test_drafts_are_pages_where_the_site_shows_them(self, site: Path) -> None:
        config = site / "_quarto.yml"
        config.write_text(CONFIG.replace("website:", "website:\n  draft-mode: visible"))
        assert not any(post.draft for post in self.read(site).values())

    @pytest.mark.parametrize("name", ["blog", "news"])
    def test_without_lists_the_usual_folders_count(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "_quarto.yml").write_text("project: {type: website}")
        (tmp_path / name).mkdir()
        found = self.detected(tmp_path)
        assert [each.folder.name for each in found.sources] == [name]
        assert "site-url" in "\n".join(found.notes)
