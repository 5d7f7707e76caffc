"""URL patterns and the slugs in them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fields import ALL, present
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import Document
from publisher.content.pattern import Facts, Pattern, page_url
from publisher.content.slugs import SLUGS, slug
from publisher.model.posts import Status

PAGE = Path(__file__).parents[2] / "docs/reference/patterns.md"
PARIS = ZoneInfo("Europe/Paris")
TEXT = "Don't Panic: C++ & Über v1.2"
DATE = datetime.fromisoformat("2026-05-11T00:30:07-07:00")


def facts(path: str, values: Mapping[str, object]) -> Facts:
    metadata = Metadata(values, Status.OK)
    names = present(tuple(values), ALL)
    date = PostDate(DATE, date_only=False)
    document = Document(path, metadata, metadata.values, names, title=TEXT, date=date)
    return Facts(document, PARIS, "en")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/:year/:month/:day/:name/", "a.md", "/2026/05/11/a/"),
        ("/:hour:minute:second", "a.md", "/093007"),
        ("/:hour~utc/:hour~written", "a.md", "/07/00"),
        ("/:i_month/:i_day/:short_year/:y_day/:week/", "a.md", "/5/11/26/131/20/"),
        ("/:short_month/:month_name", "a.md", "/May/May"),
        ("/:year~file-:i_day~file/:file", "2025-04-09-a.md", "/2025-9/2025-04-09-a"),
        ("/:name.html", "x/2026-04-09-a.markdown", "/a.html"),
        ("/:path", "x/y/2026-04-09-a.md", "/x/y/2026-04-09-a"),
        ("/:folders/:name/", "x/y/a.md", "/x/y/a/"),
        ("/:folders/:name/", "a.md", "/a/"),
        ("/:folder/:name/", "x/y/a/index.md", "/y/a/"),
        ("/:lang/:name/", "a.en.md", "/en/a/"),
        ("/:name/", "node.js.md", "/node.js/"),
        ("/:slug/", "a.md", "/own/"),
        ("/:title/", "a.md", "/dont-panic-c-uber-v12/"),
        ("/:title~github", "a.md", "/dont-panic-c--über-v12"),
        ("/:category~slug/:categories/", "a.md", "/big-boats/Big Boats/Sea/"),
        ("/:{series}/:{extra.place}~slug", "a.md", "/Tides/le-havre"),
        ("/c:/:year_:month", "a.md", "/c:/2026_05"),
    ],
)
def test_placeholders(pattern: str, path: str, expected: str) -> None:
    """What each says of a post."""
    values = {"slug": "own", "categories": ("Big Boats", "Sea"), "series": "Tides"}
    made = facts(path, {**values, "extra.place": "Le Havre"})
    assert Pattern(pattern).path(made) == (expected, "")


@pytest.mark.parametrize(
    ("pattern", "missing"),
    [("/:{series}/:name", ":{series}"), ("/:category/:name", ":category"), ("/:{up}/", "path")],
)
def test_what_a_post_lacks_is_named(pattern: str, missing: str) -> None:
    """There is no address then."""
    assert Pattern(pattern).path(facts("a.md", {"up": "../.."})) == ("", missing)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("blog/:slug", "must begin with /"),
        ("/:yaer/:slug", "has an unknown placeholder :yaer; did you mean :year?"),
        ("/:title~githib", "has an unknown placeholder :title~githib; did you mean ~github?"),
        ("/:year~utx", "has an unknown placeholder :year~utx; did you mean ~utc?"),
        ("/:{a", "has an unknown placeholder :{; known are year"),
    ],
)
def test_mistakes(pattern: str, problem: str) -> None:
    """A placeholder that nobody knows is named, with one that is alike."""
    with pytest.raises(ValueError, match=r".") as raised:
        Pattern(pattern)
    assert str(raised.value).startswith(problem)


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("raw", TEXT),
        ("lower", "don't panic: c++ & über v1.2"),
        ("slug", "dont-panic-c-uber-v12"),
        ("words", "don-t-panic-c-uber-v1-2"),
        ("plain", "dont-panic-c-uber-v1-2"),
        ("cased", "Dont-Panic-C-Über-v12"),
        ("unicode", "don-t-panic-c-über-v1-2"),
        ("letters", "dont-panic-c-über-v12"),
        ("github", "dont-panic-c--über-v12"),
        ("hugo", "dont-panic-c++-über-v1.2"),
        ("dots", "dont-panic-c-uber-v1.2"),
        ("hexo", "Don-t-Panic-C-Uber-v1-2"),
        ("and", "dont-panic-c-and-uber-v1-2"),
        ("marks", "don't-panic:-c++-and-uber-v1.2"),
        ("strict", "dont-panic-c-and-uber-v12"),
        ("spaces", "don't-panic:-c++-&-über-v1.2"),
        ("under", "dont_panic_c_uber_v12"),
        ("kebab", "dont-panic-c-uber-v-1-2"),
    ],
)
def test_slugs(way: str, expected: str) -> None:
    """As the reference page shows them."""
    assert slug(TEXT, way) == expected


def test_every_slug_is_shown() -> None:
    """In the test above and on the reference page."""
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in SLUGS if f"| `~{name}` |" not in page] == []


def test_an_address_is_escaped() -> None:
    """And stands below the site's own."""
    assert page_url("https://g.example/base/", "/ä b/c") == "https://g.example/base/%C3%A4%20b/c"
