"""Where the site is, in repositories of every shape."""

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.content import generators
from publisher.content.accounts import accounts_in, accounts_of
from publisher.content.finding import count_posts, find_sites
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.reader import read_site
from publisher.content.source import Source

CONFIG = "<?php return ['baseUrl' => 'https://gazette.example', 'collections' => ['posts']];"
POST = "---\ntitle: One\ndate: 2026-05-11\n---\n"


def make(root: Path, posts: int = 1) -> Path:
    folder = root / "source" / "_posts"
    folder.mkdir(parents=True)
    (root / "config.php").write_text(CONFIG)
    for number in range(posts):
        (folder / f"{number}.md").write_text(POST)
    return root


def roots(top: Path) -> list[str]:
    return [each.root.relative_to(top).as_posix() for each in find_sites(top)]


def test_the_folder_itself_comes_before_those_below_it(tmp_path: Path) -> None:
    make(tmp_path)
    make(tmp_path / "website", posts=9)
    assert roots(tmp_path) == ["."]


@pytest.mark.parametrize("place", ["website", "docs", "apps/blog", "a/b/c/d"])
def test_a_site_below_the_repository(tmp_path: Path, place: str) -> None:
    make(tmp_path / place)
    assert roots(tmp_path) == [place]


def test_settings_in_a_folder_of_a_site_below(tmp_path: Path) -> None:
    (tmp_path / "site" / "config" / "_default").mkdir(parents=True)
    (tmp_path / "site" / "config" / "_default" / "hugo.toml").write_text(
        'baseURL = "https://gazette.example"\n'
    )
    (tmp_path / "site" / "content").mkdir()
    assert roots(tmp_path) == ["site"]


@pytest.mark.parametrize("zone", ["Asia/Beijing", "-0500", "Etc"])
@pytest.mark.parametrize(
    ("name", "settings", "posts"),
    [
        ("hugo", ("hugo.yaml", "baseURL: https://gazette.example\ntimeZone: "), "content"),
        (
            "hexo",
            ("_config.yml", "source_dir: source\npublic_dir: public\ntimezone: "),
            "source/_posts",
        ),
        ("jekyll", ("_config.yml", "markdown: kramdown\nplugins: []\ntimezone: "), "_posts"),
    ],
)
def test_a_zone_that_is_none_hides_no_site(
    tmp_path: Path, name: str, settings: tuple[str, str], posts: str, zone: str
) -> None:
    file, text = settings
    (tmp_path / file).write_text(f"{text}'{zone}'\n")
    if name == "hexo":
        (tmp_path / "package.json").write_text('{"dependencies": {"hexo": "1"}}')
    (tmp_path / posts).mkdir(parents=True)
    (tmp_path / posts / "2026-05-11-a.md").write_text(POST)
    (found,) = find_sites(tmp_path)
    assert (found.generator, count_posts(found)) == (name, 1)
    source = Source(
        folder=found.sources[0].folder,
        base=tmp_path,
        url="https://a.example",
        zone=ZoneInfo("UTC"),
        generator=found.generator,
    )
    (post,) = read_site([source], None, lambda: datetime(2100, 1, 1, tzinfo=UTC)).posts
    assert post.date == datetime(2026, 5, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "place",
    [
        "node_modules/x", "vendor/x", "themes/x", "themes/x/exampleSite", "exampleSite",
        "examples/x", "tests/fixtures/x", ".git/x", "dist", "_site", "a/b/c/d/e",
    ],
)  # fmt: skip
def test_what_is_nobodys_site(tmp_path: Path, place: str) -> None:
    make(tmp_path / place)
    assert roots(tmp_path) == []


def test_of_several_the_one_with_most_posts_is_first(tmp_path: Path) -> None:
    make(tmp_path / "a", posts=1)
    make(tmp_path / "b" / "c", posts=3)
    make(tmp_path / "d", posts=2)
    assert roots(tmp_path) == ["b/c", "d", "a"]
    assert [count_posts(each) for each in find_sites(tmp_path)] == [3, 2, 1]


