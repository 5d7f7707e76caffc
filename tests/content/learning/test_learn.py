"""Learning addresses: with half of the pages known, the other half must be right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

import pytest

from publisher.content.evidence import Evidence, Page
from publisher.content.generators import generator
from publisher.content.learning.learn import Learned, learn
from publisher.content.reader import read_site
from publisher.content.source import Rule, Source

TEXT = "harbour ferry baker's tide Über-wall C++ market Node.js (late) bridge & gull"
WORDS = TEXT.split(" ")
START = datetime(2025, 1, 1, 23, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
SITE = "https://gazette.example"


class Post:
    """One post of a made-up site."""

    def __init__(self, number: int) -> None:
        self.number = number
        chosen = [WORDS[(number * step + step) % len(WORDS)] for step in (1, 3, 7)]
        self.title = f"{' '.join(chosen)} {number}".capitalize()
        self.name = f"post-{number}-{chosen[0].strip('()&').lower()}"
        self.date = START + timedelta(days=number, hours=number % 5)
        self.section = ("news", "notes", "sport")[number % 3]


Rules = Callable[[Post], tuple[str, str, list[str]]]
"""A post's file, the path of its page, and further lines of its head."""


def plainly(post: Post) -> str:
    kept = "".join(mark if mark.isalnum() or mark in " -_" else "" for mark in post.title.lower())
    return "-".join(kept.replace("ü", "u").replace("-", " ").split())


def make(folder: Path, rules: Rules, count: int = 60) -> tuple[Source, dict[str, str]]:
    """A site on disk, its source, and the true URL of each file."""
    truth = {}
    for post in map(Post, range(count)):
        file, path, lines = rules(post)
        target = folder / "posts" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        head = ["---", f'title: "{post.title}"', f"date: {post.date:%Y-%m-%d %H:%M:%S}+00:00"]
        target.write_text("\n".join([*head, *lines, "---", "Text."]), encoding="utf-8")
        truth[f"posts/{file}"] = f"{SITE}{quote(path)}"
    source = Source(
        folder=folder / "posts", base=folder, url=SITE, zone=PARIS,
        generator="plain", language="en",
    )  # fmt: skip
    return source, truth


def learnt(source: Source, truth: dict[str, str], *others: str) -> tuple[Learned, Source]:
    """What every other URL teaches."""
    pages = [Page(url) for url in [*sorted(truth.values())[::2], *others]]
    learned = learn([source], Evidence("sitemap.xml", pages))
    return learned, replace(source, url=learned.url, urls=learned.sources[0].rules)


def addresses(source: Source) -> dict[str, str]:
    return {post.path: unquote(post.url) for post in read_site([source], None, lambda: START).posts}


CASES: dict[str, Rules] = {
    "/blog/:name/": lambda post: (f"{post.name}.md", f"/blog/{post.name}/", []),
    "/:name": lambda post: (f"{post.date:%Y-%m-%d}-{post.name}.md", f"/{post.name}", []),
    "/:file.html": lambda post: (
        f"{post.date:%Y-%m-%d}-{post.name}.md", f"/{post.date:%Y-%m-%d}-{post.name}.html", [],
    ),
    "/:year/:month/:name/": lambda post: (
        f"{post.name}.md", f"/{post.date.astimezone(PARIS):%Y/%m}/{post.name}/", [],
    ),
    "/:year~utc/:i_month~utc/:i_day~utc/:name/": lambda post: (
        f"{post.name}.md",
        f"/{post.date.year}/{post.date.month}/{post.date.day}/{post.name}/",
        [],
    ),
    "/articles/:title": lambda post: (f"{post.number}.md", f"/articles/{plainly(post)}", []),
    "/:{short}/": lambda post: (
        f"{post.number}.md", f"/s{post.number}/", [f"short: s{post.number}"],
    ),
    "/:folders/:name/": lambda post: (
        f"{post.section}/{post.number % 2}/{post.name}.md",
        f"/{post.section}/{post.number % 2}/{post.name}/",
        [],
    ),
    "/:category/:name/": lambda post: (
        f"{post.name}.md", f"/{post.section}/{post.name}/", [f"category: {post.section}"],
    ),
    "/:other_lang/:name/": lambda post: (
        f"{post.name}.md",
        f"{'/fr' if post.number % 2 else ''}/{post.name}/",
        ["lang: fr"] if post.number % 2 else [],
    ),
    "/blog/:name": lambda post: (f"{post.name}/index.md", f"/blog/{post.name}", []),
    "/:year-:month-:day/:name/": lambda post: (
        f"{post.date:%Y-%m-%d}-{post.name}.md",
        f"/{post.date.astimezone(PARIS):%Y-%m-%d}/{post.name}/",
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("pattern", CASES)
def test_half_of_a_sitemap_teaches_the_other_half(tmp_path: Path, pattern: str) -> None:
    source, truth = make(tmp_path, CASES[pattern])
    learned, taught = learnt(source, truth, f"{SITE}/", f"{SITE}/about/", f"{SITE}/tags/ferry/")
    expected = {path: unquote(url) for path, url in truth.items()}
    assert addresses(taught) == expected
    assert learned.sources[0].matched == learned.sources[0].explained == 30
    assert [rule.folder for rule in learned.sources[0].rules] == [""]


def test_rules_may_differ_by_folder(tmp_path: Path) -> None:
    def rules(post: Post) -> tuple[str, str, list[str]]:
        place = {"news": f"/n/{post.name}", "notes": f"/{post.date.year}/{post.name}.html"}
        file = f"{post.section}/{post.name}.md"
        return file, place.get(post.section, f"/{plainly(post)}/"), []

    source, truth = make(tmp_path, rules)
    learned, taught = learnt(source, truth)
    assert addresses(taught) == {path: unquote(url) for path, url in truth.items()}
    assert {rule.folder for rule in learned.sources[0].rules} == {"news/", "notes/", "sport/"}


def test_a_posts_own_address_wins_where_the_site_says_so(tmp_path: Path) -> None:
    def rules(post: Post) -> tuple[str, str, list[str]]:
        own = [f"permalink: /own/{post.number}/"] if post.number % 4 == 0 else []
        return f"{post.name}.md", f"/own/{post.number}/" if own else f"/{post.name}/", own

    source, truth = make(tmp_path, rules)
    _, taught = learnt(source, truth)
    assert addresses(taught) == {path: unquote(url) for path, url in truth.items()}


def test_it_loses_where_the_site_says_otherwise(tmp_path: Path) -> None:
    """An old address that was imported from elsewhere."""

    def rules(post: Post) -> tuple[str, str, list[str]]:
        return f"{post.name}.md", f"/b/{post.name}/", [f"url: /?p={post.number}"]

    source, truth = make(tmp_path, rules)
    _, taught = learnt(source, truth)
    assert addresses(taught) == {path: unquote(url) for path, url in truth.items()}


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("/:name/", ()),
        ("/:name", (Rule("", "generator~slash"),)),
        ("/:name.html", (Rule("", "generator~slash"),)),
    ],
)
def test_the_generators_rule_is_kept_or_mended(
    tmp_path: Path, path: str, rules: tuple[Rule, ...]
) -> None:
    source, truth = make(tmp_path, lambda post: (f"{post.name}.md", f"/{post.name}/", []))
    learned, _ = learnt(replace(source, path=path), truth)
    assert learned.sources[0].rules == rules


