"""Sites of Pelican."""

from datetime import UTC
from pathlib import Path
from typing import ClassVar

import pytest

from publisher.content.frontmatter.lenient_dates import lenient_date
from publisher.content.generators import detect
from publisher.content.generators.base import Sure
from publisher.content.generators.pelican.settings import Settings, read
from publisher.content.generators.pelican.slugs import Slugs
from publisher.content.generators.pelican.templates import compiled, filled
from publisher.content.settings.expressions import expression
from publisher.testing import NO_PAGE, Expected, GeneratorSuite

SITE = "https://gazette.example"
SETTINGS = r"""
import os
AUTHOR = u'Jane Roe'
SITENAME = "The Gazette"
SITEURL = ''
PATH = 'content'
TIMEZONE = 'Europe/London'
DEFAULT_LANG = 'EN'
ARTICLE_URL = '{category}/{date:%Y}/{date:%b}/{slug}/'
ARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'
ARTICLE_LANG_URL = '{lang}/{slug}/'
DRAFT_URL = 'drafts/{slug}/'
PAGE_PATHS = ['pages', 'about.md']
ARTICLE_EXCLUDES = ['hidden-folder']
STATIC_PATHS = ['images', 'extra']
IGNORE_FILES = ['ignored*']
FILENAME_METADATA = r'(?P<date>\d{4}-\d{2}-\d{2})_(?P<slug>.*)'
DEFAULT_METADATA = {'author': 'Nobody'}
EXTRA_PATH_METADATA = {'notes': {'category': 'Short Notes'}, 'notes/gone.md': {'status': 'hidden'}}
SOCIAL = (('Mastodon', 'https://social.example/@gazette'),)
PLUGINS = ['asciidoc_reader', 'ipynb.markup']
"""
PUBLISHED = """
import sys
sys.path.append(os.curdir)
from pelicanconf import *
SITEURL = 'https://gazette.example/'
"""


def post(title: str, *lines: str, date: str = "2026-05-11 09:30") -> str:
    return "\n".join([f"Title: {title}", f"Date: {date}", *lines, "", "Text.", ""])


