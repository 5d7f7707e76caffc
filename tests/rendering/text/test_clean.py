import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rendering.text.clean import clean, hashtags, label
from publisher.rendering.text.truncate import boundaries, shorten


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (" two  blanks\u00a0and\ttabs\n", "two blanks and tabs"),
        ("line\r\nBcc: all@example.org", "line Bcc: all@example.org"),
        ("nul\x00 bell\x07 c1\x85 del\x7f", "nul bell c1 del"),
        ("over\u202eride \u2066isolate\u2069", "override isolate"),
        ("mark \ufdd0name\ufdd1 \ufffe", "mark name"),
        ("half \ud800 pair", "half pair"),
        ("separators\u2028and\u2029", "separators and"),
        ("👩\u200d👩\u200d👧 stays", "👩\u200d👩\u200d👧 stays"),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text())
def test_clean_text_is_one_line_that_any_database_and_mail_takes(raw: str) -> None:
    cleaned = clean(raw)
    assert clean(cleaned) == cleaned
    assert cleaned.isprintable() or all(unicodedata.category(c) != "Cc" for c in cleaned)
    assert cleaned.splitlines() in ([], [cleaned])
    cleaned.encode()


@pytest.mark.parametrize(
    ("raw", "length", "short"),
    [
        ("just fits", 9, "just fits"),
        ("cut between words here", 14, "cut between…"),
        ("a stop. And more", 9, "a stop…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("anything", 0, ""),
        ("e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301…"),
    ],
)
def test_shorten(raw: str, length: int, short: str) -> None:
    assert shorten(raw, length) == short


@given(st.text(), st.integers(0, 40))
def test_shortened_text_keeps_its_length(raw: str, length: int) -> None:
    assert len(shorten(raw, length)) <= length


@pytest.mark.parametrize(
    "whole",
    [
        "e\u0301",
        "👩\u200d👧",
        "👍\U0001f3fd",
        "❤\ufe0f",
        "🇬🇧",
        "각",
        "1\ufe0f\u20e3",
        "क्ष",
        "\u1112\u1161",
    ],
)
def test_no_boundary_inside_a_character_as_people_see_it(whole: str) -> None:
    text = f"a{whole}{whole}b"
    inside = {1 + at for at in range(1, len(whole))}
    found = set(boundaries(text))
    assert not found & (inside | {at + len(whole) for at in inside})
    assert {1, len(text)} <= found


@pytest.mark.parametrize(
    ("category", "shown"),
    [("tv", "TV"), ("world-news", "World news"), ("us_politics", "US politics"), ("Été", "Été")],
)
def test_label(category: str, shown: str) -> None:
    assert label(category) == shown


def test_hashtags_are_camel_case_and_never_digits_alone() -> None:
    categories = (
        "latest",
        "world news",
        "2024",
        "covid-19",
        "tv",
        "TV",
        "<b>",
        "política",
        "हिन्दी",
    )
    assert hashtags(categories, {"LATEST"}, 9) == (
        "WorldNews", "Covid19", "TV", "B", "Política", "हिन्दी",
    )  # fmt: skip
    assert hashtags(categories, (), 1) == ("Latest",)
