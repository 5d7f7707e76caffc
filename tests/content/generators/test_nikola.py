"""Sites of Nikola."""

import json
from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.generators import detect
from publisher.content.generators.base import Sure
from publisher.content.generators.nikola.settings import Settings
from publisher.testing import NO_PAGE, Expected, GeneratorSuite

SITE = "https://gazette.example"
SETTINGS = """
import time
BLOG_AUTHOR = "Jane Roe"
BLOG_TITLE = {"en": "The Gazette", "de": "Die Gazette"}
SITE_URL = "https://gazette.example/"
BLOG_DESCRIPTION = "From the harbour"
DEFAULT_LANG = "en"
TRANSLATIONS = {DEFAULT_LANG: "", "de": "./de"}
TIMEZONE = "Europe/London"
POSTS = (
    ("posts/*.rst", "posts", "post.tmpl"),
    ("posts/*.md", {"en": "posts", "de": "beitrag"}, "post.tmpl"),
    ("posts/*.ipynb", "posts", "post.tmpl"),
    ("posts/*.html", "posts", "post.tmpl"),
    ("news/*.txt", "", "post.tmpl"),
)
PAGES = (("posts/pages/*.wiki", "", "page.tmpl"), ("pages/*.rst", "", "page.tmpl"))
FILE_METADATA_REGEXP = r'posts/(?P<date>\\d{4}-\\d\\d-\\d\\d)-(?P<title>.*)\\.rst'
METADATA_MAPPING = {"yaml": {"heading": "title"}}
MARKDOWN_EXTENSIONS = ["markdown.extensions.meta"]
COPYRIGHT = "x".format(date=time.gmtime().tm_year)
"""


def post(title: str, *lines: str, date: str = "2026-05-11 09:30:00 UTC+02:00") -> str:
    head = [f".. title: {title}", f".. date: {date}", *(f".. {each}" for each in lines)]
    return "\n".join([*head, "", "Text.", ""])