class TestPelican(GeneratorSuite):
    """Articles by category and month, pages, translations, and every kind of file."""

    name = "pelican"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": SITE,
        "title": "The Gazette",
        "timezone": "Europe/London",
        "language": "en",
        "accounts": ("https://social.example/@gazette",),
    }
    files: ClassVar = {
        "pelicanconf.py": SETTINGS,
        "publishconf.py": PUBLISHED,
        "content/One.md": post("A harbour wall & more", "Image: {static}/images/a.png"),
        "content/News/two.markdown": post("Ferry", "Slug: a-ferry", "lang: de"),
        "content/News/three.rst": (
            "Über ``Brücken``\n================\n\n:date: 2026-05-12\n:tags: a, b\n\nText.\n"
        ),
        "content/News/four.html": (
            "<html><head><title>Four</title><meta name='date' content='2026-05-13 10:00'></head>"
        ),
        "content/News/bare.html": "<html><head><title>no post</title></head></html>",
        "content/2026-05-14_named.md": "Title: By its name\n\nText.",
        "content/notes/short.md": post("Short", "Category:", "Slug:"),
        "content/notes/gone.md": post("Gone"),
        "content/draft.md": post("Draft", "Status: Draft"),
        "content/odd.md": post("Odd", "Status: odd"),
        "content/own.md": post("Own", "url: /own/place", "save_as: own/place/index.html"),
        "content/away.md": post("Away", "url: https://other.example/x"),
        "content/saved.md": post("Saved", "save_as: saved/index.html"),
        "content/fenced.md": "---\ntitle: 'In YAML'\ntags:\n- a b\n- c\ndate: 2026-05-15\n---\n",
        "content/text.adoc": "= In AsciiDoc\n:date: 2026-05-16\n\nText",
        "content/book.ipynb": "{}",
        "content/book.nbdata": post("A notebook"),
        "content/other.ipynb": "{}",
        "content/untitled.md": "Date: 2026-05-17\n\nText.",
        "content/ignored.md": post("Ignored"),
        "content/hidden-folder/x.md": post("Excluded"),
        "content/pages/about.md": "Title: About\n\nText.",
        "content/about.md": "Title: Me\n\nText.",
        "content/images/plan.ipynb": "{}",
        "content/extra/robots.txt": "",
    }
    unread: ClassVar = frozenset({"content/other.ipynb"})
    posts: ClassVar = {
        "content/One.md": Expected(
            f"{SITE}/misc/2026/May/a-harbour-wall-more/",
            "2026-05-11T09:30:00+01:00",
            image=f"{SITE}/images/a.png",
            language="en",
        ),
        "content/News/two.markdown": Expected(f"{SITE}/de/a-ferry/", language="de"),
        "content/News/three.rst": Expected(
            f"{SITE}/news/2026/May/uber-brucken/",
            "2026-05-12T00:00:00+01:00",
            title="Über Brücken",
            date_only=True,
        ),
        "content/News/four.html": Expected(f"{SITE}/news/2026/May/four/"),
        "content/2026-05-14_named.md": Expected(
            f"{SITE}/misc/2026/May/named/", "2026-05-14T00:00:00+01:00"
        ),
        "content/notes/short.md": Expected(f"{SITE}/notes/2026/May/short/"),
        "content/notes/gone.md": Expected(f"{SITE}/notes/2026/May/gone/", hidden=True),
        "content/draft.md": Expected(f"{SITE}/drafts/draft/", hidden=True),
        "content/odd.md": Expected(NO_PAGE),
        "content/own.md": Expected(f"{SITE}/own/place"),
        "content/away.md": Expected("https://other.example/x"),
        "content/saved.md": Expected(f"{SITE}/saved/"),
        "content/fenced.md": Expected(f"{SITE}/misc/2026/May/in-yaml/", title="In YAML"),
        "content/text.adoc": Expected(f"{SITE}/misc/2026/May/in-asciidoc/"),
        "content/book.ipynb": Expected(f"{SITE}/misc/2026/May/a-notebook/", title="A notebook"),
        "content/untitled.md": Expected(NO_PAGE, "2026-05-17T00:00:00+01:00"),
        "content/pages/about.md": Expected(f"{SITE}/pages/about.html", page=True),
        "content/about.md": Expected(f"{SITE}/pages/me.html", page=True),
    }

    def test_tags_and_authors_are_told_apart(self, site: Path) -> None:
        read = self.read(site)
        assert read["content/News/three.rst"].tags == ("a", "b")
        assert read["content/fenced.md"].tags == ("a b", "c")
        assert read["content/One.md"].author == "Nobody"
        assert read["content/notes/short.md"].categories == (
            "notes",
        )  # an empty field says nothing


def settings(**values: object) -> Settings:
    return Settings(Path("/nowhere"), (), values)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("A harbour wall, rebuilt", "a-harbour-wall-rebuilt"),
        ("C++ -- what's  new?", "c-whats-new"),
        ("snake_case / slash", "snake_case-slash"),
        ("北京 Straße", "bei-jing-strasse"),
        ("Привет, Юля", "privet-iulia"),
        ("a <em>b</em> &amp; c &lt; d", "a-b-c-d"),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert Slugs(settings()).slug(text) == slug


@pytest.mark.parametrize(
    ("values", "text", "slug"),
    [
        ({"SLUGIFY_USE_UNICODE": True}, "Ärger 北", "ärger-北"),
        ({"SLUGIFY_PRESERVE_CASE": True}, "An Apple", "An-Apple"),
        ({"SLUG_REGEX_SUBSTITUTIONS": [("[^a-z]+", "_"), ("(", "")]}, "An Apple", "an_apple"),
        ({"SLUG_SUBSTITUTIONS": (("C++", "cpp"),)}, "C++ now", "cpp-now"),
        ({"SLUG_SUBSTITUTIONS": (("/", "/", True),)}, "a/b", "a/b"),
        ({"SLUG_REGEX_SUBSTITUTIONS": [(r"\s", r"\9")]}, "a b", "a b"),
    ],
)
def test_slugs_by_settings(values: dict[str, object], text: str, slug: str) -> None:
    assert Slugs(settings(**values)).slug(text) == slug


