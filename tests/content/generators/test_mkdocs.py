"""Sites of MkDocs: the blog of Material for MkDocs, several blogs, and pages without one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.frontmatter.yaml import Tagged
from publisher.content.generators.base import Sure
from publisher.content.generators.mkdocs.addresses import written
from publisher.content.generators.mkdocs.slugs import slug_function
from publisher.testing import Expected, GeneratorSuite

CONFIG = """\
INHERIT: base.yml
site_name: The Gazette
site_url: https://gazette.example/harbour/
theme:
  name: material
  language: en
plugins:
  - search
  - meta
  - blog
  - group:
      enabled: !ENV [CI, true]
      plugins:
        - material/blog:
            blog_dir: notes
            post_dir: "{blog}/all"
            post_url_format: "{categories}/{date}/{file}"
            post_url_date_format: yyyy-MMM
            post_slugify: !!python/object/apply:pymdownx.slugs.slugify
              kwds:
                case: lower
  - blog:
      enabled: false
      blog_dir: gone
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
extra:
  social:
    - icon: fontawesome/brands/mastodon
      link: https://social.example/@gazette
"""
BLOG = "https://gazette.example/harbour/blog"
NOTES = "https://gazette.example/harbour/notes"


def post(*lines: str, body: str = "Text.") -> str:
    return "\n".join(["---", *lines, "---", "", body, ""])


class TestMkdocs(GeneratorSuite):
    """Two blogs: one by default, one by categories, an abbreviated month and the file's name."""

    name = "mkdocs"
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
        "mkdocs.yml": CONFIG,
        "base.yml": "site_name: Base\nsite_description: News of the harbour\n",
        "docs/index.md": "# Home",
        "docs/blog/index.md": "# Blog",
        "docs/blog/.authors.yml": (
            "authors:\n  ann:\n    name: Ann Vale\n    description: Editor\n    avatar: a.png\n"
        ),
        "docs/blog/posts/one.md": post(
            "date: 2026-05-11", "authors: [ann]", body="# A wall's *end* & Über__all <b>C++</b>"
        ),
        "docs/blog/posts/deep/two.md": post(
            "title: 'Ferry: Timetable 2.0'", "date:", "  created: 2026-05-11 09:30:00"
        ),
        "docs/blog/posts/name-of-a-file.md": post("date: 2026-05-12T08:00:00+02:00", "pin: true"),
        "docs/blog/posts/own.md": post("title: Own", "date: 2026-05-13", "slug: My_Own"),
        "docs/blog/posts/late.md": post("date: 2026-05-13", "x: 1", body="Text.\n\n# Too late"),
        "docs/blog/posts/draft.md": post("title: Draft", "date: 2026-05-14", "draft: true"),
        "docs/blog/posts/later/.meta.yml": "draft: true\ntags: [later]\n",
        "docs/blog/posts/later/kept.md": post("title: Kept", "date: 2026-05-14"),
        "docs/blog/posts/later/shown.md": post("title: Shown", "date: 2026-05-15", "draft: false"),
        "docs/notes/all/A_Note.md": post(
            "title: A note", "date: 2026-05-16", "categories: [Sea Life, Land]"
        ),
    }
    posts: ClassVar = {
        "docs/blog/posts/one.md": Expected(
            f"{BLOG}/2026/05/11/a-walls-end--über__all-c/",
            "2026-05-11T00:00:00+00:00",
            date_only=True,
        ),
        "docs/blog/posts/deep/two.md": Expected(
            f"{BLOG}/2026/05/11/ferry-timetable-20/", "2026-05-11T09:30:00+00:00"
        ),
        "docs/blog/posts/name-of-a-file.md": Expected(
            f"{BLOG}/2026/05/12/name-of-a-file/", "2026-05-12T08:00:00+02:00", "Name of a file"
        ),
        "docs/blog/posts/own.md": Expected(f"{BLOG}/2026/05/13/My_Own/"),
        "docs/blog/posts/late.md": Expected(f"{BLOG}/2026/05/13/late/", title="Too late"),
        "docs/blog/posts/draft.md": Expected(f"{BLOG}/2026/05/14/draft/", hidden=True),
        "docs/blog/posts/later/kept.md": Expected(f"{BLOG}/2026/05/14/kept/", hidden=True),
        "docs/blog/posts/later/shown.md": Expected(f"{BLOG}/2026/05/15/shown/"),
        "docs/notes/all/A_Note.md": Expected(f"{NOTES}/sea-life/2026-May/A_Note/"),
    }

    def test_people_for_their_keys(self, site: Path) -> None:
        read = self.read(site)
        assert read["docs/blog/posts/one.md"].author == "Ann Vale"
        assert read["docs/blog/posts/later/kept.md"].categories == ("later",)

    def test_an_unknown_placeholder_is_named(self, site: Path) -> None:
        config = site / "mkdocs.yml"
        config.write_text(config.read_text().replace("{categories}", "{author}"))
        note = self.read(site)["docs/notes/all/A_Note.md"]
        assert note.url == ""
        assert "{author}" in note.problem

    def test_slugs_of_ones_own_are_named(self, site: Path) -> None:
        config = site / "mkdocs.yml"
        own = "  - blog:\n      post_slugify: !!python/name:a.b\n"
        config.write_text(config.read_text().replace("  - blog\n", own))
        assert "post_slugify" in "".join(self.detected(site).notes)
        read = self.read(site)
        assert "post_slugify" in read["docs/blog/posts/one.md"].problem
        assert read["docs/blog/posts/own.md"].url == f"{BLOG}/2026/05/13/My_Own/"


