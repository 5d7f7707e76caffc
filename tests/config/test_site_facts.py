import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.config.machine_zone import machine_zone
from publisher.config.site_address import is_local, is_placeholder
from publisher.config.site_facts import Fact, facts
from publisher.content.generators.base import Found


def site(root: Path, base_url: str = "", language: str = "", timezone: str = "") -> Found:
    found = Found(root=root, seen="site.toml", generator="jigsaw")
    return replace(found, base_url=base_url, language=language, timezone=timezone)


def url(root: Path, base_url: str = "") -> Fact:
    return facts(site(root, base_url), root, {}).url


def test_what_the_site_says_needs_no_guess(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("other.example\n")
    assert url(tmp_path, "https://own.example/") == Fact("https://own.example", "site.toml")


@pytest.mark.parametrize("place", ["CNAME", "static/CNAME", "public/CNAME", "content/extra/CNAME"])
def test_a_domain_for_github_pages(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("Blog.Gazette.Example\n")
    assert url(tmp_path) == Fact("https://blog.gazette.example", f"a guess by {place}")
    assert url(tmp_path, "https://example.org/").value == "https://blog.gazette.example"
    (tmp_path / place).write_text("two lines\nand no domain")
    assert url(tmp_path).is_open


@pytest.mark.parametrize(
    ("homepage", "expected"),
    [
        ("https://ada.gazette.example/blog/#readme", "https://ada.gazette.example/blog"),
        ("https://github.com/ada/blog", ""),
        ("http://localhost:3000", ""),
        ("https://your-name.example", ""),
        (3, ""),
    ],
)
def test_the_homepage_of_the_package(tmp_path: Path, homepage: object, expected: str) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"homepage": homepage}))
    found = url(tmp_path)
    assert (found.value, found.is_open) == (expected or "https://www.example.org", not expected)


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@github.com:Ada/blog.git", "https://ada.github.io/blog"),
        ("https://github.com/ada/Ada.github.io", "https://ada.github.io"),
        ("https://gitlab.com/ada/blog", ""),
    ],
)
def test_a_repository_on_github(tmp_path: Path, remote: str, expected: str) -> None:
    config = f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {remote}\n\tfetch = +a:b\n'
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(config)
    (tmp_path / "website").mkdir()
    found = facts(site(tmp_path / "website"), tmp_path / "website", {}).url
    assert (found.value == expected) is bool(expected)
    assert found.is_open is not bool(expected)


@pytest.mark.parametrize(
    "text", ["[", "{}", "[[]]", '{"homepage": "' + "\\ud800" + '"}', "[" * 99_999]
)
def test_broken_files_beside_it_say_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("CNAME", "package.json", ".git/config"):
        (tmp_path / name).write_text(text)
    assert url(tmp_path).is_open


def test_a_placeholder_is_kept_and_named(tmp_path: Path) -> None:
    found = facts(site(tmp_path, "https://example.org/"), tmp_path, {})
    assert found.url == Fact("https://example.org", "site.toml", is_open=True)
    assert found.remarks == ("https://example.org/ in site.toml is a placeholder: set site.url",)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org", "https://blog.example.com/x", "https://username.github.io",
        "https://yourdomain.com", "https://your-site.com", "https://mysite.com",
    ],
)  # fmt: skip
def test_placeholders(address: str) -> None:
    assert is_placeholder(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://gazette.example",
        "https://yourstory.com",
        "https://myself.dev",
        "https://example.dev",
        "nothing",
        "https://[",
    ],
)
def test_addresses_that_may_be_real(address: str) -> None:
    assert not is_placeholder(address)


def test_addresses_of_this_machine() -> None:
    assert (
        is_local("http://localhost:4000")
        and is_local("http://127.0.0.1")
        and is_local("http://[::1]")
    )
    assert not is_local("https://localhost.example")


def test_languages_are_written_as_tags(tmp_path: Path) -> None:
    assert facts(site(tmp_path, language="pt_BR.UTF-8"), tmp_path, {}).language.value == "pt-BR"
    odd = facts(site(tmp_path, language="english, mostly"), tmp_path, {})
    assert odd.language.value == "en"
    assert "no language tag" in odd.remarks[0]


