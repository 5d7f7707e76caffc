import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.adapters.http.text.weights import count_weighted
from publisher.errors import PublisherError
from publisher.model.messages import Limits, Note
from publisher.model.posts import Post, Social
from publisher.rendering.note import Lead, NoteStyle, neutral, render_note
from publisher.rendering.templates import Templates
from publisher.rendering.text.truncate import longest
from tests.rendering.samples import SITE, Golden, gazette, post

URL = f"{SITE}/a"
TEMPLATES = Templates(None)
PROSE = "Mr. Smith went to the U.S. on Monday. He liked it! Did he see https://example.org/a.b/c there? Nobody knows."  # noqa: E501 - one text


def in_bytes(text: str) -> int:
    return len(text.encode())


def weighted(text: str) -> int:
    """Links cost 23, letters beyond Latin two: the way of X, roughly."""
    short = re.sub(r"https?://\S+", "u" * 23, text)
    return sum(2 if ord(char) > 0x10FF else 1 for char in short)


def note(
    description: str, length: int | None = None, *, style: NoteStyle | None = None,
    categories: tuple[str, ...] = (), count: object = len, url: str = URL,
) -> Note:  # fmt: skip
    made = Post("p.md", url, "Title", description, categories=categories)
    limits = None if length is None else Limits(length, count)  # type: ignore[arg-type]
    return render_note(TEMPLATES, gazette(), made, limits, style or NoteStyle())


def test_golden(golden: Golden) -> None:
    style = NoteStyle(hashtags=2, utm={"utm_source": "fediverse"})
    made = [render_note(TEMPLATES, gazette(), post(n), Limits(140, len), style) for n in range(7)]
    golden("notes.txt", "\n--------\n".join(each.text for each in made) + "\n")


def test_the_description_says_more_than_the_title_on_the_card() -> None:
    made = note("A description")
    assert made.text == f"A description\n\n{URL}"
    assert (made.url, made.title, made.description) == (URL, "Title", "A description")
    assert note("").text == f"Title\n\n{URL}"


def test_language_is_the_posts_then_the_channels_then_the_sites() -> None:
    assert note("x").language == "en-GB"
    assert note("x", style=NoteStyle(language="fr")).language == "fr"
    french = replace(post(1), language="de")
    assert (
        render_note(TEMPLATES, gazette(), french, None, NoteStyle(language="fr")).language == "de"
    )


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (200, PROSE),
        (len(PROSE) - 1, PROSE.removesuffix(" Nobody knows.")),
        (70, "Mr. Smith went to the U.S. on Monday. He liked it!"),
        (40, "Mr. Smith went to the U.S. on Monday."),
        (30, "Mr. Smith went to the U.S. on…"),
        (28, "Mr. Smith went to the U.S…"),
        (12, "Mr. Smith…"),
    ],
)
def test_cut_at_a_sentence_or_a_word(room: int, words: str) -> None:
    assert note(PROSE, room + len(URL) + 2).text == f"{words}\n\n{URL}"


def test_hashtags_go_before_words() -> None:
    style, categories = NoteStyle(hashtags=3), ("latest", "world news", "2020", "tv")
    whole = f"{PROSE}\n\n{URL}\n\n#WorldNews #TV"
    made = note(PROSE, len(whole), style=style, categories=categories)
    assert (made.text, made.tags) == (whole, ("WorldNews", "TV"))
    made = note(PROSE, len(whole) - 1, style=style, categories=categories)
    assert (made.text, made.tags) == (whole.removesuffix(" #TV"), ("WorldNews",))
    made = note(PROSE, len(whole) - 20, style=style, categories=categories)
    assert made.tags == ()
    assert "#" not in made.text


def test_a_link_inside_the_words_is_whole_or_gone() -> None:
    for length in range(len(URL) + 2, 160):
        text = note(PROSE, length).text
        inner = re.findall(r"https://example\S*", text)
        assert inner in ([], ["https://example.org/a.b/c"], ["https://example.org/a.b/c…"])
        assert text.endswith(URL)
        assert len(text) <= length


def test_five_thousand_characters_and_scripts_without_blanks() -> None:
    assert len(note("word " * 1000, 500).text) > 490
    assert len(note("語" * 5000, 500).text) == 500
    cjk = note("これは長い文章です。" * 30, 100).text
    assert cjk.startswith("これは長い文章です。")
    assert "。\n\n" in cjk