class TestNikola(GeneratorSuite):
    """Several formats and languages, `.meta` files, pretty addresses."""

    name = "nikola"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": SITE,
        "title": "The Gazette",
        "description": "From the harbour",
        "timezone": "Europe/London",
        "language": "en",
    }
    files: ClassVar = {
        "conf.py": SETTINGS,
        "posts/one.rst": post("A harbour wall", "slug: the-wall", "tags: a, b c", "type: text"),
        "posts/deep/er/Two_Ü.rst": post("Ferry"),
        "posts/three.md": post("Three", "category: News", "status: featured"),
        "posts/three.de.md": ".. title: Drei\n\nText.",
        "posts/only.de.md": post("Nur auf Deutsch"),
        "posts/four.md": "<!--\n.. title: Four\n.. date: 2026/05/12 10:00\n-->\n\nText.",
        "posts/five.md": "---\nheading: Five\ndate: 2026-05-13\ntags: [x, y]\n---\nText.",
        "posts/six.md": "Just text.",
        "posts/six.meta": post("Six"),
        "posts/six.de.md": "Nur Text.",
        "posts/six.de.meta": ".. title: Sechs\n.. slug: sechs\n",
        "posts/seven.ipynb": json.dumps(
            {"cells": [], "metadata": {"nikola": {"title": "Seven", "date": "2026-05-14 10:00"}}}
        ),
        "posts/eight.html": (
            "<html><head><title>Eight</title><meta name='date' content='2026-05-15'></head></html>"
        ),
        "posts/nine.md": "title: Nine\ndate: 2026-05-16\n\nText.",
        "posts/2026-05-17-by_its-name.rst": "Just text.",
        "posts/plain.rst": post("Plain", "pretty_url: False"),
        "posts/folder/index.rst": post("Index"),
        "posts/draft.rst": post("Draft", "status: draft"),
        "posts/private.rst": post("Private", "tags: private, x"),
        "posts/away.rst": post("Away", "slug: ../../away"),
        "posts/undated.rst": ".. title: Undated\n\nText.",
        "posts/pages/about.wiki": ".. title: About\n\nText.",
        "posts/photo.jpg": "",
        "news/flash.txt": post("Flash"),
        "pages/imprint.rst": ".. title: Imprint\n\nText.",
    }
    posts: ClassVar = {
        "posts/one.rst": Expected(
            f"{SITE}/posts/the-wall/", "2026-05-11T09:30:00+02:00", "A harbour wall", language="en"
        ),
        "posts/deep/er/Two_Ü.rst": Expected(f"{SITE}/posts/deep/er/two_u/"),
        "posts/three.md": Expected(f"{SITE}/posts/three/"),
        "posts/three.de.md": Expected(
            f"{SITE}/de/beitrag/three/", "2026-05-11T09:30:00+02:00", "Drei", language="de"
        ),
        "posts/only.de.md": Expected(f"{SITE}/de/beitrag/onlyde/", language="de"),
        "posts/four.md": Expected(f"{SITE}/posts/four/", "2026-05-12T10:00:00+01:00"),
        "posts/five.md": Expected(
            f"{SITE}/posts/five/", "2026-05-13T00:00:00+01:00", "Five", date_only=True
        ),
        "posts/six.md": Expected(f"{SITE}/posts/six/", title="Six"),
        "posts/six.de.md": Expected(f"{SITE}/de/beitrag/sechs/", title="Sechs", language="de"),
        "posts/seven.ipynb": Expected(f"{SITE}/posts/seven/", title="Seven"),
        "posts/eight.html": Expected(f"{SITE}/posts/eight/", title="Eight"),
        "posts/nine.md": Expected(f"{SITE}/posts/nine/", "2026-05-16T00:00:00+01:00", "Nine"),
        "posts/2026-05-17-by_its-name.rst": Expected(
            f"{SITE}/posts/2026-05-17-by_its-name/", "2026-05-17T00:00:00+01:00", "By its name"
        ),
        "posts/plain.rst": Expected(f"{SITE}/posts/plain.html"),
        "posts/folder/index.rst": Expected(f"{SITE}/posts/folder/"),
        "posts/draft.rst": Expected(f"{SITE}/posts/draft/", hidden=True),
        "posts/private.rst": Expected(f"{SITE}/posts/private/", hidden=True),
        "posts/away.rst": Expected(NO_PAGE),
        "posts/undated.rst": Expected(f"{SITE}/posts/undated/", ""),
        "posts/pages/about.wiki": Expected(f"{SITE}/about/", page=True),
        "news/flash.txt": Expected(f"{SITE}/flash/"),
    }

    def test_what_else_heads_say(self, site: Path) -> None:
        read = self.read(site)
        assert read["posts/one.rst"].tags == ("a", "b c")
        assert read["posts/five.md"].tags == ("x", "y")
        assert read["posts/three.md"].featured
        assert read["posts/three.md"].categories == ("News",)
        assert [post.source for post in read.values() if post.title == "Flash"] == ["news"]


