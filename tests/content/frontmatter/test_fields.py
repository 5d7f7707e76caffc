"""The names authors use, and what their values mean."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from publisher.content.frontmatter.text import for_people
from publisher.model.posts import Post

Reads = Callable[..., Post]


def reads(post: Reads, *lines: str) -> Post:
    return post("\n".join(["---", "title: T", "date: 2020-09-07 10:00:00", *lines, "---", ""]))


@pytest.mark.parametrize(
    ("lines", "categories"),
    [
        (["categories: [latest, tv]"], ("latest", "tv")),
        (["categories: [latest, latest]"], ("latest",)),
        (["categories: ['Arts &amp; Culture', ' tv ', '']"], ("Arts & Culture", "tv")),
        (["categories: tv, news"], ("tv", "news")),
        (["categories: tv news"], ("tv", "news")),
        (["category: Local News"], ("Local News",)),
        (["categories:", "tags: [a, b]"], ("a", "b")),
        (["categories:", "- x", "- y"], ("x", "y")),
        (["taxonomies:", "  tags: [a]"], ("a",)),
        (["tags: null"], ()),
        (["categories: [1, true]"], ("1", "true")),
        (["categories: {a: b}"], ()),
    ],
)
def test_categories(post: Reads, lines: list[str], categories: tuple[str, ...]) -> None:
    assert reads(post, *lines).categories == categories


@pytest.mark.parametrize("word", ["true", "True", "yes", "on", "1", "'true'", "5"])
def test_featured(post: Reads, word: str) -> None:
    assert reads(post, f"featured: {word}").featured


@pytest.mark.parametrize("word", ["false", "no", "off", "0", "null", "", "maybe", "[true]"])
def test_not_featured(post: Reads, word: str) -> None:
    read = reads(post, f"featured: {word}")
    assert not read.featured
    unclear = word in {"maybe", "[true]"}
    assert read.problem.startswith("featured is neither true nor false") is unclear
    assert read.problem_line == (4 if unclear else None)


def test_a_title_that_is_a_list_is_a_problem(post: Reads) -> None:
    read = post("---\ndate: 2020-09-07\ntitle: [a, b]\n---\n")
    assert (read.title, read.problem_line) == ("[a, b]", 3)
    assert read.problem == "the title is a list, so it is shown as written; write one text"


@pytest.mark.parametrize(
    "line",
    [
        "draft: true", "published: false", "private: yes", "hidden: 1", "status: draft",
        "status: Private", "status: hidden", "_discoverable: no", "unlisted: true",
    ],
)  # fmt: skip
def test_a_draft_is_kept_back(post: Reads, line: str) -> None:
    assert reads(post, line).draft


@pytest.mark.parametrize("line", ["draft: false", "published: true", "status: published", "x: y"])
def test_no_draft(post: Reads, line: str) -> None:
    assert not reads(post, line).draft


def test_published_may_be_the_date(post: Reads) -> None:
    read = post("---\ntitle: T\npublished: 2020-09-07\n---\n")
    assert read.date_only
    assert not read.draft


@pytest.mark.parametrize("key", ["expires", "expiry", "expirydate", "expiryDate"])
def test_a_bare_expiry_date_lasts_its_whole_day(post: Reads, key: str) -> None:
    assert reads(post, f"{key}: 2020-09-07").expires == datetime(2020, 9, 7, 23, tzinfo=UTC)
    exact = reads(post, f"{key}: 2020-09-07 12:00 UTC").expires
    assert exact == datetime(2020, 9, 7, 12, tzinfo=UTC)


def test_other_fields(post: Reads) -> None:
    read = reads(post, "updated: 2020-09-08 10:00 UTC", "weight: 3", "lang: de", "summary: Short.")
    assert read.updated == datetime(2020, 9, 8, 10, tzinfo=UTC)
    assert (read.weight, read.language, read.description) == (3, "de", "Short.")
    assert reads(post, "weight: heavy", "updated: soon", "expires: never").weight is None


def test_a_mapping_holds_dates_and_pictures(post: Reads) -> None:
    read = post(
        "---\ntitle: T\ndate:\n  created: 2020-09-07 10:00 UTC\n  updated: 2020-09-08 10:00 UTC\n"
        "image:\n  src: /a.jpg\n  alt: A\n---\n"
    )
    assert read.date == datetime(2020, 9, 7, 10, tzinfo=UTC)
    assert read.updated == datetime(2020, 9, 8, 10, tzinfo=UTC)
    assert read.image == "https://gazette.example/a.jpg"


def test_the_first_description_that_says_something_counts(post: Reads) -> None:
    assert reads(post, "description: ''", "excerpt: ' '", "subtitle: S").description == "S"
    assert reads(post, "x: y").description == ""


def test_a_title_is_looked_for_in_the_body_then_in_the_file_name(post: Reads) -> None:
    read = post("---\ndate: 2020-09-07\n---\nIntro\n\n# The *big* [day](https://x.example) #\n")
    assert (read.title, read.problem.partition(";")[0]) == ("The big day", _misread("title"))
    read = post("---\ndate: 2020-09-07\n---\nBody\n", name="2020-09-07-some_file-name.md")
    assert read.title == "Some file name"
    assert read.problem.startswith("no title")


def _misread(name: str) -> str:
    place = "https://gazette.example/articles"
    return f"the site reads no {name} here, so the page's address is {place}"


def test_a_date_may_stand_in_the_file_name(post: Reads) -> None:
    read = post("---\ntitle: T\n---\n", name="2020-09-07-hello.md")
    assert (read.date_only, read.problem) == (True, "")


def test_the_sites_own_date_format(post: Reads) -> None:
    read = post("---\ntitle: T\ndate: 05.06.2020 7h\n---\n", date_format="%d.%m.%Y %Hh")
    assert read.date is not None and read.date.isoformat() == "2020-06-05T07:00:00+01:00"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  a \t\u00a0 b\n", "a b"),
        ("a\x00b\x1b[0m", "ab[0m"),
        ("a\u200bb\ufeffc\u202ed", "abcd"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\ud83d x", "x"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
    ],
)
def test_text_for_people(raw: str, shown: str) -> None:
    assert for_people(raw) == shown


@pytest.mark.parametrize(
    ("lines", "alt"),
    [
        (["image: /a.jpg", "image_alt: 'A boat  &amp; a dog'"], "A boat & a dog"),
        (["image: /a.jpg", "imageAlt: A boat"], "A boat"),
        (["image: {src: /a.jpg, alt: A boat}"], "A boat"),
        (["image:", "  path: /a.jpg", "  alt: A boat"], "A boat"),
        (["cover:", "  image: /a.jpg", "  alt: A boat"], "A boat"),
        (["cover_image: /a.jpg", "cover_alt: A boat"], "A boat"),
        (["heroImage: ./a.jpg", "heroImageAlt: A boat"], "A boat"),
        (["heroImage: ./a.jpg", "heroAlt: A boat"], "A boat"),
        (["image: /a.jpg", "thumbnail: /b.jpg", "thumbnail_alt: Another"], ""),
        (["image: /a.jpg", "image_alt: null"], ""),
        (["image: /a.jpg"], ""),
        (["image_alt: Of no picture"], ""),
    ],
)
def test_a_pictures_text_is_the_one_beside_it(post: Reads, lines: list[str], alt: str) -> None:
    assert reads(post, *lines).image_alt == alt


@pytest.mark.parametrize(
    ("lines", "author"),
    [
        (["author: Ada Moor"], "Ada Moor"),
        (["author: 'Ada Moor <ada@gazette.example>'"], "Ada Moor"),
        (["author: ada@gazette.example (Ada Moor)"], "ada@gazette.example (Ada Moor)"),
        (["author: Ada Moor (ada@gazette.example)"], "Ada Moor"),
        (["authors: [Ada Moor, Ben Quay, Ada Moor]"], "Ada Moor, Ben Quay"),
        (["author: {name: Ada Moor, email: ada@gazette.example}"], "Ada Moor"),
        (["authors:", "- name: Ada Moor", "- name: Ben Quay"], "Ada Moor, Ben Quay"),
        (["author: https://social.example/@ada", "byline: Ada Moor"], "Ada Moor"),
        (["author: ~"], ""),
        (["author: false"], ""),
        (["authors: []"], ""),
        ([], ""),
    ],
)
def test_the_author_is_a_name(post: Reads, lines: list[str], author: str) -> None:
    assert reads(post, *lines).author == author
