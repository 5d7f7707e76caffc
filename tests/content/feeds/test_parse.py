"""Items of RSS, Atom and JSON feeds as plain text, whatever stands in them."""

import json

import pytest

from publisher.content.feeds.entries import Entry
from publisher.content.feeds.parse import parse
from publisher.errors import ContentError

URL = "https://gazette.example/blog/feed.xml"
RSS = """\
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Gazette</title><link>https://gazette.example/</link><language>en-GB</language>
%s
</channel></rss>
"""
ITEM = """\
<item><title>Bread &amp; &lt;b&gt;butter&lt;/b&gt;</title><link>/bread?a=1&amp;b=2</link>
<guid isPermaLink="false">urn:1</guid><pubDate>Mon, 11 May 2026 09:30:00 +0100</pubDate>
<dc:creator>Ada Moor</dc:creator><category>Food</category><category>Towns</category>
<description>&lt;p&gt;The &lt;em&gt;bread&lt;/em&gt; of the town.&lt;/p&gt;
&lt;p&gt;More of it.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>All <img src="x.gif" width="1">
<img src="../loaf.jpg"> of it</p>]]></content:encoded>
</item>
"""
ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Gazette</title>
<link href="https://gazette.example/"/>
<entry><title type="html">Du &amp;lt;pain&amp;gt;</title><id>tag:gazette.example,2026:1</id>
<link rel="self" href="/self"/><link href="https://gazette.example/pain"/>
<updated>2026-05-12T08:00:00Z</updated>
<author><name>Ada</name></author><author><name>Ben</name></author>
<content type="html">&lt;h1&gt;Titre&lt;/h1&gt;
&lt;p&gt;Le pain de la ville est bon.&lt;/p&gt;</content></entry>
</feed>
"""


def read(text: str, mode: str = "paragraph", content_type: str = "") -> list[Entry]:
    return [raw.entry(mode) for raw in parse(text.encode(), content_type, URL)]


def test_rss() -> None:
    (entry,) = read(RSS % ITEM)
    assert entry == Entry(
        id="urn:1",
        url="https://gazette.example/bread?a=1&b=2",
        title="Bread & butter",
        summary="The bread of the town.",
        date=1778488200,
        categories=("Food", "Towns"),
        authors=("Ada Moor",),
        image="https://gazette.example/loaf.jpg",
        language="en-GB",
    )


def test_atom() -> None:
    (entry,) = read(ATOM)
    assert (entry.id, entry.url) == ("tag:gazette.example,2026:1", "https://gazette.example/pain")
    assert (entry.title, entry.summary) == ("Du <pain>", "Le pain de la ville est bon.")
    assert (entry.date, entry.updated, entry.moment) == (None, 1778572800, 1778572800)
    assert (entry.authors, entry.language) == (("Ada", "Ben"), "fr")


def test_json_feed() -> None:
    item = {
        "id": 7,
        "url": "https://gazette.example/seven",
        "external_url": "https://other.example/a",
        "content_html": "<p>Seven of them are here today.</p>",
        "date_published": "2026-05-11T09:30:00+01:00",
        "authors": [{"name": "Ada Moor"}, {"url": "https://ada.example"}],
        "tags": ["x", "y", "x"],
        "image": "/seven.png",
    }
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://gazette.example/",
        "items": [item, "no item", {"id": "https://gazette.example/8", "title": [1]}],
    }
    seven, eight = read(json.dumps(feed))
    assert (seven.id, seven.date, seven.title) == ("7", 1778488200, "")
    assert seven.summary == "Seven of them are here today."
    assert (seven.authors, seven.categories) == (("Ada Moor",), ("x", "y"))
    assert seven.image == "https://gazette.example/seven.png"
    assert seven.link == "https://other.example/a"
    assert (eight.url, eight.title) == ("https://gazette.example/8", "")


def item(inner: str) -> Entry:
    (entry,) = read(RSS % f"<item>{inner}</item>")
    return entry


def test_items_with_little() -> None:
    assert item("<title>A</title><link>/a</link>").id == "https://gazette.example/a"
    assert len(item("<title>A</title>").id) == 64
    assert item("<title>A</title>").url == ""
    permalink = item("<guid>https://gazette.example/p</guid>")
    assert (permalink.id, permalink.url) == ("https://gazette.example/p",) * 2
    page = item("<title>About</title><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate>")
    assert page.page and page.date is None
    assert not item("<title>A</title>").page


def test_hostile_items() -> None:
    entry = item(
        "<title>&lt;script&gt;alert(1)&lt;/script&gt;x\u202e y</title>"
        "<link>javascript:alert(1)</link><guid>a&#10;b</guid>"
        "<description>&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"
        "&lt;p onclick='a'&gt;Text of it &amp;amp; more.&lt;/p&gt;</description>"
        "<enclosure url='file:///etc/passwd' type='image/png'/>"
        "<category>" + "x" * 9_000 + "</category>"
    )
    assert entry.title == "x y"
    assert entry.url == ""
    assert entry.summary == "Text of it & more."
    assert entry.image == "https://gazette.example/x"
    assert len(entry.categories[0]) <= 200
    path = Entry(id="a\nb" + "y" * 900).path("h")
    assert path.startswith("feed:h/a\\nby") and len(path) < 230
    assert len(item("<title>" + "t" * 90_000 + "</title>").title) == 500


def test_a_teaser_that_is_cut_off() -> None:
    entry = item(
        "<title>A</title><description>The town is quiet today [&amp;hellip;]</description>"
    )
    assert entry.summary == "The town is quiet today…"


@pytest.mark.parametrize("mode", ["none", "more"])
def test_excerpts(mode: str) -> None:
    (entry,) = read(ATOM, mode)
    assert entry.summary == ("" if mode == "none" else "Le pain de la ville est bon.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "this is no feed"),
        ("<!doctype html><html><title>Gone</title></html>", "this is no feed"),
        ("plain words", "this is no feed"),
        ("/etc/passwd", "this is no feed"),
        ("https://other.example/feed.xml", "this is no feed"),
        ("{", "the feed is broken JSON"),
        ("{}", "this is no JSON Feed"),
        ("[" * 100_000, "this is no feed"),
        ('{"version":' + "[" * 100_000, "the feed is broken JSON"),
        ((RSS % ITEM)[:-30], "the feed is broken XML: "),
        (RSS % "<item><title>A</item>", "the feed is broken XML: mismatched tag (line 5)"),
    ],
)
def test_what_is_no_feed(text: str, problem: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(text)
    assert caught.value.message.startswith(problem)


def test_small_mistakes_are_forgiven() -> None:
    assert read(RSS % "<item><title>A &nbsp; b &hellip;</title></item>")[0].title == "A b …"
    assert read(RSS % "<item><title>A & b</title></item>")[0].title == "A & b"


def test_entities_do_not_multiply() -> None:
    lines = ['<!ENTITY a0 "lol">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    text = (RSS % "<item><title>&a9;</title></item>").replace(
        "<rss", f"<!DOCTYPE rss [{''.join(lines)}]><rss"
    )
    try:
        found = read(text)
    except ContentError:
        return
    assert len(found[0].title) <= 500


def test_an_external_entity_reads_no_file() -> None:
    text = (RSS % "<item><title>&x;</title></item>").replace(
        "<rss", '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss'
    )
    try:
        found = read(text)
    except ContentError:
        return
    assert "root:" not in found[0].title