def test_what_lies_inside_a_site_is_not_looked_at(tmp_path: Path) -> None:
    make(tmp_path / "site")
    make(tmp_path / "site" / "old")
    assert roots(tmp_path) == ["site"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").symlink_to(tmp_path)
    assert roots(tmp_path) == []
    assert find_sites(tmp_path / "missing") == []


def test_a_folder_of_posts_may_be_a_link(tmp_path: Path) -> None:
    make(tmp_path / "site")
    (tmp_path / "site" / "source" / "_posts").rename(tmp_path / "elsewhere")
    (tmp_path / "site" / "source" / "_posts").symlink_to(tmp_path / "elsewhere")
    (found,) = find_sites(tmp_path / "site")
    assert count_posts(found) == 1


def test_of_two_that_are_equally_sure_the_other_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)
    source = FoundSource("posts", tmp_path / "source" / "_posts")
    rival = Found(root=tmp_path, seen="quill.toml", sources=(source,), generator="quill")
    monkeypatch.setattr(generators, "generators", lambda: ["jigsaw", "quill"])
    known = generators.detect_by

    def detect_by(name: str, folder: Path) -> Found | None:
        return rival if name == "quill" else known(name, folder)

    monkeypatch.setattr(generators, "detect_by", detect_by)
    (found,) = find_sites(tmp_path)
    assert found.generator == "jigsaw"
    assert "publish init --generator quill" in found.notes[-1]
    rival = Found(root=tmp_path, seen="x", sure=Sure.LIKELY, sources=(source,), generator="quill")
    assert "quill" not in "".join(find_sites(tmp_path)[0].notes)


def test_a_generator_that_breaks_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_folder: Path) -> Found | None:
        raise RecursionError

    monkeypatch.setattr(generators.generator("jigsaw"), "detect", broken)
    make(tmp_path)
    assert roots(tmp_path) == []


def test_a_large_repository_is_looked_at_quickly(tmp_path: Path) -> None:
    """What looked at files, and not only at folders, would take much longer."""
    for number in range(100):
        folder = tmp_path / f"package-{number}" / "src"
        folder.mkdir(parents=True)
        for file in range(50):
            (folder / f"{file}.txt").touch()
    begun = time.perf_counter()
    assert roots(tmp_path) == []
    assert time.perf_counter() - begun < 1, "30 ms on an idle machine"


def test_accounts_stand_in_settings_and_data(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "config.php").write_text(CONFIG + "// https://twitter.com/gazette")
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data" / "me.yml").write_text("rel_me: https://Hachyderm.io/@ada\n")
    (tmp_path / "_data" / "me.png").write_text("https://mastodon.social/@picture")
    archive = "https://bsky.app/profile/somebody.else.dev" + " " * 200_000
    (tmp_path / "_data" / "comments.json").write_text(archive)
    (found,) = find_sites(tmp_path)
    assert accounts_of(found) == ("https://hachyderm.io/@ada", "https://x.com/gazette")


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("https://mastodon.social/@ada", "https://mastodon.social/@ada"),
        ("'https://mastodon.social/users/ada'", "https://mastodon.social/@ada"),
        ("creator: @ada@m.gazette.dev", "https://m.gazette.dev/@ada"),
        ("https://bsky.app/profile/ada.dev", "https://bsky.app/profile/ada.dev"),
        ("https://www.twitter.com/ada/", "https://x.com/ada"),
        ("https://twitter.com/intent/tweet?text=", ""),
        ("https://mastodon.social/@username https://x.com/twitter", ""),
        ("https://medium.com/@ada https://www.youtube.com/@ada https://www.threads.net/@ada", ""),
        ("https://mastodon.social/@ada/123456", ""),
        ("https://unpkg.com/@docsearch/css ada@example.com git@github.com:ada/blog", ""),
    ],
)
def test_addresses_of_accounts(text: str, account: str) -> None:
    assert list(accounts_in(text)) == ([account] if account else [])