def test_categories_may_have_slugs_of_their_own() -> None:
    site = settings(
        SLUG_SUBSTITUTIONS=[("a", "b")],
        CATEGORY_SUBSTITUTIONS=[("c", "d")],
        AUTHOR_REGEX_SUBSTITUTIONS=[("x", "y")],
    )
    assert Slugs(site, "CATEGORY").slug("Ac") == "bd"
    assert Slugs(site, "AUTHOR").slug("x z") == "y z"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-05-11_09:30", "2026-05-11T09:30:00"),
        ("05/06/2026", "2026-05-06T00:00:00"),
        ("15.06.2026 10:00", "2026-06-15T10:00:00"),
        ("08-02-21 15:00", "2021-08-02T15:00:00"),
        ("99-02-21", "1999-02-21T00:00:00"),
        ("Sat Oct 10 07:57:05 EDT 2015", "2015-10-10T07:57:05"),
        ("Mon Oct 5 20:05 2015", "2015-10-05T20:05:00"),
        ("2026-05-11 0930", "2026-05-11T09:30:00"),
        ("20260511", "2026-05-11T00:00:00"),
        ("20260511T0930", "2026-05-11T09:30:00"),
        ("11 May 2026", "2026-05-11T00:00:00"),
        ("2026-05-11 10:30 PM", "2026-05-11T22:30:00"),
        ("2026-05-11 10:30 CEST", "2026-05-11T10:30:00"),
        ("2026-05-11 10:30:00 UTC", "2026-05-11T10:30:00"),
    ],
)
def test_dates(written: str, expected: str) -> None:
    assert lenient_date(written, UTC, "").value.isoformat() == f"{expected}+00:00"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{date.year}/{date.month:02d}/{slug}", "2026/05/x"),
        ("{{{slug}}}/{none}/{slug!s:.1}", "{x}//x"),
        ("{date:%Y", "{date:%Y"),
        ("{date.__class__}", "2026-05-11 00:00:00+00:00"),
        ("{date:%d %B}", "11 May"),
    ],
)
def test_templates(pattern: str, expected: str) -> None:
    values = {"slug": "x", "date": lenient_date("2026-05-11", UTC, "").value}
    assert filled(compiled(pattern), values.get)[0] == expected


def test_a_template_says_what_is_missing() -> None:
    assert filled(compiled("{a}/{b}"), {"a": "x"}.get) == ("x/", "b")


def test_a_post_that_lacks_what_addresses_need_has_none(tmp_path: Path) -> None:
    class Lacking(TestPelican):
        files: ClassVar = {
            "pelicanconf.py": "SITEURL = 'https://a.example'\nARTICLE_URL = '{nick}/{slug}/'\n",
            "content/one.md": post("One"),
            "content/two.md": post("Two", "Nick: two"),
        }

    suite = Lacking()
    for path, text in Lacking.files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    read = suite.read(tmp_path)
    assert read["content/one.md"].url == ""
    assert "need its nick" in read["content/one.md"].problem
    assert read["content/two.md"].url == "https://a.example/two/two/"


@pytest.mark.parametrize("pattern", ["(a*)*", "(?:a|b)+", "((a+)b)*", "(", "a{2,}" * 400])
def test_expressions_that_may_never_end_are_refused(pattern: str) -> None:
    assert expression(pattern) is None


@pytest.mark.parametrize("pattern", [r"(?P<date>\d{4}-\d{2})_(?P<slug>.*)", "[(*+]*", r"\(a*\)*"])
def test_others_are_taken(pattern: str) -> None:
    assert expression(pattern) is not None


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "url"),
    [
        ({"settings": "SITENAME = 'x'\nSITEURL = 'https://a.example'"}, "https://a.example"),
        ({"settings": "INSTALLED_APPS = []\nSITENAME = 'x'"}, None),
        ({"pelicanconf": "SITEURL = 'http://localhost:8000'"}, ""),
        ({"pelicanconf": "SITEURL = ''\nFEED_DOMAIN = 'https://a.example'"}, "https://a.example"),
        ({"publishconf": "SITEURL = '//a.example/b/'"}, "https://a.example/b"),
        ({"publishconf": "SITEURL = ''", "pelicanconf": "SITEURL = 'https://b.example'"},
         "https://b.example"),
        ({"pelicanconf": "SITEURL = ''", "tasks": "run('pelican -e SITEURL=\"https://c.example\"')"},
         "https://c.example"),
        ({"publishconf": "SITEURL = f()", "pelicanconf": "SITEURL = 'https://b.example'"},
         "https://b.example"),
    ],
)  # fmt: skip
def test_where_the_address_of_the_site_stands(
    tmp_path: Path, files: dict[str, str], url: str | None
) -> None:
    found = detect(write(tmp_path, **files))
    assert (found and found.base_url) == url