def test_a_limit_too_small_for_the_link_is_a_clear_error() -> None:
    assert note(PROSE, len(URL)).text == URL
    with pytest.raises(PublisherError, match=r"p.md: 10 characters are too few even for the link"):
        note(PROSE, 10)


def test_the_content_warning_counts() -> None:
    style = NoteStyle(content_warning="Spoilers")
    text = f"{PROSE}\n\n{URL}"
    made = note(PROSE, len(text) + 8, style=style)
    assert (made.text, made.content_warning) == (text, "Spoilers")
    assert note(PROSE, len(text) + 7, style=style).text != text


def test_utm_parameters_are_in_the_link_that_is_sent() -> None:
    made = note("x", style=NoteStyle(utm={"utm_source": "x"}), url=f"{URL}?a=1#b")
    assert made.url == f"{URL}?a=1&utm_source=x#b"
    assert made.text.endswith(made.url)


def test_an_address_that_is_none_is_left_out() -> None:
    made = note("Words", url="javascript:alert(1)")
    assert (made.text, made.url) == ("Words", "")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Ask @bob and (@Ann@host.example)", "Ask @\u2060bob and (@\u2060Ann@host.example)"),
        ("\uff20bob", "\uff20\u2060bob"),
        ("write to me@site.example", "write to me@site.example"),
        ("https://m.example/@bob", "https://m.example/@bob"),
        ("m.example/@bob, x@y.example/@bob", "m.example/@bob, x@y.example/@\u2060bob"),
        (".@bob @@bob and/@bob", ".@\u2060bob @@\u2060bob and/@\u2060bob"),
        ("日本@bob é@bob", "日本@\u2060bob é@\u2060bob"),
        ("RT@bob rt@bob, start@bob", "RT@\u2060bob rt@\u2060bob, start@bob"),
        (
            "$A.www.x.example/@bob @https://x.example/@bob",
            "$A.www.x.example/@\u2060bob @\u2060https://x.example/@bob",
        ),
        ("“@bob”…@bob", "“@\u2060bob”…@\u2060bob"),
        ("$AAPL, $TSLA and $MSFT cost $20", "$AAPL, $\u2060TSLA and $\u2060MSFT cost $20"),
        ("#StandWithSophie", "#StandWithSophie"),
        ("a @ b", "a @ b"),
    ],
)
def test_a_post_calls_nobody(words: str, shown: str) -> None:
    assert neutral(words) == shown
    assert note(words).text == f"{shown}\n\n{URL}"


def test_control_characters_and_template_code_are_words() -> None:
    made = note("a\x00b\r\nc \u202ed {{ 7*7 }} <b> &amp;")
    assert made.text == f"a b c d {{{{ 7*7 }}}} <b> &amp;\n\n{URL}"


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=300),
    st.integers(len(URL), 200),
    st.sampled_from([len, in_bytes, weighted]),
)
def test_every_note_fits_however_it_is_counted(words: str, length: int, count: object) -> None:
    made = note(words, length, count=count)
    assert count(made.text) <= length  # type: ignore[operator]
    assert made.text.endswith(URL)


@given(st.text(st.sampled_from("ab .!? @#é👩\u200d\u0301🇬🇧"), max_size=80), st.integers(0, 80))
def test_a_cut_is_a_beginning(text: str, room: int) -> None:
    cut = longest(text, lambda kept: len(kept) <= room)
    assert len(cut) <= room
    assert text.startswith(cut.removesuffix("…")) or cut == text


def test_no_character_as_people_see_it_is_split() -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"
    for room in range(1, 60):
        cut = longest(family * 8, lambda kept, room=room: len(kept) <= room)  # type: ignore[misc]
        assert cut.removesuffix("…").replace(family, "") == ""


def test_a_hostile_description_costs_no_time() -> None:
    for words in ("x" * 900_000, "a." * 400_000, "@" * 5000, "(" * 100_000, "\u2014 " * 50_000):
        assert len(note(words, 500).text) <= 500


@pytest.mark.parametrize(
    ("text", "room", "cut"),
    [
        ("See https://example.org/a/ \u2014 all of it", 30, "See https://example.org/a/ …"),
        ("See (https://example.org/a) for more", 30, "See (https://example.org/a) …"),
        ("Write to ann@mail.example or call", 20, "Write to…"),
        ("日本語ann@mail.exampleと", 10, "日本語…"),
        ("See HTTPS://EXAMPLE.ORG/A/B/C now", 20, "See…"),
        ("He said «this and that»", 10, "He said…"),
        ("هل وصل القطار؟ نعم، وصل الآن", 20, "هل وصل القطار؟"),
        ("पुल खुल गया। लोग आए और गए", 16, "पुल खुल गया।"),
    ],
)
def test_where_a_text_is_cut(text: str, room: int, cut: str) -> None:
    assert longest(text, lambda kept: len(kept) <= room) == cut