@pytest.mark.parametrize(
    ("environ", "link", "expected"),
    [
        ({"TZ": "Europe/Paris"}, "Asia/Tokyo", ("Europe/Paris", "TZ")),
        ({"TZ": ":/usr/share/zoneinfo/Europe/Paris"}, "", ("Europe/Paris", "TZ")),
        ({"TZ": "UTC0"}, "", ("UTC", "TZ")),
        ({"TZ": "Mars/Olympus"}, "Asia/Tokyo", ("Asia/Tokyo", "localtime")),
        ({}, "posix/Asia/Tokyo", ("Asia/Tokyo", "localtime")),
        ({}, "Etc/UTC", ("UTC", "localtime")),
        ({}, "", ("UTC", "")),
        ({}, "Mars/Olympus", ("UTC", "")),
    ],
)
def test_the_zone_of_the_machine(
    tmp_path: Path, environ: Mapping[str, str], link: str, expected: tuple[str, str]
) -> None:
    localtime = tmp_path / "localtime"
    if link:
        (tmp_path / "zoneinfo" / link).parent.mkdir(parents=True)
        (tmp_path / "zoneinfo" / link).touch()
        localtime.symlink_to(tmp_path / "zoneinfo" / link)
    zone, origin = machine_zone(environ, localtime)
    assert (zone, Path(origin).name) == expected


def test_a_zone_that_the_machine_does_not_know_is_named(tmp_path: Path) -> None:
    found = facts(site(tmp_path, timezone="Asia/Beijing"), tmp_path, {"TZ": "Asia/Tokyo"})
    assert found.timezone == Fact("Asia/Tokyo", "this machine's TZ")
    assert "knows no time zone 'Asia/Beijing'" in found.remarks[0]
    known = facts(site(tmp_path, timezone="Asia/Shanghai"), tmp_path, {"TZ": "Asia/Tokyo"})
    assert known.timezone == Fact("Asia/Shanghai", "site.toml")


def test_a_folder_called_as_its_pages(tmp_path: Path) -> None:
    (tmp_path / "Ada.github.io").mkdir()
    found = url(tmp_path / "Ada.github.io")
    assert found == Fact("https://ada.github.io", "a guess by the folder's name")


def test_posts_are_looked_for_below_the_sites_own_folder(tmp_path: Path) -> None:
    (tmp_path / "www" / "blog").mkdir(parents=True)
    (source,) = facts(site(tmp_path / "www"), tmp_path, {}).sources
    assert source.folder == tmp_path / "www" / "blog"


def test_the_address_that_templates_write_before_pages(tmp_path: Path) -> None:
    layouts = tmp_path / "src" / "_includes"
    layouts.mkdir(parents=True)
    (layouts / "feed.njk").write_text('<link href="https://Gazette.example{{ post.url }}"/>')
    assert url(tmp_path).is_open, "one template alone may name another site"
    (layouts / "meta.js").write_text("const link = `https://gazette.example${page.url}`")
    (layouts / "share.njk").write_text(
        "https://social.example/{{ user }} https://o.example/x{{ url }}"
    )
    assert url(tmp_path) == Fact("https://gazette.example", "a guess by the site's templates")
    (layouts / "old.njk").write_text("https://old.example{{ page.url }}")
    assert url(tmp_path).is_open, "they disagree"


@pytest.mark.parametrize(
    "text",
    [
        '<meta property="og:url" content="https://gazette.example/" />{{ content }}',
        "<link rel='canonical' href='https://Gazette.example{{ page.url }}'>",
        """{{ head }} <link rel="canonical" href='https://gazette.example'>""",
    ],
)
def test_a_page_s_own_address_in_a_template(tmp_path: Path, text: str) -> None:
    theme = tmp_path / "themes" / "own" / "templates"
    theme.mkdir(parents=True)
    (theme / "base.html").write_text(text)
    assert url(tmp_path) == Fact("https://gazette.example", "a guess by the site's templates")


def test_other_sites_before_a_page_s_address(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("open('https://ai.example/' + url); 'https://ai.example' + href")
    (tmp_path / "b.js").write_text("open('https://ai.example/' + url)")
    (tmp_path / "c.html").write_text("<meta property='og:url' content='https://{{ host }}/'>")
    assert url(tmp_path).is_open
