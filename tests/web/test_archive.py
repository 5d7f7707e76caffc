"""The archive as it is served: what was sent, for everybody, and nobody's own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update

from publisher.config import load
from publisher.outbox.db.tables import editions
from publisher.outbox.outbox import Outbox
from publisher.web.app import make_app
from publisher.wiring import build
from tests.web.client import HOST, Client
from tests.web.conftest import CONFIG
from tests.web.editions import READER, publish, rendered

ATOM = "{http://www.w3.org/2005/Atom}"


class Browser(Client):
    """Asks the pages, and knows what is behind them."""

    outbox: Outbox


Open = Callable[[str], Browser]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """The pages of a newsletter with these options."""
    (tmp_path / "posts").mkdir()
    publishers = []

    def open_with(options: str) -> Browser:
        text = CONFIG.replace("daily: {", f"daily: {{{options}, ")
        (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
        publishers.append(build(load(tmp_path / "config.yaml", {}, sends=False)))
        client = Browser(make_app(publishers[-1]))
        client.outbox = publishers[-1].outbox
        return client

    yield open_with
    for publisher in publishers:
        publisher.__exit__()


def test_nothing_is_public_by_itself(opened: Open) -> None:
    client = opened("show: []")
    slug = publish(client.outbox)
    for path in ("/archive/daily/", f"/archive/daily/{slug}", "/archive/daily/feed.xml"):
        assert client.get(path).status == 404
    assert slug not in client.get("/archive/").text


def test_an_edition_is_there_once_somebody_has_got_it(opened: Open) -> None:
    client = opened("archive: true")
    slug = publish(client.outbox, sent=False)
    assert client.get(f"/archive/daily/{slug}").status == 404
    assert slug not in client.get("/archive/daily/").text
    assert slug not in client.get("/archive/daily/feed.xml").text
    publish(client.outbox, day=1)  # sends both
    assert client.get(f"/archive/daily/{slug}").status == 200
    assert slug in client.get("/archive/daily/").text


def test_an_edition_holds_nobody_s_name_address_or_link_to_leave(opened: Open) -> None:
    client = opened("archive: true")
    slug = publish(client.outbox)
    page = client.get(f"/archive/daily/{slug}")
    assert page.status == 200
    assert "a chain of neighbours stood on the stairs" in page.text
    (token,) = [row.token for row in client.outbox.operator.find()]
    for own in (*READER, "Ada", token, "/unsubscribe", "mailto:", "Unsubscribe", "\ufdd0"):
        assert own not in page.text
    assert f'<link rel="canonical" href="https://{HOST}/archive/daily/{slug}">' in page.text
    assert '<meta property="og:image" content="https://gazette.example/pictures/' in page.text
    assert page.headers["x-robots-tag"] == "all"


def test_it_runs_nothing_and_fetches_nothing_from_elsewhere(opened: Open) -> None:
    client = opened("archive: true")
    evil = rendered()
    html = evil.html.replace(
        "</body>",
        "<script>alert(1)</script><iframe src='https://evil.example'></iframe>"
        "<base href='https://evil.example'><link rel='stylesheet' href='https://evil.example/x'>"
        "<meta http-equiv='refresh' content='0;url=https://evil.example'><form action='x'></form>"
        "</body>",
    )
    slug = publish(client.outbox, text=type(evil)("Subject", html, evil.text))
    page = client.get(f"/archive/daily/{slug}")
    assert "evil.example" not in page.text
    assert not re.search(r"<(script|iframe|base|form|object)", page.text)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox allow-popups" in policy
    pictures = re.search(r"img-src ([^;]+);", policy)
    assert pictures is not None
    assert pictures[1].split() == [
        "https://gazette.example",
        "https://*.gazette.example",
        f"https://{HOST}",
    ]


def test_a_variant_of_a_segment_is_at_its_own_address_only(opened: Open) -> None:
    client = opened("archive: true")
    main = publish(client.outbox)
    variant = publish(client.outbox, segment="weekly")
    page = client.get(f"/archive/daily/{variant}")
    assert page.status == 200
    assert page.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert f'<link rel="canonical" href="https://{HOST}/archive/daily/{main}">' in page.text
    for path in ("/archive/", "/archive/daily/", "/archive/daily/feed.xml"):
        assert variant not in client.get(path).text


def test_noindex_is_for_readers_and_not_for_search_engines(opened: Open) -> None:
    client = opened("archive: noindex")
    slug = publish(client.outbox)
    for path in ("/archive/daily/", f"/archive/daily/{slug}", "/archive/"):
        page = client.get(path)
        assert page.status == 200
        assert page.headers["x-robots-tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in page.text


def test_many_editions_are_on_several_pages(opened: Open) -> None:
    client = opened("archive: true, title: The Daily")
    text = rendered()
    slugs = [publish(client.outbox, day=day, text=text) for day in range(31)]
    first, second = client.get("/archive/daily/"), client.get("/archive/daily/?page=2")
    assert [slug in first.text for slug in slugs] == [False] + [True] * 30
    assert slugs[0] in second.text and slugs[1] not in second.text
    assert f'href="https://{HOST}/archive/daily/?page=2"' in first.text
    assert f'rel="prev" href="https://{HOST}/archive/daily/"' in second.text
    for number in ("3", "0", "-1", "x", "99999999999999999999", "%00", "%D9%A1"):
        assert client.get(f"/archive/daily/?page={number}").status == 404


def test_the_feed_is_atom(opened: Open) -> None:
    client = opened("archive: true, about: 'News & views <daily>'")
    slug = publish(client.outbox, subject="Fish & chips <script>")
    answer = client.get("/archive/daily/feed.xml")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.body)  # noqa: S314 - our own
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Fish & chips <script>"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.attrib["href"] == f"https://{HOST}/archive/daily/{slug}"
    assert entry.findtext(f"{ATOM}id") == f"tag:gazette.example,2026:publisher/daily/{slug}"
    assert feed.findtext(f"{ATOM}subtitle") == "News & views <daily>"
    assert client.get("/archive/daily/feed.xml", if_none_match=answer.headers["etag"]).status == 304


def test_an_edition_of_the_time_before_slugs_has_an_address(opened: Open) -> None:
    client = opened("archive: true")
    text = rendered()
    draft_slug = publish(client.outbox, text=text)
    old = update(editions).where(editions.c.slug == draft_slug)
    client.outbox.archive.execute(old.values(slug="edition-1"))
    assert client.get("/archive/daily/edition-1").status == 200
    assert "/archive/daily/edition-1" in client.get("/archive/daily/").text


def test_a_hidden_edition_is_gone(opened: Open) -> None:
    client = opened("archive: true")
    slug = publish(client.outbox)
    (number,) = {row.edition_id for row in client.outbox.operator.find()}
    assert number is not None
    client.outbox.archive.hide([number], hidden=True)
    assert client.get(f"/archive/daily/{slug}").status == 404
    assert slug not in client.get("/archive/daily/").text


@pytest.mark.parametrize(
    ("path", "there"),
    [("/archive", "/archive/"), ("/archive/daily", "/archive/daily/")],
)
def test_an_address_without_its_end_leads_to_the_page(opened: Open, path: str, there: str) -> None:
    answer = opened("archive: true").get(path)
    assert (answer.status, answer.headers["location"]) == (308, f"https://{HOST}{there}")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/..",
        "/archive/../daily",
        "/archive/daily/..%2f",
        "/archive/%00/",
        "/archive/x",
    ],
)
def test_no_address_leads_elsewhere(opened: Open, path: str) -> None:
    answer = opened("archive: true").get(path)
    assert answer.status in (308, 404)
    assert answer.headers.get("location", f"https://{HOST}/").startswith(f"https://{HOST}/")


def test_empty_archives_say_so(opened: Open) -> None:
    client = opened("archive: true")
    assert "The first edition will stand here." in client.get("/archive/daily/").text
    assert "The first edition will stand here." in client.get("/archive/").text
    ET.fromstring(client.get("/archive/daily/feed.xml").body)  # noqa: S314 - our own
