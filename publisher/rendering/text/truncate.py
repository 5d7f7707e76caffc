"""Where a text may be cut, and the longest piece of it that fits."""

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator
from itertools import islice, takewhile

# Ends a word's shortening without reading like a sentence that stops.
ELLIPSIS = "…"

# What a cut leaves at its end: blanks, stops and opening marks.
_LOOSE_ENDS = (
    " \t,;:.!?-\u2013\u2014/'\"\u201c\u2018"
    "([{<\u00ab\u2039\u201e\u201a\u00a1\u00bf\u300c\u300e\u3010\uff08"
)
# A sentence is worth a clean end if it keeps this share of what would fit.
_SENTENCE_SHARE = 0.5
# A word is kept whole unless that costs more than this many characters.
_WORD_COST = 30

# Latin, Greek and Cyrillic; then Arabic, Urdu, Armenian, Indic, Ethiopic, Burmese and Khmer stops.
_STOP = ".!?…\u061f\u06d4\u0589\u0964\u0965\u1362\u104b\u17d4"
_SENTENCE_END = re.compile(rf"[{_STOP}]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”]*")  # noqa: RUF001 - CJK stops
_NO_END = re.compile(
    r"(?:^|[\s(\"'“‘])(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Prof|Gen|Col|Sgt|Lt|Rev|Sen|Gov|No|vs|v|etc|e\.g|i\.e"  # noqa: RUF001 - quotes
    r"|(?:[A-Za-z]\.)+[A-Za-z])\.$"
)
# Never cut inside a link, a mention or a tag.
_WHOLE = re.compile(
    r"(?:https?://|www\.)\S+|(?:(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}+)?[@\uff20#\uff03$][\w\u2060]\S*"
    r"|(?<![a-z0-9-])[a-z0-9-]++\.[a-z0-9]\S*",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
_WORD_END = re.compile(r"\S*")
# Far more than a text needs whose counts grow with its length.
_MOST_TRIES = 50
# Enough for an abbreviation before a stop, and for the blanks behind it.
_NEARBY = 64
# Above every network's limit; keeps a hostile description from costing time.
_FARTHEST = 100_000


def shorten(value: str, length: int) -> str:
    """`value` in at most `length` characters, cut between words and marked with an ellipsis."""
    if len(value) <= length:
        return value
    room = max(length - 1, 0)
    at = value.rfind(" ", 0, room + 1)
    if at < room // 2:
        ends = (takewhile(room.__ge__, find(value)) for find in (places, boundaries))
        at = next(filter(None, (max(each, default=0) for each in ends)), 0)
    return _marked(value, at) if length > 0 else ""


def longest(text: str, fits: Callable[[str], bool]) -> str:
    """The longest readable cut of `text` that `fits`, or an empty string if none does.

    A cut at a sentence's end is preferred, then one between words, then one between characters as
    people see them (scripts without blanks); the latter two end in an ellipsis. `fits` gets the
    whole candidate and need not grow evenly with its length: what is returned was tried.
    """
    if text and fits(text):
        return text
    known = list(places(text))
    reach = last_fitting(known, lambda at: fits(_marked(text, at)))
    if reach == 0:
        return ""
    sentence = _sentence(text, reach, frozenset(known), fits)
    if sentence:
        return sentence
    return _marked(text, _word_end(text, known, reach, fits))


def _marked(text: str, at: int) -> str:
    """What is kept, and an ellipsis; apart from a link, lest one takes it for a part of it."""
    kept = text[:at].rstrip(_LOOSE_ENDS)
    if any(map(_LINK.search, kept.rsplit(None, 1)[-1:])):
        return kept + _WORD_END.match(text[len(kept) : at])[0] + f" {ELLIPSIS}"  # type: ignore[index] # matches ""
    return kept + ELLIPSIS


def boundaries(value: str) -> Iterator[int]:
    """Where `value` may be cut: after each character as people see it (UAX 29), ascending."""
    import regex  # type: ignore[import-untyped] # ships without types

    return (match.end() for match in regex.finditer(r"\X", value))


def places(text: str) -> Iterator[int]:
    """Every place where `text` may be cut, ascending."""
    whole = [match.span() for match in _WHOLE.finditer(text)]
    starts = [start for start, _ in whole]
    for at in boundaries(text[:_FARTHEST]):
        index = bisect_right(starts, at) - 1
        inside = index >= 0 and whole[index][0] < at < whole[index][1]
        if at < len(text) and not inside and not text[at - 1].isspace():
            yield at


def last_fitting(places: list[int], fits: Callable[[int], bool]) -> int:
    """The last place that fits, 0 if none; a few steps back where the count is not monotone."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if fits(places[middle]) else (low, middle)
    return next((at for at in reversed(places[:low]) if fits(at)), 0)


def sentence_ends(text: str, reach: int) -> list[int]:
    """Where sentences end, up to `reach`, ascending."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, min(len(text), reach + 1))]
    return [at for at in ends if at <= reach and _ends(text, at)]


def _sentence(text: str, reach: int, places: Container[int], fits: Callable[[str], bool]) -> str:
    ends = reversed(sentence_ends(text, reach))
    late = (at for at in ends if at >= reach * _SENTENCE_SHARE and at in places)
    return next((text[:at] for at in islice(late, _MOST_TRIES) if fits(text[:at])), "")


def _ends(text: str, at: int) -> bool:
    following = text[at : at + _NEARBY].lstrip()[:1]
    return not following.islower() and not _NO_END.search(text, max(0, at - _NEARBY), at)


def _word_end(text: str, places: list[int], reach: int, fits: Callable[[str], bool]) -> int:
    ends = (at for at in reversed(places) if reach - _WORD_COST <= at <= reach)
    words = (at for at in ends if text[at : at + 1].isspace() and fits(_marked(text, at)))
    return next(words, reach)
