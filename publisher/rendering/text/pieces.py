"""A text that is too long for one post, as several: cut where a reader would draw breath."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from publisher.rendering.text.truncate import last_fitting, places, sentence_ends

Fits = Callable[[str], bool]

_PARAGRAPH = re.compile(r"\n\s*\n")
_LINE = re.compile(r"\n")
_SPACE = re.compile(r"\s+")
_WORD_END = re.compile(r"\S*")

_SHARES = (0.5, 0.8)
"""How much of what fits a piece keeps for the sake of a better end; all where many are needed."""

_FIRST_LOOK = 1_000  # characters; a hostile text must not be counted whole for each piece
_LONGEST_WORD = 4_096
_WORD_COST = 60
"""A word is kept whole unless that costs more than this many characters."""


def pieces(text: str, fits: Fits, most: int) -> tuple[str, ...]:
    """`text` in at most `most` pieces that fit; none where that cannot be.

    Cut between paragraphs, else lines, sentences, words, or, where a word is longer than a piece,
    characters as people see them; never inside a link, a mention or a tag. Two that say the same,
    which some networks refuse, are cut elsewhere if they can be.
    """
    full = _pieces(text, fits, most, 1.0)
    if not full:
        return ()
    ways = (_pieces(text, fits, most, share) for share in _SHARES)
    return tuple(next((made for made in ways if made and len(set(made)) == len(made)), full))


def _pieces(text: str, fits: Fits, most: int, share: float) -> list[str]:
    made, rest = list[str](), text
    while rest and len(made) < most:
        window = _window(rest, fits)
        if len(window) == len(rest) and fits(rest):
            return [*made, rest]
        at = _end(window, fits, share)
        if not at:
            return []
        made.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [] if rest else made


def _window(text: str, fits: Fits) -> str:
    """The beginning of `text` that surely has the next cut in it."""
    size = _FIRST_LOOK
    while size < len(text) and fits(text[:size]):
        size *= 2
    end = _WORD_END.match(text, size, size + _LONGEST_WORD)
    return text[: end.end()] if end else text


def _end(text: str, fits: Fits, share: float) -> int:
    """Where a piece ends that begins here; 0: nowhere."""
    known = list(places(text))
    reach = last_fitting(known, lambda at: fits(text[:at].rstrip()))
    least = int(reach * share)
    good = frozenset(at for at in known if at <= reach)
    ends = _ends(text, reach, least, max(0, reach - _WORD_COST))
    return next((at for at in ends if at in good and fits(text[:at])), reach)


def _ends(text: str, reach: int, least: int, word: int) -> Iterator[int]:
    """Where a piece may end, the best first; words count from `word` on, all else from `least`."""
    breaks = (_starts(pattern, text, reach, least) for pattern in (_PARAGRAPH, _LINE))
    sentences = (at for at in reversed(sentence_ends(text, reach)) if at >= least)
    return chain(*breaks, sentences, _starts(_SPACE, text, reach, word))


def _starts(pattern: re.Pattern[str], text: str, reach: int, least: int) -> Iterable[int]:
    found = [each.start() for each in pattern.finditer(text, least, reach + _FIRST_LOOK)]
    return (at for at in reversed(found) if least <= at <= reach and at > 0)
