"""Words beside a note's text are cut where nothing is split."""

import re

import pytest
import regex  # type: ignore[import-untyped] # ships without types
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.adapters.http.discord.looks import count_escaped
from publisher.adapters.http.text.counting import utf16_units
from publisher.adapters.http.text.cutting import cut

PIECES = (
    "👩‍👩‍👧‍👦",
    "🇬🇧",
    "e\u0301",
    "नमस्ते",
    "word",
    "*",
    "[",
    " ",
    "x" * 40,
    "https://example.org/a/b",
)


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("short", 5, "short"),
        ("two words", 8, "two…"),
        ("two words", 4, "two…"),
        ("x" * 40, 11, "x" * 10 + "…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 21, "👩‍👩‍👧‍👦…"),
        ("see https://example.org/" + "a" * 60, 40, "see…"),
        ("https://example.org/" + "a" * 60, 40, "…"),
    ],
)
def test_where_it_is_cut(text: str, length: int, kept: str) -> None:
    assert cut(text, length) == kept


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.integers(1, 90))
def test_it_fits_and_splits_nothing(text: str, length: int) -> None:
    for count in (utf16_units, count_escaped, len):
        kept = cut(text, length, count)
        assert count(kept) <= length
        if kept != text:
            end = len(kept.removesuffix("…"))
            assert text.startswith(kept[:end])
            assert end in {0, *(found.end() for found in regex.finditer(r"\X", text))}
            links = [found.span() for found in re.finditer(r"https?://\S+", text)]
            assert not any(start < end < stop for start, stop in links)
