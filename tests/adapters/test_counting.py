"""Each way of counting, on the texts that set them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.adapters.http.text.counting import (
    emoji_in_bytes,
    graphemes,
    graphemes_at_most,
    utf8_bytes,
    utf16_units,
)


@pytest.mark.parametrize(
    ("text", "seen", "units", "encoded", "threads"),
    [
        ("", 0, 0, 0, 0),
        ("plain text", 10, 10, 10, 10),
        ("a\r\nb", 3, 4, 4, 4),
        ("é", 1, 1, 2, 1),
        ("e\u0301", 1, 2, 3, 2),
        ("\U0001d49c", 1, 2, 4, 2),
        ("語", 1, 1, 3, 1),
        ("©", 1, 1, 2, 2),
        ("❤\ufe0f", 1, 2, 6, 6),
        ("1\ufe0f\u20e3", 1, 3, 7, 7),
        ("🇩🇪🇫🇷", 2, 8, 16, 16),
        ("👍🏽", 1, 4, 8, 8),
        ("👩‍👩‍👧‍👦", 1, 11, 25, 25),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1, 14, 28, 28),
        ("שלום 🇮🇱", 6, 9, 17, 13),
        ("한국", 2, 2, 6, 2),
        ("\u1112\u1161\u11ab", 1, 3, 9, 3),
        ("தமிழ்", 3, 5, 15, 5),
        ("\ud800", 1, 1, 3, 1),
    ],
)
def test_counted(text: str, seen: int, units: int, encoded: int, threads: int) -> None:
    found = (graphemes(text), utf16_units(text), utf8_bytes(text), emoji_in_bytes(text))
    assert found == (seen, units, encoded, threads)


@pytest.mark.parametrize(
    ("text", "now", "most"),
    [
        ("क्ष", 1, 2),
        ("नमस्ते", 3, 4),
        ("स्त्री", 1, 3),
        ("ক্ষ", 1, 2),
        ("ക്ഷ", 1, 2),
        ("क्\u200dष", 1, 2),
        ("தமிழ்", 3, 3),
        ("a👍🏽", 2, 2),
    ],
)
def test_what_older_software_takes_apart(text: str, now: int, most: int) -> None:
    assert (graphemes(text), graphemes_at_most(text)) == (now, most)


@given(st.text())
def test_no_way_counts_less_than_people_see(text: str) -> None:
    assert graphemes(text) <= graphemes_at_most(text) <= len(text)
    assert len(text) <= utf16_units(text) <= utf8_bytes(text)
    assert utf16_units(text) <= emoji_in_bytes(text) <= utf8_bytes(text)
