"""A small Jekyll site, and the rules that need more than one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators import detect_by
from publisher.content.generators.base import Found, Sure
from publisher.content.generators.jekyll.dates import ruby_date
from publisher.content.generators.jekyll.permalinks import Parts, fill
from publisher.content.generators.jekyll.slugs import pretty_slug, slug, url_path
from publisher.content.reader import read_site
from publisher.content.source import Source
from publisher.model.posts import Post
from publisher.testing import Expected, GeneratorSuite

CONFIG = """
title: The Gazette
description: News of the harbour
url: https://gazette.example/
baseurl: /news
lang: en-GB
timezone: America/New_York
twitter: {username: gazette}
social: {links: ["https://social.example/@gazette"]}
collections:
  notes: {output: true, permalink: /n/:name/}
  people: {output: true}
  parts: {output: false}
exclude: [old, "*.bak.md"]
include: [_more]
defaults:
  - scope: {path: "", type: posts}
    values: {image: /all.png, categories: [daily]}
  - scope: {path: special}
    values: {permalink: "/s/:title", published: false}
  - scope: {path: "*/_posts/2026-07-*", type: post}
    values: {lang: fr}
  - {scope: {type: people}, values: {layout: person}}
"""


def head(title: str, *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", *lines, "---", "Text.", ""])


class TestJekyll(GeneratorSuite):
    """Posts in several folders, two collections with pages, and defaults."""

    name = "jekyll"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": "https://gazette.example/news",
        "title": "The Gazette",
        "description": "News of the harbour",
        "language": "en-GB",
        "timezone": "America/New_York",
        "accounts": ("https://social.example/@gazette", "https://x.com/gazette"),
    }
    files: ClassVar = {
        "_config.yml": CONFIG,
        "_layouts/default.html": "{{ content }}",
        "_includes/_posts/2026-01-01-no.md": head("No post"),
        "_posts/2026-05-11-A_harbour-Wall.md": head("Wall", "date: 2026-05-11 02:00:00"),
        "_posts/2026-5-12-day.markdown": head("Day", "categories: Sea Wind", "category: Far off"),
        "_posts/deep/26-05-13-two-digits.html": head("Two", "published: no"),
        "a_posts/_posts/2026-05-14-cut.md": head("Cut", "category: [yes, 1.10, null, '2.0']"),
        "_posts/2026-05-14-own.md": head("Own", "permalink: /own/:year/:title.html"),
        "_posts/2026-05-15-slug.md": head("Slug", 'slug: "Über uns & so"', "image: a/b.png"),
        "_posts/2026-05-16-draft-means-nothing.md": head("Shown", "draft: true"),
        "_posts/2026-05-17-no-head.md": "Text only.\n",
        "_posts/undated.md": head("No post"),
        "_posts/_kept/2026-05-18-special.md": head("No post"),
        "_posts/2026-05-19-saved.bak.md": head("No post"),
        "_posts/2026-06-31-beyond.md": head("Beyond"),
        "_drafts/idea.md": head("Idea", "date: 2026-05-20"),
        "old/_posts/2026-05-11-old.md": head("No post"),
        "_more/_posts/2026-05-11-more.md": head("More"),
        "_site/_posts/2026-05-11-built.md": head("No post"),
        "Ferry News/_posts/2026-07-01-ferry.md": head("Ferry", "date: '2026-07-01 09:30'"),
        "special/_posts/2026-07-02-kept-back.md": head("Kept back"),
        "special/_posts/2026-08-03-shown.md": head("Shown", "published: true"),
        "_notes/2026-05-21-a-note.md": head("Note"),
        "_notes/plain.md": "No head, no page.\n",
        "_people/ann.md": head("Ann"),
        "_parts/part.md": head("Part"),
        "about.md": head("About"),
    }
    posts: ClassVar = {
        "_posts/2026-05-11-A_harbour-Wall.md": Expected(
            "https://gazette.example/news/daily/2026/05/10/A_harbour-Wall.html",
            "2026-05-10T22:00:00-04:00",
            title="Wall",
            image="https://gazette.example/news/all.png",
            date_only=False,
        ),
        "_posts/2026-5-12-day.markdown": Expected(
            "https://gazette.example/news/daily/sea/wind/far off/2026/05/12/day.html",
            "2026-05-12T00:00:00-04:00",
            date_only=True,
        ),
        "_posts/deep/26-05-13-two-digits.html": Expected(
            "https://gazette.example/news/daily/2026/05/13/two-digits.html", hidden=True
        ),
        "a_posts/_posts/2026-05-14-cut.md": Expected(
            "https://gazette.example/news/a/daily/true/1.1/2.0/2026/05/14/cut.html"
        ),
        "_posts/2026-05-14-own.md": Expected("https://gazette.example/news/own/2026/own.html"),
        "_posts/2026-05-15-slug.md": Expected(
            "https://gazette.example/news/daily/2026/05/15/Über-uns-&-so.html",
            image="https://gazette.example/news/a/b.png",
        ),
        "_posts/2026-05-16-draft-means-nothing.md": Expected(
            "https://gazette.example/news/daily/2026/05/16/draft-means-nothing.html"
        ),
        "_posts/2026-05-17-no-head.md": Expected(
            "https://gazette.example/news/daily/2026/05/17/no-head.html", title="No Head"
        ),
        "_posts/2026-06-31-beyond.md": Expected(
            "https://gazette.example/news/daily/2026/07/01/beyond.html", "2026-07-01T00:00:00-04:00"
        ),
        "_drafts/idea.md": Expected(
            "https://gazette.example/news/daily/2026/05/20/idea.html", hidden=True
        ),
        "_more/_posts/2026-05-11-more.md": Expected(
            "https://gazette.example/news/_more/daily/2026/05/11/more.html"
        ),
        "Ferry News/_posts/2026-07-01-ferry.md": Expected(
            "https://gazette.example/news/ferry news/daily/2026/07/01/ferry.html",
            "2026-07-01T09:30:00-04:00",
            language="fr",
        ),
        "special/_posts/2026-07-02-kept-back.md": Expected(
            "https://gazette.example/news/s/kept-back", hidden=True, language="fr"
        ),
        "special/_posts/2026-08-03-shown.md": Expected(
            "https://gazette.example/news/s/shown", language="en-GB"
        ),
        "_notes/2026-05-21-a-note.md": Expected(
            "https://gazette.example/news/n/2026-05-21-a-note/", "2026-05-21T00:00:00-04:00"
        ),
        "_people/ann.md": Expected("https://gazette.example/news/people/ann.html", "", page=True),
    }


class TestOctopress(GeneratorSuite):
    """Posts lie in `source`, the settings beside it; a language has its folder."""

    name = "jekyll"
    zone = "Asia/Tokyo"
    found: ClassVar = {"base_url": "https://octo.example", "timezone": ""}
    files: ClassVar = {
        "_config.yml": "source: source\ndestination: public\nroot: /\nurl: https://octo.example\n"
        "permalink: /blog/:year/:i_month/:short_day/:title/\nplugins: [jekyll-polyglot]\n"
        "languages: [en, de]\ndefault_lang: en\nfuture: true\n",
        "Rakefile": "",
        "source/_posts/2026-05-11-安装.md": head("Installed", "date: 2026-05-11 20:00"),
        "source/_posts/2026-05-12-c++.textile": head("C++", "lang: de"),
        "public/_posts/2026-05-11-no.md": head("No post"),
    }
    posts: ClassVar = {
        "source/_posts/2026-05-11-安装.md": Expected(
            "https://octo.example/blog/2026/5/Mon/安装/", "2026-05-11T20:00:00+09:00"
        ),
        "source/_posts/2026-05-12-c++.textile": Expected(
            "https://octo.example/de/blog/2026/5/Tue/c++/"
        ),
    }


def site(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def found_in(folder: Path) -> Found:
    found = detect_by("jekyll", folder)
    assert found is not None
    return found


def read(folder: Path, below: str = "", path: str = "") -> dict[str, Post]:
    source = Source(
        folder=folder / below,
        base=folder,
        url="https://gazette.example",
        zone=ZoneInfo("Europe/Paris"),
        generator="jekyll",
        path=path,
    )
    posts = read_site([source], None, lambda: datetime(2100, 1, 1, tzinfo=UTC)).posts
    return {each.path: each for each in posts}


@pytest.mark.parametrize(
    ("permalink", "path"),
    [
        ("date", "/sea/2026/05/11/a-b.html"),
        ("pretty", "/sea/2026/05/11/a-b/"),
        ("none", "/sea/a-b.html"),
        ("ordinal", "/sea/2026/131/a-b.html"),
        ("weekdate", "/sea/2026/W20/Mon/a-b.html"),
        ("/:title", "/a-b"),
        (":slug:output_ext", "/a-b.html"),
    ],
)
def test_a_site_names_a_style_or_a_template(tmp_path: Path, permalink: str, path: str) -> None:
    post = {"_posts/2026-05-11-a-b.md": head("A", "category: Sea")}
    posts = read(site(tmp_path, {"_config.yml": f"permalink: {permalink}\n", **post}))
    assert posts["_posts/2026-05-11-a-b.md"].url == f"https://gazette.example{path}"


def test_the_permalink_of_posts_wins(tmp_path: Path) -> None:
    config = "permalink: pretty\ncollections: {posts: {permalink: '/b/:title'}}\n"
    folder = site(tmp_path, {"_config.yml": config, "_posts/2026-05-11-a.md": head("A")})
    assert read(folder)["_posts/2026-05-11-a.md"].url == "https://gazette.example/b/a"


def test_the_configuration_s_own_path_wins(tmp_path: Path) -> None:
    folder = site(tmp_path, {"_config.yml": "", "_posts/2026-05-11-a.md": head("A")})
    posts = read(folder, "_posts", "/mine/:title/")
    assert posts["_posts/2026-05-11-a.md"].url == "https://gazette.example/mine/a/"


def test_an_unknown_placeholder_is_named(tmp_path: Path) -> None:
    folder = site(tmp_path, {"_posts/2026-05-11-a.md": head("A", "permalink: /:nonsense/x")})
    post = read(folder)["_posts/2026-05-11-a.md"]
    assert ":nonsense" in post.problem
    assert post.problem_line == 3


MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PARTS = Parts("A b", "2026-01-02-A b", "_notes/deep/", "notes", ("B", "a C"), ".html", MOMENT)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("year", "2026"), ("short_year", "26"), ("month", "01"), ("i_month", "1"),
        ("short_month", "Jan"), ("long_month", "January"), ("day", "02"), ("i_day", "2"),
        ("y_day", "002"), ("w_year", "2026"), ("week", "01"), ("w_day", "5"), ("short_day", "Fri"),
        ("long_day", "Friday"), ("hour", "03"), ("minute", "04"), ("second", "05"),
        ("title", "A-b"), ("slug", "a-b"), ("name", "2026-01-02-a-b"), ("categories", "b/a%20c"),
        ("slugified_categories", "b/a-c"), ("output_ext", ".html"), ("collection", "notes"),
        ("path", "deep/2026-01-02-A%20b"), ("title_", "A-b_"),
    ],
)  # fmt: skip
def test_every_placeholder(name: str, text: str) -> None:
    assert fill(f"x/:{name}", PARTS) == (f"/x/{text}", "", "")


def test_a_time_without_a_date_is_missing() -> None:
    assert fill("/:year/:title", PARTS._replace(date=None)) == ("/A-b", "date", "")


@pytest.mark.parametrize(
    ("text", "pretty", "plain"),
    [
        ("Hello-World", "Hello-World", "hello-world"),
        ("a_b.c", "a_b.c", "a-b-c"),
        ("a -- b", "a-b", "a-b"),
        ("-a?b:", "a-b", "a-b"),
        ("Straße 東京 é", "Straße-東京-é", "straße-東京-é"),
        ("c++ & d", "c++-&-d", "c-d"),
    ],
)
def test_slugs(text: str, pretty: str, plain: str) -> None:
    assert (pretty_slug(text), slug(text)) == (pretty, plain)


def test_paths_are_cleaned() -> None:
    assert url_path("a//b/../c/./d e#f%") == "/a/b/c/d%20e%23f%25"


@pytest.mark.parametrize(
    ("written", "unquoted", "quoted"),
    [
        ("2020-09-07 20:19:33", "2020-09-07T20:19:33", "2020-09-08T00:19:33"),
        ("2020-09-07 20:19:33 +0800", "2020-09-07T12:19:33", "2020-09-07T12:19:33"),
        ("2020-09-07 20:19:33 -4", "2020-09-08T00:19:33", "2020-09-08T00:19:33"),
        ("2020-09-07T20:19:33Z", "2020-09-07T20:19:33", "2020-09-07T20:19:33"),
        ("2020-09-07 20:19", "2020-09-08T00:19:00", None),
        ("2020-09-07 20:19 UTC", "2020-09-07T20:19:00", None),
        ("2020-09-07 20:19:33 PST", "2020-09-08T04:19:33", None),
        ("2020-09-07 20:19:33 CEST", "2020-09-08T00:19:33", None),
        ("2020-09-07 08:05 pm", "2020-09-08T00:05:00", None),
        ("2015-09-04 12:40:00 UTC-03:00", "2015-09-04T16:40:00", None),
        ("2020-9-7", "2020-09-07T04:00:00", "2020-09-07T04:00:00"),
        ("2020/09/07 11:25", "2020-09-07T15:25:00", None),
        ("2018-12-21 +0800", "2018-12-21T05:00:00", None),
        ("2011-02-29", "2011-03-01T05:00:00", None),
        ("Sep 7th, 2020 10:00 pm", "2020-09-08T02:00:00", None),
        ("7 September 2020", "2020-09-07T04:00:00", None),
        ("September, 2014", "2014-09-01T04:00:00", None),
        ("April, 08 2014", "2014-04-08T04:00:00", None),
        ("Fri Sep  3 11:21:31 UTC 2021", "2021-09-03T11:21:31", None),
        ("05/04/2014", "2014-04-05T04:00:00", None),
        ("20200907", "2020-09-07T04:00:00", None),
        ("2023-01-29 18:30:22 2023 -0800", "2023-01-29T23:30:22", None),
        ("2020-09-10-17-25-45", "2020-09-10T04:00:00", None),
    ],
)
def test_dates_are_ruby_s(written: str, unquoted: str, quoted: str | None) -> None:
    """As Ruby 3.1 reads them in New York."""
    zone = ZoneInfo("America/New_York")
    texts = [written] if quoted is None else [written, Quoted(written)]
    found = [ruby_date(each, zone).value.astimezone(UTC).isoformat()[:19] for each in texts]
    assert found == list(filter(None, [unquoted, quoted]))


@pytest.mark.parametrize("written", ["soon", "2020-13-01", "2020-01-32", "1999999-01-01", "12:30"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="date"):
        ruby_date(written, UTC)


@pytest.mark.parametrize(
    ("config", "note"),
    [("title: x\n", "set site.url in config.yaml"), ("baseurl: /news/\n", "ends in /news")],
)
def test_a_missing_url_is_named(tmp_path: Path, config: str, note: str) -> None:
    files = {"_config.yml": config, "_posts/2026-05-11-a.md": head("A")}
    found = found_in(site(tmp_path, files))
    assert found.base_url == ""
    assert found.notes[0].endswith(note)


@pytest.mark.parametrize(
    "files",
    [
        {"_config.yml": "title: x\nmarkdown: kramdown\nbaseurl: ''\n"},
        {"_config.toml": "title = 'x'\n", "Gemfile": "gem 'jekyll'\n"},
        {"_posts/2026-01-01-a.md": "", "_layouts/a.html": ""},
        {"_config.yml": "a: [\n", "_posts/2026-01-01-a.md": "", "_layouts/a.html": ""},
    ],
)
def test_what_is_a_site(tmp_path: Path, files: dict[str, str]) -> None:
    assert detect_by("jekyll", site(tmp_path, files)) is not None


@pytest.mark.parametrize(
    "files",
    [
        {"_config.yml": "title: x\n"},
        {"_config.yml": "title: x\nsource_dir: source\n", "_posts/a.md": ""},
        {"_posts/2026-01-01-a.md": ""},
    ],
)
def test_what_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    assert detect_by("jekyll", site(tmp_path, files)) is None


@pytest.mark.parametrize(
    ("config", "base_url"),
    [
        ("url: https://a.example/\nbaseurl: /", "https://a.example"),
        ("url: https://a.example\nbaseurl: /news/", "https://a.example/news"),
        ("url: https://a.example/news\nbaseurl: /news", "https://a.example/news"),
        ("url: https://a.example\nbaseurl: https://b.example/news/", "https://b.example/news"),
        ("url: https://a.example\nroot: /blog", "https://a.example/blog"),
    ],
)
def test_addresses_of_sites(tmp_path: Path, config: str, base_url: str) -> None:
    files = {"_config.yml": config, "_posts/2026-05-11-a.md": head("A")}
    assert found_in(site(tmp_path, files)).base_url == base_url


def test_the_site_s_own_mark_ends_an_excerpt(tmp_path: Path) -> None:
    post = "---\ntitle: A\n---\nThe wall was rebuilt in May.\n<!-- cut -->\nMore of it.\n"
    files = {"_config.yml": 'excerpt_separator: "<!-- cut -->"', "_posts/2026-05-11-a.md": post}
    (found,) = read(site(tmp_path, files)).values()
    assert found.description == "The wall was rebuilt in May."


def test_collections_in_a_folder_of_their_own(tmp_path: Path) -> None:
    config = "collections_dir: all\ncollections: [notes]\ndefaults: [{scope: {path: all/_posts}, "
    config += "values: {permalink: '/x/:title'}}]\n"
    folder = site(
        tmp_path,
        {
            "_config.yml": config,
            "all/_posts/2026-05-11-a.md": head("A"),
            "_posts/2026-05-11-b.md": head("No post"),
        },
    )
    posts = read(folder)
    assert {path: post.url for path, post in posts.items()} == {
        "all/_posts/2026-05-11-a.md": "https://gazette.example/x/a"
    }


def test_a_folder_that_leads_out_of_the_site_is_not_read(tmp_path: Path) -> None:
    folder = site(tmp_path / "site", {"_config.yml": "source: ../..\nexclude: x\ndefaults: {}\n"})
    site(tmp_path / "other", {"_posts/2026-05-11-a.md": head("A")})
    (folder / "link").symlink_to(tmp_path / "other")
    (folder / "loop").symlink_to(folder)
    assert read(folder) == {}
    (folder / "_posts").symlink_to(tmp_path / "other" / "_posts")
    assert "leads out of the site" in read(folder)["_posts"].problem
