"""Whatever a post says: its note fits as each network counts, and nothing is cut in its middle."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
import regex  # type: ignore[import-untyped] # ships without types
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.adapters import available, load
from publisher.adapters.http.text.counting import (
    emoji_in_bytes,
    graphemes,
    graphemes_at_most,
    utf8_bytes,
    utf16_units,
)
from publisher.adapters.http.text.lengths import count_characters
from publisher.adapters.http.text.weights import count_weighted
from publisher.model.messages import Limits, Measure
from publisher.model.posts import Post, Social
from publisher.rendering.note import NoteStyle, render_note
from publisher.rendering.templates import Templates
from tests.rendering.samples import SITE, gazette

URL = f"{SITE}/articles/a"
TEMPLATES = Templates(None)
MARKS = re.compile(r"[|{}@\[\]()<>#*_~\\]")


def escaped(text: str) -> int:
    return utf16_units(MARKS.sub(r"\\\g<0>", text))


STRICT = partial(count_characters, count=graphemes_at_most)
NETWORKS = {
    "weights": Limits(280, count_weighted),
    "graphemes, links as 23": Limits(
        500, count_characters, also=(Measure(500, STRICT, "characters by older servers"),)
    ),
    "graphemes and bytes": Limits(
        300,
        graphemes,
        also=(Measure(3000, utf8_bytes, "bytes"), Measure(300, graphemes_at_most, "at most")),
    ),
    "graphemes and few bytes": Limits(300, graphemes, also=(Measure(400, utf8_bytes, "bytes"),)),
    "UTF-16 units": Limits(1024, utf16_units),
    "escapes": Limits(400, escaped),
    "emoji in bytes": Limits(500, emoji_in_bytes),
    "code points": Limits(150, len),
}
NETWORKS |= {
    name: replace(limits, length=min(limits.length, 300))
    for name in available()
    if (limits := load(name).limits) is not None
}
LINKS = [
    "https://example.org/a.b/c/",
    "https://example.org/wiki/Bridge_(river)",
    "https://example.org/ümlaut?q=ä&r=é#f",
    "http://例え.jp/道/。/x",
    "www.example.org/path",
    "https://example.org/" + "long/" * 30,
]
WHOLE = [*LINKS, "#StandWithÉloïse", "@ann@social.example", "#" + "tag" * 20, "＃日本語"]  # noqa: RUF001 - a tag
PIECES = [
    *WHOLE,
    *(f"({link})." for link in LINKS[:2]),
    *(f"{link}," for link in LINKS[:3]),
    *(f"{link} \u2014" for link in LINKS[:2]),
    "[https://example.org/y]",
    "«https://example.org/z»",
    "(@bob.example.com)",
    "ann@mail.example.org",
    "สวัสดีชาวโลกนี่คือข้อความยาวมาก" * 4,
    "नमस्ते दुनिया। यह वाक्य है।",
    "x" * 400,
    "word",
    "Mr. Smith went. ",
    "مرحبا بالعالم 🇪🇬🇸🇦",
    "שלום 🇮🇱",
    "नमस्ते क्षत्रिय स्त्री",
    "👩‍👩‍👧‍👦👍🏽1️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿❤️‍🔥" * 8,
    "これは長い文章です。" * 6,
    "e\u0301\u0302" * 30,
    "$AAPL $MSFT",
    "<b>{{ 7 }}</b> & [x](y) *z* _w_ ~v~",
    "a.b.c.example.com",
    "…",
]  # fmt: skip


def whole_words(text: str, kept: str) -> None:
    """Each link, tag and mention that stands in `kept` is one of those in `text`."""
    inside = re.findall(r"(?:https?://|www\.)\S+|(?<!\S)[@#＃]\S+", kept)  # noqa: RUF001 - a tag
    known = re.findall(r"(?:https?://|www\.)\S+|(?<!\S)[@#＃]\S+", text)  # noqa: RUF001 - a tag
    trimmed = {word.rstrip(".,;:!?-/'\"") for word in known} | {*known}
    for word in inside:
        assert word.removesuffix("…").rstrip(".,;:!?-/'\"") in trimmed, word
        if "://" in word:
            assert word in known, word


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(NETWORKS)),
    st.lists(st.sampled_from(PIECES), max_size=25),
    st.lists(st.sampled_from(["world news", "Éloïse", "日本", "tv", "b" * 40]), max_size=30),
    st.sampled_from(["description", "title", "both"]),
    st.booleans(),
)
@example("weights", ["x" * 400], [], "both", False)  # noqa: FBT003 - an example
@example("escapes", ["(" * 300, "שלום 🇮🇱"], [str(n) + "tag" for n in range(30)], "both", False)  # noqa: FBT003
def test_a_note_fits_and_nothing_is_cut_in_its_middle(
    network: str,
    pieces: Sequence[str],
    categories: Sequence[str],
    lead: str,
    own: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    limits, words = NETWORKS[network], " ".join(pieces)
    post = Post(
        "p.md",
        URL,
        "https://example.org/a-title",
        words,
        categories=tuple(categories),
        social=Social(text=words if own else ""),
    )
    style = NoteStyle(lead=lead, hashtags=30)  # type: ignore[arg-type]
    made = render_note(TEMPLATES, gazette(), post, limits, style)
    whole = render_note(TEMPLATES, gazette(), post, None, style)
    assert limits.excess(made.text) == ""
    assert URL in made.text.split()
    assert made.tags == whole.tags[: len(made.tags)]
    whole_words(f"{whole.text} {post.title}", made.text)
    kept = made.text.split("\n\n")
    for part, full in zip(kept, whole.text.split("\n\n"), strict=False):
        beginning = part.removesuffix("…").rstrip()
        if full.startswith(beginning) and part != full and part.endswith("…"):
            ends = {match.end() for match in regex.finditer(r"\X", full)} | {0}
            assert len(beginning) in ends


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("title", [URL, "https://example.org/other", f"See {URL}"])
def test_a_title_that_is_a_link(network: str, title: str) -> None:
    post = Post("p.md", URL, title, "")
    text = render_note(TEMPLATES, gazette(), post, NETWORKS[network], NoteStyle()).text
    assert text.split().count(URL) == 1 and title in text


def test_a_link_in_words_that_are_not_shown_is_no_link_of_the_note() -> None:
    post = Post("p.md", URL, "Title", f"As told at {URL} before")
    text = render_note(TEMPLATES, gazette(), post, None, NoteStyle(lead="title")).text
    assert text == f"Title\n\n{URL}"


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("room", range(30, 90, 7))
def test_no_ellipsis_sticks_to_a_link(link: str, room: int) -> None:
    post = Post("p.md", URL, "", f"Read {link} and {'word ' * 40}")
    limits = Limits(room + len(URL), len)
    text = render_note(TEMPLATES, gazette(), post, limits, NoteStyle()).text
    assert f"{link}…" not in text
    assert link in text.split() or link[:8] not in text.removesuffix(URL)