def test_host_and_base_path_are_learnt(tmp_path: Path) -> None:
    source, truth = make(tmp_path, lambda post: (f"{post.name}.md", f"/base/{post.name}/", []))
    source = replace(source, url="https://example.com/other", path="/:name/")
    learned, taught = learnt(source, truth)
    assert learned.url == f"{SITE}/base"
    assert learned.sources[0].rules == ()
    assert addresses(taught) == {path: unquote(url) for path, url in truth.items()}


def test_a_map_is_used_where_no_rule_explains_the_pages(tmp_path: Path) -> None:
    def rules(post: Post) -> tuple[str, str, list[str]]:
        secret = (post.number * 7919) % 9973
        return f"{post.name}.md", f"/x{secret}/{post.name}/", []

    source, truth = make(tmp_path, rules)
    learned, taught = learnt(source, truth)
    assert learned.sources[0].needs_map
    file = tmp_path / "map.txt"
    file.write_text("\n".join(truth.values()))
    assert addresses(replace(taught, sitemap=file)) == {
        path: unquote(url) for path, url in truth.items()
    }
    file.write_text("\n".join(sorted(truth.values())[::2]))
    found = addresses(replace(taught, sitemap=file))
    assert sum(found[path] == unquote(url) for path, url in truth.items()) == 30
    assert all(not found[path] or found[path] == unquote(url) for path, url in truth.items())


def test_a_map_that_changed_is_read_again(tmp_path: Path) -> None:
    source, _ = make(tmp_path, CASES["/blog/:name/"], count=1)
    file = tmp_path / "map.txt"
    source = replace(source, sitemap=file, urls=(Rule("", "sitemap"),))
    before = generator("plain")(source).version()
    file.write_text(f"{SITE}/x/post-0-ferry/\n")
    assert generator("plain")(source).version() != before


def test_a_map_that_is_gone_is_named(tmp_path: Path) -> None:
    source, _ = make(tmp_path, CASES["/blog/:name/"], count=2)
    source = replace(source, sitemap=tmp_path / "gone.xml", urls=(Rule("", "sitemap"),))
    posts = read_site([source], None, lambda: START).posts
    assert {post.url for post in posts} == {""}
    assert all("gone.xml cannot be read" in post.problem for post in posts)


def test_old_pages_change_nothing_but_what_is_surely_wrong(tmp_path: Path) -> None:
    """A built folder may be of last year."""
    source, truth = make(tmp_path, CASES["/blog/:name/"])
    old = [Page(url.replace("/blog/", "/2024/")) for url in truth.values()]
    mixed = [Page(url) for url in sorted(truth.values())[:40]] + old[40:]
    right = replace(source, path="/blog/:name/")
    kept = learn([right], Evidence("public", mixed), careful=True)
    assert kept.sources[0].rules == () and kept.url == SITE
    given_up = learn([right], Evidence("public", old), careful=True)
    assert given_up.sources[0].rules[0] == Rule("", "/2024/:slug/")


def test_nothing_is_learnt_of_another_site(tmp_path: Path) -> None:
    source, _ = make(tmp_path, CASES["/blog/:name/"])
    pages = [Page(f"https://other.example/{number}/") for number in range(200)]
    learned = learn([source], Evidence("sitemap.xml", pages))
    assert learned.sources[0].rules == () and learned.sources[0].matched == 0


@pytest.mark.parametrize(
    "url",
    ["", "http://[", "https://g.example/" + "a/" * 5_000, "https://g.example/:{a}/:name~/..%2f/",
     "https://g.example/%ff%00/post-1-ferry", "//g.example//post-2//", "/post-3-tide"],
)  # fmt: skip
def test_hostile_addresses_break_nothing(tmp_path: Path, url: str) -> None:
    source, truth = make(tmp_path, CASES["/blog/:name/"])
    learned, taught = learnt(source, truth, *[url] * 5)
    assert addresses(taught) == {path: unquote(each) for path, each in truth.items()}
    assert learned.url == SITE