def test_a_makefile_names_the_files(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(
        "BASEDIR=$(CURDIR)\nINPUTDIR=$(BASEDIR)/src\nCONFFILE=$(BASEDIR)/mine.py\n"
        "PUBLISHCONF=$(BASEDIR)/../../etc/passwd\n"
    )
    (tmp_path / "src").mkdir()
    write(tmp_path, mine="SITENAME = 'Mine'")
    site = read(tmp_path)
    assert site is not None
    assert site.text("SITENAME") == "Mine"
    assert site.content == tmp_path / "src"


def test_what_only_running_would_tell_is_said(tmp_path: Path) -> None:
    found = detect(write(tmp_path, pelicanconf="SITEURL = f()\nARTICLE_URL = f()"))
    assert found is not None
    assert any("ARTICLE_URL" in note for note in found.notes)
    assert any("SITEURL" in note for note in found.notes)


class TestSubsites(GeneratorSuite):
    """Other languages on sites of their own, old names of settings, dates by default."""

    name = "pelican"
    files: ClassVar = {
        "pelicanconf.py": (
            "SITEURL = 'https://gazette.example'\nSITENAME = 'G'\nDEFAULT_LANG = 'fr'\n"
            "PLUGINS = ['pelican.plugins.i18n_subsites']\nSLUGIFY_SOURCE = 'basename'\n"
            "I18N_SUBSITES = {'en': {'ARTICLE_URL': 'n/{slug}'}}\n"
            "I18N_SUBSITES['de'] = {'SITEURL': 'https://d.example'}\n"
            "ARTICLE_DIR = 'blog'\nPAGE_DIR = 'seiten'\nDEFAULT_DATE = (2026, 5, 11, 9, 30)\n"
            "READERS = {'html': None}\nSUBSITE = 1\n"
        ),
        "content/blog/One.md": "Title: Un\n",
        "content/blog/two.md": "Title: Deux\nLang: en\n",
        "content/blog/three.md": "Title: Trois\nLang: de\nDate: 2026-05-12\n",
        "content/blog/four.md": "Title: Quatre\nLang: it\n",
        "content/blog/five.html": "<html><head><title>5</title><meta name='date' content='x'>",
        "content/seiten/me.md": "Title: Moi\n",
        "content/elsewhere.md": "Title: Ailleurs\n",
    }
    found: ClassVar = {"language": "fr", "timezone": "UTC"}
    posts: ClassVar = {
        "content/blog/One.md": Expected(f"{SITE}/one.html", "2026-05-11T09:30:00+00:00"),
        "content/blog/two.md": Expected(f"{SITE}/en/n/two"),
        "content/blog/three.md": Expected("https://d.example/three.html"),
        "content/blog/four.md": Expected(f"{SITE}/four-it.html"),
        "content/seiten/me.md": Expected(f"{SITE}/pages/me.html", page=True),
    }


@pytest.mark.parametrize(
    "written", ["()", "(1, 2)", "('a', 'b', 'c')", "'someday'", "(2026, 99, 1)"]
)
def test_a_default_date_may_be_none(tmp_path: Path, written: str) -> None:
    root = write(tmp_path, pelicanconf=f"SITENAME = 'x'\nDEFAULT_DATE = {written}\n")
    (root / "content").mkdir()
    (root / "content" / "a.md").write_text("Title: A\n")
    assert GeneratorSuite.read(TestPelican(), root)["content/a.md"].date is None


def test_the_time_of_the_file_may_be_the_date(tmp_path: Path) -> None:
    root = write(tmp_path, pelicanconf="SITENAME = 'x'\nDEFAULT_DATE = 'fs'\nDEFAULT_LANG = 'en'")
    (root / "content").mkdir()
    (root / "content" / "a.md").write_text("Title: A\n")
    read = GeneratorSuite.read(TestPelican(), root)
    assert read["content/a.md"].date is not None
