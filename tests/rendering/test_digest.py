import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import TemplateError
from publisher.model.deliveries import Rendered
from publisher.model.posts import Pick, Post
from publisher.rendering.brand import Brand
from publisher.rendering.digest import render_digest, to_html
from publisher.rendering.merge_fields import Recipient, merge
from publisher.rendering.templates import Templates
from tests.rendering.samples import SITE, SLOT, Golden, gazette, picks, sectioned

ADA = Recipient(
    "ada@reader.example", "Ada", "https://letters.example/u/1", "https://letters.example/e"
)
NOBODY = Recipient("a@reader.example", "", "mailto:news@gazette.example?subject=unsubscribe%201")


def digest(chosen: list[Pick], templates: Templates | None = None, **options: object) -> Rendered:
    arguments = {"newsletter": "daily", "template": "digest", "slot": SLOT, **options}
    return render_digest(templates or Templates(None), gazette(), chosen, **arguments)  # type: ignore[arg-type]


class _Page(HTMLParser):
    """Every tag with its attributes, and the text as it is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize(
    ("name", "chosen", "reader"),
    [
        ("digest", picks(), ADA),
        ("sections", sectioned(), NOBODY),
        ("bare", [Pick(Post("a.md", f"{SITE}/a", "Only a title"), "latest")], NOBODY),
    ],
)
def test_golden(golden: Golden, name: str, chosen: list[Pick], reader: Recipient) -> None:
    html, text = merge(digest(chosen), reader)
    golden(f"{name}.html", html)
    golden(f"{name}.txt", text)


def test_subject_is_the_lead_title_or_the_configured_line() -> None:
    assert digest(picks()).subject == picks()[0].post.title
    line = "{{ site.title }}: {{ lead[0].title|shorten(20) }} & {{ latest|length }} more"
    shown = digest(picks(), subject=line).subject
    assert shown == "The Example Gazette: The night the river… & 6 more"


def test_a_wrong_subject_is_an_error_that_names_it() -> None:
    with pytest.raises(TemplateError, match=r"config.yaml: subject: .*titel"):
        digest(picks(), subject="{{ lead[0].titel }}")


def test_no_header_takes_a_line_break_from_a_post() -> None:
    evil = Post("a.md", f"{SITE}/a", "Sale\r\nBcc: all@example.org\u2028\x00\x85X " + "long " * 60)
    rendered = digest([Pick(evil, "lead")])
    assert (
        re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", rendered.subject + rendered.preheader)
        is None
    )
    assert rendered.subject.startswith("Sale Bcc: all@example.org X long")
    assert len(rendered.subject) <= 150
    assert rendered.subject.endswith("long…")


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "{{ 7*7 }} {% raw %} {# x #}",
        "</mj-text></mj-column><mj-raw><b>",
        "]]> <![CDATA[ x ]]>",
        "&lt;b&gt; &amp;lt; &#039; &nbsp;",
        "\"double\" 'single' `back`",
        "\\u{fdd0} \\n \\ back",
        "<!-- comment --> <!--[if mso]>",
        "&#x0000003cb&#x0000003e",
        "e\u0301 ß 日本語 👩\u200d👧 \u2019 \u00a0x",
    ],
)
def test_hostile_words_are_shown_as_they_are(words: str) -> None:
    post = Post("a.md", f"{SITE}/a", words, f"About {words}", categories=(words,))
    rendered = digest([Pick(post, "lead"), Pick(replace(post, path="b.md"), "latest")])
    html, text = merge(rendered, NOBODY)
    seen, page = " ".join(words.split()), _Page(html)
    assert page.words.count(seen) >= 4
    assert seen in text
    assert not page.all("script")
    assert not page.all("b")
    assert not page.all("mj-raw")


@pytest.mark.parametrize("mark", list("\u061c\u200e\u200f\u202a\u202e\u2066\u2069\x07\x85\u2028"))
def test_no_header_takes_a_turn_from_a_post(mark: str) -> None:
    evil = Post("a.md", f"{SITE}/a", f"Sale{mark}gpj.exe")
    assert mark not in digest([Pick(evil, "lead")]).subject
    assert mark not in digest([Pick(evil, "lead")], subject="{{ lead[0].title }}" + mark).subject


def test_a_picture_has_the_text_of_its_author_or_none() -> None:
    told = replace(picks()[0].post, image_alt='A "boat"\u202e & a dog')
    html, _ = merge(digest([Pick(told, "lead"), Pick(replace(told, path="b.md"), "latest")]), ADA)
    assert [image["alt"] for image in _Page(html).all("img")] == ['A "boat" & a dog'] * 2
    assert "aria-hidden" not in html
    html, _ = merge(digest(picks()), ADA)
    assert {image["alt"] for image in _Page(html).all("img")} == {""}


@pytest.mark.parametrize("text", ["DSC_0012.JPG", "a-boat.webp", "A TELESCOPE in the attic", ""])
def test_the_title_and_a_files_name_are_no_text_of_a_picture(text: str) -> None:
    told = replace(picks()[0].post, title="A telescope in the attic", image_alt=text)
    html, _ = merge(digest([Pick(told, "lead")]), ADA)
    assert [image["alt"] for image in _Page(html).all("img")] == [""]


@pytest.mark.parametrize(
    ("show", "byline"),
    [
        (("author", "date"), "Ada Moor · 18 April 2026"),
        (("author",), "Ada Moor"),
        (("date",), "18 April 2026"),
        ((), ""),
    ],
)
def test_author_and_date_stand_where_they_are_wanted(show: tuple[str, ...], byline: str) -> None:
    signed = replace(picks()[0].post, author="Ada Moor")
    chosen = [Pick(signed, "lead"), Pick(replace(signed, path="b.md"), "latest")]
    html, text = merge(digest(chosen, show=show), ADA)
    assert _Page(html).words.count("Ada Moor") == (2 if "author" in show else 0)
    assert (text.count(f"\n{byline}\n") == 2) if byline else ("Ada Moor" not in text)
    assert not byline or html.count(f">{byline}<") == 2


def test_a_post_without_author_or_date_says_nothing_of_them() -> None:
    bare = Post("a.md", f"{SITE}/a", "Only a title")
    assert (
        digest([Pick(bare, "lead")], show=("author", "date")).html
        == digest([Pick(bare, "lead")]).html
    )


def test_a_storys_date_is_the_day_in_the_sites_zone_and_language() -> None:
    late = replace(picks()[0].post, date=datetime(2026, 4, 17, 23, 30, tzinfo=UTC))
    german = replace(gazette(), language="de", zone=ZoneInfo("Europe/Berlin"))
    rendered = render_digest(
        Templates(None), german, [Pick(late, "lead")],
        newsletter="daily", template="digest", slot=SLOT, show=("date",),
    )  # fmt: skip
    assert "18. April 2026" in rendered.text
    assert "Samstag, 18. April 2026" in rendered.html


def test_a_name_from_the_right_turns_no_date_round() -> None:
    signed = replace(picks()[0].post, author="\u0623\u062f\u0627")
    _, text = merge(digest([Pick(signed, "lead")], show=("author", "date")), ADA)
    assert "\u2068\u0623\u062f\u0627\u2069 · \u206818 April 2026\u2069" in text


def test_hostile_addresses_are_dropped() -> None:
    post = Post("a.md", "javascript:alert(1)", "Title", image='https://x.example/a.jpg" onerror="x')
    html, _ = merge(digest([Pick(post, "lead")]), NOBODY)
    assert "javascript:" not in html
    assert "onerror" not in html
    post = replace(post, url=f"{SITE}/a", image="data:image/svg+xml,<svg onload=x>")
    html, _ = merge(digest([Pick(post, "lead")]), NOBODY)
    assert "<img" not in html


def test_a_post_cannot_pose_as_a_readers_part() -> None:
    post = Post("a.md", f"{SITE}/a", "My \ufdd0email\ufdd1", "\ufdd2+name\ufdd3 \ufdd0name\ufdd1")
    html, text = merge(digest([Pick(post, "lead")]), ADA)
    assert "My email" in html
    assert "ada@reader.example" not in html + text
    assert re.search("[\ufdd0-\ufdef]", html + text) is None


def test_a_post_cannot_stop_an_edition_with_an_encoded_mark() -> None:
    post = Post(
        "a.md", f"{SITE}/%EF%B7%90name%EF%B7%91", "%EF%B7%90", image=f"{SITE}/%EF%B7%90.png"
    )
    assert f"{SITE}/%EF%B7%90name%EF%B7%91" in merge(digest([Pick(post, "lead")]), ADA)[0]
    post = replace(post, url=f"{SITE}/\ufdd0email\ufdd1")
    assert "ada@reader" not in "".join(merge(digest([Pick(post, "lead")]), ADA))


def test_every_readers_part_is_filled_in() -> None:
    html, text = merge(digest(picks()), ADA)
    assert "Ada, you get this email" in " ".join(_Page(html).words.split())
    assert {"https://letters.example/u/1", "https://letters.example/e"} <= {
        a["href"] for a in _Page(html).all("a")
    }
    assert "Hello Ada," in text
    html, text = merge(digest(picks()), NOBODY)
    assert "You get this email" in " ".join(_Page(html).words.split())
    assert "Read on the web" not in html + text
    assert "Hello" not in text


def test_links_carry_utm_parameters_and_the_site_link_does_not() -> None:
    html, text = merge(digest(picks(), utm={"utm_source": "mail"}), NOBODY)
    links = {str(a["href"]) for a in _Page(html).all("a")}
    stories = {link for link in links if "/articles/" in link}
    assert len(stories) == 7
    assert all(link.endswith("?utm_source=mail") for link in stories)
    assert SITE in links
    assert f"\n{SITE}/articles/3?utm_source=mail\n" in text


def test_a_screen_reader_gets_language_order_and_no_noise() -> None:
    html, _ = merge(digest(sectioned()), NOBODY)
    page = _Page(html)
    assert page.all("html")[0]["lang"] == "en-GB"
    assert all(table.get("role") == "presentation" for table in page.all("table"))
    assert all(image.get("alt") == "" and image["width"] for image in page.all("img"))
    headings = [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[:4] == ["h1", "h2", "h2", "h3"]
    assert headings.count("h1") == 1


def test_a_language_written_from_the_right() -> None:
    arabic = replace(gazette(), language="ar")
    rendered = render_digest(
        Templates(None), arabic, picks(), newsletter="", template="digest", slot=SLOT
    )
    assert _Page(rendered.html).all("html")[0]["dir"] == "rtl"


def test_the_logo_stands_for_the_title() -> None:
    look = Brand(logo=f"{SITE}/logo.png", logo_dark=f"{SITE}/dark.png")
    rendered = render_digest(
        Templates(None), gazette(look), picks(), newsletter="", template="digest", slot=SLOT
    )
    logo = next(i for i in _Page(rendered.html).all("img") if i.get("class") == "logo")
    assert (logo["src"], logo["alt"]) == (f"{SITE}/logo.png", "The Example Gazette")


def test_text_part_is_wrapped_and_links_stand_alone() -> None:
    _, text = merge(digest(picks(), utm={"utm_campaign": "x" * 80}), NOBODY)
    lines = text.splitlines()
    links = [line for line in lines if "://" in line]
    assert len(links) == 8
    assert all(line.startswith("https://") for line in links)
    assert max(len(line) for line in lines if "://" not in line) <= 72
    assert not re.search(r"<|&\w+;|\n\n\n", text)


def test_a_mail_that_gmail_would_clip_is_told() -> None:
    chosen = [Pick(replace(picks()[1].post, path=f"{n}.md"), "latest") for n in range(120)]
    (warning,) = digest(chosen).warnings
    assert re.match(r"The HTML is \d+ kB; Gmail cuts off what is above 102 kB", warning)
    assert digest(picks()).warnings == ()


def test_same_input_same_output() -> None:
    assert digest(picks()) == digest(picks())


def test_mrml_keeps_what_it_would_have_escaped_by_itself(own: Path) -> None:
    source = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"
    button = '<mj-button href="https://a.example/\\é" title="{{ word }}">x</mj-button>'
    (own / "x.mjml.j2").write_text(source.format(button), encoding="utf-8")
    word = "\\ e\u0301 \u00a0 \u200d 👩"
    link = _Page(to_html(Templates(own), "x.mjml.j2", {"word": word})).all("a")[0]
    assert link["href"] == "https://a.example/\\é"


def test_what_is_no_mjml_is_an_error_with_the_templates_name(own: Path) -> None:
    (own / "digest.mjml.j2").write_text("hello", encoding="utf-8")
    with pytest.raises(
        TemplateError, match=r"templates/digest.mjml.j2: its output is not valid MJML"
    ):
        digest(picks(), Templates(own))