class TestOldNikola(GeneratorSuite):
    """Settings as versions 5 and 6 had them; addresses that end in .html, other translations."""

    name = "nikola"
    files: ClassVar = {
        "conf.py": (
            "BLOG_TITLE = u'G'\nDEFAULT_LANG = 'en'\nTRANSLATIONS = {'es': './es'}\n"
            "post_pages = (('*.txt', 'stories', 'post.tmpl', True),\n"
            "  ('pages/*.txt', '', 'story.tmpl', False), 'odd', (1, 2, 3))\n"
            "TRANSLATIONS_PATTERN = '{path}.{ext}.{lang}'\nPRETTY_URLS = False\n"
            "BASE_URL = 'https://gazette.example/blog'\nUSE_SLUGIFY = False\n"
            "STRIP_INDEXES = False\nUSE_REST_DOCINFO_METADATA = True\nTIMEZONE = 'Nowhere'\n"
        ),
        "a b.txt": post("Ab"),
        "a b.txt.es": ".. title: Es\n",
        "info.txt": "Info\n====\n\n:date: 2026-05-12\n\nText",
        "pages/about.txt": post("About"),
        "older.txt": "Text.",
        "older.meta": "An older one\nolder-slug\n2014/02/21 02:02:20\na, b\n\nAbout it\n",
        "output/stories/x.txt": "",
        "broken.txt": ".. title: Broken\n.. date: someday\n",
    }
    found: ClassVar = {"base_url": f"{SITE}/blog", "timezone": "", "title": "G"}
    posts: ClassVar = {
        "a b.txt": Expected(f"{SITE}/blog/stories/a b.html"),
        "a b.txt.es": Expected(f"{SITE}/blog/es/stories/a b.html", title="Es", language="es"),
        "info.txt": Expected(f"{SITE}/blog/stories/info.html", "2026-05-12T00:00:00+02:00", "Info"),
        "pages/about.txt": Expected(f"{SITE}/blog/stories/pages/about.html"),
        "older.txt": Expected(
            f"{SITE}/blog/stories/older-slug.html", "2014-02-21T02:02:20+01:00", "An older one"
        ),
        "broken.txt": Expected(f"{SITE}/blog/stories/broken.html", ""),
    }


@pytest.mark.parametrize(
    ("config", "notes"),
    [
        ("BLOG_TITLE = 'x'\nPOSTS = f()\nSITE_URL = 'https://example.com/'", ("POSTS", "SITE_URL")),
        ("BLOG_TITLE = 'x'\nPOSTS = ()\nBASE_URL = 'https://a.example'", ()),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, config: str, notes: tuple[str, ...]) -> None:
    (tmp_path / "conf.py").write_text(config)
    found = detect(tmp_path)
    assert found is not None
    assert [each for each in ("POSTS", "SITE_URL") if any(each in n for n in found.notes)] == list(
        notes
    )


def test_other_programs_have_a_conf_too(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text("project = 'x'\nextensions = []\nhtml_theme = 'alabaster'\n")
    assert detect(tmp_path) is None


@pytest.mark.parametrize("pattern", ["{path}{path}{lang}", "", "{path}.{lang}"])
def test_an_odd_pattern_of_translations_matches_nothing(pattern: str) -> None:
    odd = Settings(Path(), {"TRANSLATIONS_PATTERN": pattern, "TRANSLATIONS": {"de": ""}})
    assert odd.translation.match("a.de.md") is None


def test_folders_inside_others_are_no_sources_of_their_own(tmp_path: Path) -> None:
    for name in ("a/b", "c", "ab"):
        (tmp_path / name).mkdir(parents=True)
    rules = [(f"{each}/*.md", "", "x") for each in ("a/b", "a", "ab", "missing", "../up")]
    (tmp_path / "conf.py").write_text(f"BLOG_TITLE = 'x'\nPOSTS = {rules!r}")
    found = detect(tmp_path)
    assert found is not None
    assert [each.name for each in found.sources] == ["a", "ab"]


def test_notebooks_may_be_long_and_odd(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    config = "BLOG_TITLE = 'x'\nPOSTS = [('posts/*.ipynb', 'posts', 'post.tmpl')]\n"
    (tmp_path / "conf.py").write_text(config + "SITE_URL = 'https://gazette.example'")
    nikola = {"title": "Long", "date": "2026-05-11"}
    long = {"cells": ["x" * 9_000], "metadata": {"nikola": nikola}}
    (tmp_path / "posts/long.ipynb").write_text(json.dumps(long))
    (tmp_path / "posts/odd.ipynb").write_text('{"metadata": {"nikola": 3}}')
    read = GeneratorSuite.read(TestNikola(), tmp_path)
    assert read["posts/long.ipynb"].title == "Long"
    assert read["posts/odd.ipynb"].problem
