"""Sitemaps and feeds of every kind, broken and hostile ones among them."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.content.evidence import Evidence
from publisher.content.evidence.read import read_evidence
from publisher.errors import ContentError, PublisherError

URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
ONE = "https://g.example/one/"
BOMB = """<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<urlset><url><loc>https://g.example/one/</loc></url><url><loc>https://g.example/&c;</loc></url></urlset>"""

Reading = Callable[[str | bytes], Evidence]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Reads a file with a text."""

    def read(content: str | bytes) -> Evidence:
        file = tmp_path / "sitemap.xml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_evidence(str(file))

    return read


def urls(evidence: Evidence) -> list[str]:
    return [page.url for page in evidence.pages]


@pytest.mark.parametrize(
    "text",
    [
        URLSET.format(f"<url><loc> {ONE}\n</loc><lastmod>2026-05-11</lastmod></url>"),
        f"<urlset><url><loc><![CDATA[{ONE}]]></loc></url></urlset>",
        f'<s:urlset xmlns:s="http://www.sitemaps.org/x"><s:url><s:loc>{ONE}</s:loc></s:url></s:urlset>',
        f"<?xml version='1.0'?>\n<!-- made -->\n<urlset><url><loc>{ONE}</loc></url></urlset>",
        f"<urlset><url><loc>{ONE}</loc></url><url><loc>",
        f"<urlset><url><loc>{ONE}</loc><x>&nbsp;</x></url></urlset>",
        f"{ONE}\n",
        f"\ufeff# all pages\r\n{ONE}\r\n",
        f'<rss version="2.0"><channel><item><link>{ONE}</link></item></channel></rss>',
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{ONE}"/></entry></feed>',
        f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"url": "{ONE}"}}, 5]}}',
    ],
)
def test_one_page_in_every_format(reading: Reading, text: str) -> None:
    assert urls(reading(text)) == [ONE]
    assert urls(reading(gzip.compress(text.encode()))) == [ONE]


def test_what_is_known_of_a_page(reading: Reading) -> None:
    (page,) = reading(
        f'<rss version="2.0"><channel><item><title>One</title><link>{ONE}</link>'
        "<pubDate>Mon, 11 May 2026 09:30:00 +0200</pubDate></item></channel></rss>"
    ).pages
    assert (page.title, page.date and page.date.isoformat()) == ("One", "2026-05-11T07:30:00+00:00")


def test_translations_are_pages_and_pictures_are_none(reading: Reading) -> None:
    text = URLSET.format(
        f'<url><loc>{ONE}</loc><x:link xmlns:x="x" rel="alternate" href="https://g.example/fr/one/"/>'
        '<i:image xmlns:i="i"><i:loc>https://g.example/one.png</i:loc></i:image></url>'
    )
    assert urls(reading(text)) == [ONE, "https://g.example/fr/one/"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<!DOCTYPE html><html><body>Not found</body></html>", "is an HTML page"),
        ("<urlset></urlset>", "names no page"),
        ("", "names no page"),
        ("{", "names no page"),
        ("{" * 100_000, "names no page"),
        ("<rss><channel>", "names no page"),
        (b"\x1f\x8bnonsense", "cannot be read"),
        (b"\xff\xfe\x00\x01", "names no page"),
    ],
)
def test_what_is_no_sitemap_is_refused(reading: Reading, text: str | bytes, problem: str) -> None:
    with pytest.raises(ContentError) as raised:
        reading(text)
    assert problem in raised.value.message


def test_entities_are_not_expanded(reading: Reading) -> None:
    evidence = reading(BOMB)
    assert urls(evidence)[0] == ONE
    assert all(len(url) < 100 for url in urls(evidence))
    assert "EntitiesForbidden" in evidence.notes[0]


def test_a_bomb_of_nothing_is_cut(reading: Reading) -> None:
    with pytest.raises(ContentError, match="larger than"):
        reading(gzip.compress(b" " * 80_000_000))


def test_an_index_leads_to_the_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "posts.xml.gz").write_bytes(
        gzip.compress(URLSET.format(f"<url><loc>{ONE}</loc></url>").encode())
    )
    index = tmp_path / "sitemap.xml"
    index.write_text(
        "<sitemapindex><sitemap><loc>https://g.example/maps/posts.xml.gz</loc></sitemap>"
        "<sitemap><loc>https://g.example/gone.xml</loc></sitemap>"
        "<sitemap><loc>/../../etc/passwd</loc></sitemap>"
        f"<sitemap><loc>{tmp_path}/elsewhere/list.txt</loc></sitemap></sitemapindex>"
    )
    evidence = read_evidence(str(index))
    assert urls(evidence) == [ONE]
    assert any("gone.xml cannot be read" in note for note in evidence.notes)
    assert any("list.txt, which is not beside it" in note for note in evidence.notes)


def test_an_index_on_the_web_is_followed_but_not_for_ever() -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        if url.endswith("pages.xml"):
            return URLSET.format(f"<url><loc>{ONE}</loc></url>").encode()
        if url.endswith("broken.xml"):
            raise PublisherError("HTTP 500")
        number = len(asked)
        return (
            "<sitemapindex><sitemap><loc>https://other.example/pages.xml</loc></sitemap>"
            f"<sitemap><loc>broken.xml</loc></sitemap><sitemap><loc>/next-{number}.xml</loc></sitemap>"
            f"<sitemap><loc>{url}</loc></sitemap></sitemapindex>"
        ).encode()

    evidence = read_evidence("https://g.example/sitemap.xml", fetch)
    assert urls(evidence) == [ONE]
    assert len(asked) < 20
    assert any("HTTP 500" in note for note in evidence.notes)


def test_fifty_thousand_pages(reading: Reading) -> None:
    many = "".join(f"<url><loc>https://g.example/{n}</loc></url>" for n in range(50_000))
    assert len(reading(URLSET.format(many)).pages) == 50_000
