"""Cuts the words that an adapter shows beside a note's text, such as those of a card."""

import re
from collections.abc import Callable

from publisher.adapters.http.text.counting import pattern, utf16_units

ELLIPSIS = "…"
_LONGEST_WORD = 30
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def cut(text: str, length: int, count: Callable[[str], int] = utf16_units) -> str:
    """As much of `text` as counts `length` at most, with an ellipsis where something is missing.

    No character as people see it is split, and a word, such as an address, is whole unless it is
    longer than 30 characters and no address.
    """
    if count(text) <= length:
        return text
    ends = [0, *(found.end() for found in pattern(r"\X").finditer(text[:length]))]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = count(text[: ends[middle]].rstrip() + ELLIPSIS) <= length
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[: _word_end(text, ends[low])].rstrip() + ELLIPSIS


def _word_end(text: str, at: int) -> int:
    """Where the last whole word before `at` ends, or `at` itself in the middle of a long word."""
    spans = (link.span() for link in _LINK.finditer(text))
    at = next((start for start, end in spans if start < at < end), at)
    blank = text.rfind(" ", 0, at + 1)
    return blank if blank > 0 and at - blank <= _LONGEST_WORD else at