JOINED = ["👩‍👩‍👧‍👦", "❤️‍🔥", "🇬🇧", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏽", "🧑🏽‍🦼"]


@pytest.mark.parametrize("room", range(3, 42))
def test_a_cut_for_x_keeps_joined_emoji_whole(room: int) -> None:
    """Each counts 2, the ellipsis 2, and none is taken apart."""
    cut = longest("".join(JOINED * 4), lambda kept: count_weighted(kept) <= room)
    assert cut == "".join((JOINED * 4)[: (room - 2) // 2]) + ("…" if room > 3 else "")


@pytest.mark.parametrize(
    ("lead", "text"),
    [
        ("description", f"A story.\n\n{URL}"),
        ("title", f"Title\n\n{URL}"),
        ("both", f"Title\n\nA story.\n\n{URL}"),
    ],
)
def test_what_a_note_begins_with(lead: Lead, text: str) -> None:
    assert note("A story.", style=NoteStyle(lead=lead)).text == text
    assert note("", style=NoteStyle(lead=lead)).text == f"Title\n\n{URL}"


def test_a_description_that_begins_with_the_title_is_enough() -> None:
    made = note("TITLE fight in the harbour", style=NoteStyle(lead="both"))
    assert made.text == f"TITLE fight in the harbour\n\n{URL}"


@pytest.mark.parametrize("room", [len(URL) + 2 + size for size in (5, 12, 30, 80)])
def test_title_and_description_are_cut_the_description_first(room: int) -> None:
    text = note(PROSE, room, style=NoteStyle(lead="both")).text
    assert len(text) <= room and text.startswith("Title") and text.endswith(URL)


def asked(text: str, *, categories: tuple[str, ...] = (), utm: str = "") -> Note:
    made = Post("p.md", URL, "Title", "A story", categories=categories, social=Social(text=text))
    style = NoteStyle(hashtags=2, utm={"utm_source": utm} if utm else {})
    return render_note(TEMPLATES, gazette(), made, Limits(280, count_weighted), style)


def test_the_authors_own_words_stand_in_place_of_all_others() -> None:
    assert asked("Go and see").text == f"Go and see\n\n{URL}"
    assert asked("One\n  two\x00\u202e \n\n\n\nthree").text == f"One\ntwo\n\nthree\n\n{URL}"
    assert asked("With @ann@social.example").text.startswith("With @ann@social.example\n")


def test_words_for_one_channel_count_there_alone() -> None:
    made = Post("p.md", URL, "Title", "", social=Social("All", texts=(("birds", "Tweet"),)))
    for channel, words in (("birds", "Tweet"), ("fediverse", "All"), ("", "All")):
        style = NoteStyle(channel=channel)
        text = render_note(TEMPLATES, gazette(), made, None, style).text
        assert text == f"{words}\n\n{URL}"


def test_a_link_or_a_tag_that_the_author_wrote_comes_once() -> None:
    made = asked(f"Look: {URL}! #WorldNews", categories=("world news", "tv"), utm="birds")
    assert made.text == f"Look: {URL}?utm_source=birds! #WorldNews\n\n#TV"
    assert made.url == f"{URL}?utm_source=birds"
    longer = asked(f"Not this: {URL}bc")
    assert longer.text == f"Not this: {URL}bc\n\n{URL}"


def test_own_words_that_are_too_long_are_cut() -> None:
    made = asked("word " * 100)
    assert made.text.endswith(f"word…\n\n{URL}") and count_weighted(made.text) <= 280


def test_own_words_reach_a_template_that_knows_only_the_post(tmp_path: Path) -> None:
    (tmp_path / "own.txt.j2").write_text("{{ post.title }} {{ post.description }} {{ url }}")
    made = Post("p.md", URL, "Title", "A story", social=Social(text="Go and see"))
    style = NoteStyle(template="own")
    assert (
        render_note(Templates(tmp_path), gazette(), made, None, style).text == f"Go and see {URL}"
    )


@pytest.mark.parametrize("text", ["$AAPL and $GME", "Up: $AAPL\n$GME $TSLA"])
def test_own_words_hold_one_cashtag(text: str) -> None:
    assert len(re.findall(r"\$[A-Z]", asked(text).text)) == 1
