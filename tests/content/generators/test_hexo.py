"""A small Hexo site, and the rules that need more than one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from publisher.content.generators import detect_by
from publisher.content.generators.base import Sure
from publisher.content.generators.hexo.dates import hexo_date
from publisher.content.generators.hexo.names import Named, Names
from publisher.content.generators.hexo.permalinks import Parts, Permalink
from publisher.content.generators.hexo.slugs import slug, url_path
from publisher.content.reader import read_site
from publisher.content.source import Source
from publisher.model.posts import Post, Status
from publisher.testing import Expected, GeneratorSuite

CONFIG = """
title: The Gazette
subtitle: Daily
description: News of the harbour
url: https://gazette.example
root: /news/
language: [en, zh-CN]
timezone: Asia/Shanghai
permalink: :year/:month/:day/:title/
new_post_name: :title.md
post_asset_folder: true
skip_render: ["_posts/raw/**"]
default_category: none
"""


def head(title: str, *lines: str) -> str:
    return "\n".join(["---", f"title: {title}", *lines, "---", "Text.", ""])


class TestHexo(GeneratorSuite):
    """Posts in folders, drafts, heads of every kind, pictures beside their posts."""

    name = "hexo"
    sure = Sure.CERTAIN
    found: ClassVar = {
        "base_url": "https://gazette.example/news",
        "title": "The Gazette",
        "description": "News of the harbour",
        "language": "en",
        "timezone": "Asia/Shanghai",
    }
    files: ClassVar = {
        "_config.yml": CONFIG,
        "package.json": '{"dependencies": {"hexo": "^7.0.0"}}',
        "source/_posts/Wall.md": head("Wall", "date: 2026-05-11 09:30:00", "cover: a b.png"),
        "source/_posts/Wall/a b.png": "",
        "source/_posts/Wall/notes.html": head("No post"),
        "source/_posts/深/安装 指南.md": head("安装", "date: 2026-05-12", "categories: [a b, c]"),
        "source/_posts/open.md": "title: Open\ndate: 2026-05-13 23:00\n---\nText.\n",
        "source/_posts/json.md": ';;;\n"title": "Json",\n"date": "2026/05/14 01:00:00"\n;;;\n',
        "source/_posts/tabs.md": head("Tabs", "date: 2026-05-15 01:00:00", "tags:", "\t- one"),
        "source/_posts/own.md": head("Own", "date: 2026-05-16", "permalink: own/place"),
        "source/_posts/kept.md": head("Kept", "date: 2026-05-17", "published: false"),
        "source/_posts/shown.md": head("Shown", "date: 2026-05-18", "draft: true", "hidden: true"),
        "source/_posts/lists.md": head("Lists", "date: 2026-05-19", "categories:", "- [a, b]"),
        "source/_posts/raw/no.md": head("No post"),
        "source/_posts/_hidden.md": head("No post"),
        "source/_drafts/idea.md": head("Idea", "date: 2026-05-20"),
        "source/about/index.md": head("About"),
        "scaffolds/post.md": head("{{ title }}"),
    }
    posts: ClassVar = {
        "source/_posts/Wall.md": Expected(
            "https://gazette.example/news/2026/05/11/Wall/",
            "2026-05-11T09:30:00+08:00",
            image="https://gazette.example/news/2026/05/11/Wall/a%20b.png",
        ),
        "source/_posts/深/安装 指南.md": Expected(
            "https://gazette.example/news/2026/05/12/深/安装 指南/",
            "2026-05-12T00:00:00+08:00",
            date_only=True,
        ),
        "source/_posts/open.md": Expected(
            "https://gazette.example/news/2026/05/13/open/", "2026-05-13T23:00:00+08:00", "Open"
        ),
        "source/_posts/json.md": Expected(
            "https://gazette.example/news/2026/05/14/json/", "2026-05-14T01:00:00+08:00", "Json"
        ),
        "source/_posts/tabs.md": Expected("https://gazette.example/news/2026/05/15/tabs/"),
        "source/_posts/own.md": Expected("https://gazette.example/news/own/place/"),
        "source/_posts/kept.md": Expected(
            "https://gazette.example/news/2026/05/17/kept/", hidden=True
        ),
        "source/_posts/shown.md": Expected("https://gazette.example/news/2026/05/18/shown/"),
        "source/_posts/lists.md": Expected("https://gazette.example/news/2026/05/19/lists/"),
        "source/_drafts/idea.md": Expected(
            "https://gazette.example/news/2026/05/20/idea/", hidden=True
        ),
    }

    def test_heads_that_only_hexo_has_are_right(self, site: Path) -> None:
        read = self.read(site)
        assert {read[f"source/_posts/{name}.md"].status for name in ("open", "json", "tabs")} == {
            Status.OK
        }
        assert read["source/_posts/深/安装 指南.md"].categories == ("a b", "c")
        assert read["source/_posts/lists.md"].categories == ("a", "b")
        assert not read["source/_posts/tabs.md"].problem


def read_one(folder: Path, config: str, post: str, name: str = "a.md", path: str = "") -> Post:
    (folder / "source" / "_posts").mkdir(parents=True)
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    (folder / "source" / "_posts" / name).write_text(post, encoding="utf-8")
    source = Source(
        folder=folder / "source" / "_posts",
        base=folder,
        url="https://gazette.example",
        zone=ZoneInfo("Europe/Paris"),
        generator="hexo",
        path=path,
    )
    (found,) = read_site([source], None, lambda: datetime(2100, 1, 1, tzinfo=UTC)).posts
    return found


DATED = ("date: 2026-05-11 09:30:00",)


@pytest.mark.parametrize(
    ("config", "lines", "path"),
    [
        ("permalink: :category/:name.html", ["categories: [A b, C]"], "/A-b/C/a.html"),
        ("permalink: :category/:name.html\nfilename_case: 1", ["category: A b"], "/a-b/a.html"),
        (
            "permalink: :category/\ncategory_map: {新闻: news}",
            ["categories:", "- [x]", "- [新闻, b]"],
            "/news/b/",
        ),
        ("permalink: :category/:title/", [], "/uncategorized/a/"),
        ("permalink: :lang/:title/\npermalink_defaults: {lang: en}", [], "/en/a/"),
        ("permalink: :lang/:title/\npermalink_defaults: {lang: en}", ["lang: fr"], "/fr/a/"),
        ("permalink: posts/:abbrlink.html", ["abbrlink: 0120"], "/posts/120.html"),
        ("permalink: posts/:abbrlink.html", ["abbrlink: '0120'"], "/posts/0120.html"),
        ("permalink: posts/:abbrlink.html", ["abbrlink: 3e5"], "/posts/300000.html"),
        ("permalink: :post_title-:i_month-:i_day/", [], "/a-post-one-5-11/"),
        ("permalink: :title.html\npretty_urls: {trailing_html: false}", [], "/a"),
        ("permalink: :title/index.html\npretty_urls: {trailing_index: false}", [], "/a/"),
        ("permalink: :title\npost_asset_folder: true", [], "/a/"),
        ("permalink: ':year//:title/'", ["permalink: /x/y.html"], "/x/y.html"),
        ("permalink: :timestamp/", [], "/1778484600/"),
        ("permalink: :hour-:minute-:second/", [], "/09-30-00/"),
    ],
)
def test_patterns(tmp_path: Path, config: str, lines: list[str], path: str) -> None:
    post = read_one(tmp_path, config, head("A Post - One", *DATED, *lines))
    assert post.url == f"https://gazette.example{path}"
    assert post.problem == ""


def test_the_configuration_s_own_path_wins(tmp_path: Path) -> None:
    post = read_one(tmp_path, "permalink: x/", head("A", *DATED), path="mine/:title/")
    assert post.url == "https://gazette.example/mine/a/"


def test_what_a_pattern_needs_and_lacks_is_named(tmp_path: Path) -> None:
    post = read_one(tmp_path, "permalink: p/:abbrlink/", head("A", *DATED))
    assert "needs abbrlink" in post.problem


def test_a_date_in_the_file_s_name(tmp_path: Path) -> None:
    config = "new_post_name: :year-:month-:day-:title.md"
    post = read_one(tmp_path, config, head("A"), "2026-05-11-a-b.md")
    assert post.url == "https://gazette.example/2026/05/11/a-b/"
    assert post.date is not None
    assert post.date.isoformat() == "2026-05-11T00:00:00+02:00"
    assert post.problem == ""


def test_a_date_that_only_the_file_has_is_named(tmp_path: Path) -> None:
    post = read_one(tmp_path, "", head("A"))
    assert (post.date is not None, post.status) == (True, Status.UNDATED)
    assert "its only date is the time of its file" in post.problem


@pytest.mark.parametrize(
    ("options", "link"),
    [("", "47933"), ("{rep: hex}", "bb3d"), ("{alg: crc32, rep: hex}", "cbf43926")],
)
def test_a_short_link_is_the_checksum_of_the_title(tmp_path: Path, options: str, link: str) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"hexo-abbrlink": "2"}}')
    config = f"permalink: p/:abbrlink/\nabbrlink: {options}\n"
    post = read_one(tmp_path, config, head("'123456789'", *DATED))
    assert post.url == f"https://gazette.example/p/{link}/"
    assert post.problem == ""


def test_a_null_is_written_as_hexo_does(tmp_path: Path) -> None:
    post = read_one(tmp_path, "permalink: p/:abbrlink/", head("A", *DATED, "abbrlink:"))
    assert post.url == "https://gazette.example/p/null/"
    assert "needs abbrlink" in post.problem


@pytest.mark.parametrize(
    ("workflow", "day"),
    [
        ("run: hexo generate", "10"),
        ("env:\n  TZ: Asia/Tokyo\nrun: npm run build", "11"),
        ("run: make lint", "11"),
    ],
)
def test_addresses_have_the_days_of_the_machine_that_builds(
    tmp_path: Path, workflow: str, day: str
) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "deploy.yml").write_text(workflow)
    post = read_one(tmp_path, "timezone: Asia/Shanghai", head("A", "date: 2026-05-11 02:00"))
    assert post.date is not None
    assert post.date.isoformat() == "2026-05-11T02:00:00+08:00"
    assert post.url == f"https://gazette.example/2026/05/{day}/a/"


def test_a_quoted_picture_can_be_kept(tmp_path: Path) -> None:
    post = read_one(tmp_path, "", head("A", *DATED, "cover: >-", "  https://a.example/b?c=1"))
    assert post.image == "https://a.example/b?c=1"


@pytest.mark.parametrize(
    ("written", "is_hidden"),
    [("false", True), ("'false'", True), ("0", True), ("no", False), ("", False), ("true", False)],
)
def test_published_is_read_as_yaml_1_2_has_it(
    tmp_path: Path,
    written: str,
    is_hidden: bool,  # noqa: FBT001 - a row of a table
) -> None:
    assert read_one(tmp_path, "", head("A", *DATED, f"published: {written}")).draft is is_hidden


def test_tabs_indent_settings(tmp_path: Path) -> None:
    config = "permalink: :title.html\nmine:\n\tone: 1\n\ttwo:\n\t\tthree: 3\n"
    assert read_one(tmp_path, config, head("A", *DATED)).url == "https://gazette.example/a.html"


def test_a_plugin_hides_posts(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"hexo-hide-posts": "1"}}')
    assert read_one(tmp_path, "", head("A", *DATED, "hidden: true")).draft


def test_a_format_of_a_plugin_is_named(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"hexo-renderer-org": "1"}}')
    post = read_one(tmp_path, "", "#+TITLE: Old\n", "old.org")
    assert post.status is Status.UNREADABLE
    assert ".org" in post.problem


@pytest.mark.parametrize(
    ("pattern", "path", "named"),
    [
        (":title.md", "deep/A b.c.md", Named("deep/A b.c", "", {})),
        (":year-:month-:day-:title.md", "2026-05-11-x.md", Named("x", "2026-05-11", {})),
        (":i_month/:year/:i_day-:title.md", "5/2026/1-x.md", Named("x", "2026-5-1", {})),
        (":year-:title.md", "deep/A b.md", Named("deep-A-b", "", {})),
        (":lang/:title.md", "fr/x/y.md", Named("x/y", "", {"lang": "fr"})),
    ],
)
def test_file_names(pattern: str, path: str, named: Named) -> None:
    assert Names(pattern).read(path) == named


@pytest.mark.parametrize(
    ("text", "case", "expected"),
    [
        ("Hello, World!", 0, "Hello-World"),
        ("Hello, World!", 1, "hello-world"),
        ("a_b", 2, "A-B"),
        ("Ünïcode straße Łódź æ", 1, "unicode-strase-lodz-ae"),
        ("安装。指南", 1, "安装。指南"),
        ("\uff46ull Ǯ", 0, "full-Ǯ"),
        ("\x01 -- x", 0, "x"),
    ],
)
def test_slugs(text: str, case: int, expected: str) -> None:
    assert slug(text, case) == expected


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("a//b c#?", "/a/b%20c%23%3F"),
        ("100%/x", "/100%25/x"),
        ("%E5%AE%89", "/%E5%AE%89"),
        ("安", "/%E5%AE%89"),
    ],
)
def test_paths(path: str, url: str) -> None:
    assert url_path(path) == url


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-05-11 09:30:00", "2026-05-11T09:30:00+02:00"),
        ("2026/5/11 9:5", "2026-05-11T09:05:00+02:00"),
        ("2026-05-11T09:30:00.000Z", "2026-05-11T09:30:00+00:00"),
        ("05/04/2026 10:00", "2026-05-04T10:00:00+02:00"),
        ("2026-04-31", "2026-05-01T00:00:00+02:00"),
        ("Mon May 11 2026 09:30:00 GMT+0800 (CST)", "2026-05-11T09:30:00+08:00"),
    ],
)
def test_dates(written: str, expected: str) -> None:
    assert hexo_date(written, ZoneInfo("Europe/Paris")).value.isoformat() == expected


@pytest.mark.parametrize("written", ["soon", "2026-13-01", "2026-05-32"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="date"):
        hexo_date(written, UTC)


def test_a_hash_is_made_of_slug_and_time() -> None:
    parts = Parts("hello", "", "", datetime(2026, 5, 11, 7, 30, tzinfo=UTC), {}, {})
    assert Permalink(":hash").fill(parts) == ("6a44ef5140cb", "")


@pytest.mark.parametrize(
    "files",
    [
        {"_config.yml": "title: x\n"},
        {"_config.yml": "title: x\n", "package.json": '{"dependencies": {"other": "1"}}'},
        {"package.json": '{"dependencies": {"hexo": "1"}}'},
        {"_config.yml": "title: x\n", "package.json": "{"},
    ],
)
def test_what_is_no_site(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert detect_by("hexo", tmp_path) is None


@pytest.mark.parametrize(
    ("config", "base_url"),
    [
        ("url: https://a.example/blog/\nroot: /blog/", "https://a.example/blog"),
        ("url: https://a.example\nroot: /blog/", "https://a.example/blog"),
        ("url: nothing", ""),
        ("source_dir: ../..", ""),
    ],
)
def test_addresses_of_sites(tmp_path: Path, config: str, base_url: str) -> None:
    keys = "public_dir: public\nnew_post_name: :title.md\nskip_render:\n"
    (tmp_path / "_config.yml").write_text(f"{config}\n{keys}")
    found = detect_by("hexo", tmp_path)
    assert found is not None
    assert found.base_url == base_url
    assert found.sure is Sure.LIKELY
