"""URLs as Jigsaw makes them, and what an author's own addresses may be."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.jigsaw.dates import php_date
from publisher.content.generators.jigsaw.slugs import slug, url_path
from publisher.content.generators.jigsaw.values import site_value
from publisher.model.posts import Post, Status

Reads = Callable[..., Post]
BASE = "https://gazette.example"


def url_of(post: Reads, *lines: str, name: str = "File_Name.md", **settings: object) -> str:
    head = "\n".join(["---", *lines, "date: 2020-09-07 20:19:33", "---", ""])
    return post(head, name=name, **settings).url.removeprefix(BASE)


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Over 9,000 in the U.S.", "over-9000-in-the-u.s"),
        ("Snake_case - and -- dashes", "snake-case-and-dashes"),
        ("Café Ångström über Straße", "cafe-angstrom-uber-strasse"),
        ("Cafe\u0301 combining", "cafe-combining"),
        ("Hard\u00a0space\u2009thin", "hard-space-thin"),
        ("¿Qué? ½ ² № ™ €", "que--2"),
        ("Привет мир", "privet-mir"),
        ("上海 news", "-news"),
        ("Jacob Blake&#039;s &amp; co", "jacob-blake039s-amp-co"),
        ("Is #MeToo over", "is"),
        ("100% sure? Yes!", "100-sure-yes"),
        ("../../etc/passwd", "....etcpasswd"),
        ("<script>alert(1)</script>", "scriptalert1script"),
        ("Emoji 🎉 party", "emoji-party"),
        ("2020", "2020"),
        ("010", "8"),
        ("1.50", "1.5"),
        ("2012-10-10", "1349827200"),
        ("'2012-10-10'", "2012-10-10"),
        ("Yes", "yes"),
        ("true", "1"),
        ('O\'Neil "quoted"', "oneil-quoted"),
        ("İstanbul", "istanbul"),
    ],
)
def test_a_title_becomes_the_sites_own_slug(post: Reads, title: str, path: str) -> None:
    pattern = "/articles/{-title}"
    assert url_of(post, f"title: {title}", path=pattern) == f"/articles/{path}"


@pytest.mark.parametrize("title", ["#StandWithSophie marches", "null", "false", "0", "~", '""'])
def test_a_title_that_the_site_reads_as_nothing_leaves_its_place_empty(
    post: Reads, title: str
) -> None:
    read = post(f"---\ntitle: {title}\ndate: 2020-01-01\n---\n")
    assert read.url == f"{BASE}/articles"
    assert read.status is Status.OK
    assert "title" in read.problem and read.problem_line is not None


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("", "/posts/file-name"),
        ("articles", "/articles/file-name"),
        ("/articles/", "/articles/file-name"),
        ("/a/{filename}", "/a/File_Name"),
        ("a/{_filename}/", "/a/file_name"),
        ("/a/{-filename}", "/a/file-name"),
        ("/a/{.title}", "/a/two.words"),
        ("/a/{+title}", "/a/two+words"),
        ("/a/{title}", "/a/Two%20Words"),
        ("/a/{slug}", "/a/own-slug"),
        ("/a/{missing}/{slug}", "/a/own-slug"),
        ("/{date|Y/m/d}/{-title}", "/2020/09/07/two-words"),
        ("/{date|y-n-j}/{-title}", "/20-9-7/two-words"),
        ("/{collection}/{-section}/{-title}", "/posts/inner-news/two-words"),
        ("/{extra.part}/x", "/deep/x"),
    ],
)
def test_jigsaws_path_syntax(post: Reads, pattern: str, path: str) -> None:
    lines = ["title: Two Words", "slug: own-slug", "section: Inner News", "extra:", "  part: deep"]
    assert url_of(post, *lines, path=pattern) == path


def test_the_date_of_a_file_name_can_be_left_out(post: Reads) -> None:
    name = "2020-09-07-Hello.blade.md"
    assert url_of(post, "title: T", name=name, path="") == "/posts/2020-09-07-hello"
    assert (
        url_of(post, "title: T", name=name, path="/b/{filename}", strip_file_date=True)
        == "/b/Hello"
    )


def test_a_date_in_the_path_is_the_days_in_the_sites_zone(post: Reads) -> None:
    head = "---\ntitle: T\ndate: 2020-09-07T23:30:00Z\n---\n"
    assert post(head, path="/{date|Y/m/d}/{-title}").url == f"{BASE}/2020/09/08/t"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("/own/place", f"{BASE}/own/place"),
        ("own/place/", f"{BASE}/own/place/"),
        ("/with space/é", f"{BASE}/with%20space/%C3%A9"),
        ("/kept%20as", f"{BASE}/kept%20as"),
        ("https://other.example/x?y=1#z", "https://other.example/x?y=1#z"),
        ("//other.example/x", "https://other.example/x"),
    ],
)
def test_an_authors_own_address_wins(post: Reads, address: str, url: str) -> None:
    read = post(f"---\ntitle: T\npermalink: '{address}'\ndate: 2020-01-01\n---\n")
    assert (read.url, read.problem) == (url, "")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/y", "https://", "https://u:p@x.example/"]
)  # fmt: skip
def test_an_address_that_is_no_web_page_is_refused(post: Reads, address: str) -> None:
    read = post(f"---\ntitle: T\npermalink: {address}\ndate: 2020-01-01\n---\n")
    assert read.url == f"{BASE}/articles/t"
    assert "http" in read.problem and read.problem_line == 3


def test_a_site_may_live_below_a_path(post: Reads) -> None:
    head = "---\ntitle: T\nimage: /blog/a.jpg\ndate: 2020-01-01\n---\n"
    read = post(head, url=f"{BASE}/blog/")
    assert read.url == f"{BASE}/blog/articles/t"
    assert read.image == f"{BASE}/blog/a.jpg"


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("https://images.example/a.jpg ", "https://images.example/a.jpg"),
        ("https://images.example/a b.jpg", "https://images.example/a%20b.jpg"),
        ("http://images.example/a?w=1&h=2", "http://images.example/a?w=1&h=2"),
        ("//images.example/a.jpg", "https://images.example/a.jpg"),
        ("/img/a.jpg", f"{BASE}/img/a.jpg"),
        ("img/a.jpg", f"{BASE}/img/a.jpg"),
        ("./img/a.jpg", f"{BASE}/img/a.jpg"),
        ("../img/a.jpg", f"{BASE}/img/a.jpg"),
        ("false", ""),
        ("null", ""),
        ("", ""),
    ],
)
def test_a_picture_is_as_a_reader_can_fetch_it(post: Reads, image: str, url: str) -> None:
    read = post(f"---\ntitle: T\nimage: {image}\ndate: 2020-01-01\n---\n")
    assert (read.image, read.problem) == (url, "")


@pytest.mark.parametrize("image", ["javascript:alert(1)", "data:image/png;base64,x", "file:///a"])
def test_a_picture_that_cannot_be_fetched_is_left_out(post: Reads, image: str) -> None:
    read = post(f"---\ntitle: T\nimage: {image}\ndate: 2020-01-01\n---\n")
    assert read.image == ""
    assert read.problem_line == 3


@given(st.text())
def test_a_path_is_always_plain_ascii(text: str) -> None:
    path = url_path("/a/" + slug(text))
    assert path.isascii() and path.isprintable() and path.startswith("/a")
    assert " " not in path and "//" not in path and not path.endswith("/")
    assert slug(slug(text)) == slug(text)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("text", "text"), ("TRUE", "1"), ("False", ""), ("Null", ""), ("no", "no"),
        ("1_000", "1000"),
        ("+7", "7"), ("-7", "-7"), ("0x1F", "31"), ("1e3", "1000"), ("1.10", "1.1"), (".5", "0.5"),
        ("007", "7"), ("-010", "-8"), ("99999999999999999999", "99999999999999999999"), (".", "."),
        ("2012-10-10 10:00:00", "1349863200"), ("2012-10-10T10:00:00Z", "2012-10-10T10:00:00Z"),
        ("2012-13-10", "2012-13-10"), ("2020-09-07-20-19-33", "2020-09-07-20-19-33"), ("-", "-"),
        (Quoted("007"), "007"), (Quoted("null"), "null"), (Quoted("0"), ""), ("1e9999", "INF"),
    ],
)  # fmt: skip
def test_a_value_is_what_symfony_and_php_make_of_it(value: str, read: str) -> None:
    assert site_value(value) == read


def test_phps_date_letters() -> None:
    moment = datetime(2021, 1, 3, 0, 5, 9, tzinfo=UTC)
    written = php_date(moment, "d j D l N w z S W o m n M F Y y a A g G h H i s U")
    assert written == (
        "03 3 Sun Sunday 7 0 2 rd 53 2020 01 1 Jan January 2021 21 am AM 12 0 12 00 05 09"
        f" {int(moment.timestamp())}"
    )
    assert php_date(moment.replace(day=11, hour=15), r"jS \o\f F, g\h") == "11th of January, 3h"


def test_a_misspelt_parameter_of_the_path_is_named(post: Callable[..., Post]) -> None:
    head = "---\ntitle: T\ndate: 2020-09-07\n---\n"
    problem = post(head, path="/{titel}").problem
    assert problem.startswith("the site reads no titel here, so the page's address is ")
    assert problem.endswith("; did content.path mean {title}?")
    assert post(head, path="/{category}").problem.endswith("give the post a category, in quotes")