class TestPages(GeneratorSuite):
    """No blog: pages by their path, and those with a date are posts."""

    name = "mkdocs"
    files: ClassVar = {
        "mkdocs.yaml": "site_name: Manual\nsite_url: !ENV [URL, 'https://gazette.example']\n"
        "docs_dir: pages\nuse_directory_urls: false\nplugins: {search: {}}\n",
        "pages/README.md": "# Manual",
        "pages/news/index.md": "# News",
        "pages/news/one.md": post("title: One", "date: 2026-05-11"),
    }
    posts: ClassVar = {
        "pages/news/index.md": Expected("https://gazette.example/news/index.html", "", page=True),
        "pages/news/one.md": Expected("https://gazette.example/news/one.html"),
    }


class TestBlogWithSettingsOfItsOwn(GeneratorSuite):
    """A manual by mkdocs.yml; its blog is built by another file."""

    name = "mkdocs"
    found: ClassVar = {"title": "The Gazette", "base_url": "https://gazette.example/articles"}
    files: ClassVar = {
        "mkdocs.yml": "site_name: Manual\nnav:\n  - !ENV [HOME_NAME, Home]: index.md\n",
        "mkdocs.blog.yml": "site_name: The Gazette\nsite_url: https://gazette.example/articles/\n"
        "docs_dir: blog\nplugins:\n  blog:\n    blog_dir: .\n",
        "mkdocs.manual.yml": "INHERIT: mkdocs.yml\n",
        "docs/index.md": "# Manual",
        "blog/index.md": "# Articles",
        "blog/posts/one.md": post("title: One wall", "date: 2026-05-11"),
    }
    posts: ClassVar = {
        "blog/posts/one.md": Expected("https://gazette.example/articles/2026/05/11/one-wall/"),
    }


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        (None, "It's 5 o'clock", "its-5-oclock"),
        (Tagged("python/object/apply:pymdownx.slugs.slugify", {"kwds": {}}), "A B", "A-B"),
        (
            Tagged("python/object/apply:pymdownx.slugs.slugify", {"kwds": {"case": "fold"}}),
            "ß",
            "ss",
        ),
        (Tagged("python/name:pymdownx.slugs.uslugify", ""), "Ä ö", "ä-ö"),
        (Tagged("python/name:pymdownx.slugs.gfm_encoded", ""), "Ä ö", "%C3%84-%C3%B6"),
        (Tagged("python/name:markdown.extensions.toc.slugify", ""), "Ä  ö!", "a-o"),
        (Tagged("python/name:markdown.extensions.toc.slugify_unicode", ""), "Ä - ö", "ä-ö"),
    ],
)
def test_slugs(function: Tagged | None, text: str, expected: str) -> None:
    make = slug_function(function, "-")
    assert make is not None
    assert make(text) == expected


@pytest.mark.parametrize(
    ("pattern", "language", "expected"),
    [
        ("yyyy/MM/dd", "en", "2026/05/01"),
        ("yyyy", "en", "2026"),
        ("y/M/d", "en", "2026/5/1"),
        ("d. MMMM yyyy", "de", "1. Mai 2026"),
        ("long", "en", "May 1, 2026"),
        ("MMM", "xx", "May"),
    ],
)
def test_dates_in_addresses(pattern: str, language: str, expected: str) -> None:
    assert written(datetime(2026, 5, 1, tzinfo=UTC), pattern, language) == expected
