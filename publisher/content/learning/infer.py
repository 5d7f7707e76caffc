"""Inferring patterns: from pairs of posts and pages to the patterns that may explain them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from publisher.content.learning.atoms import Atoms, atoms, is_date
from publisher.content.learning.pages import without_ending
from publisher.content.learning.posts import Known
from publisher.content.pattern import DATES, Facts

_SAMPLE = 160
_MOST_OF_ONE = 160
_MOST_SEGMENTS = 10
_ALTERNATIVES = 5
_CANDIDATES = 40
_DATE = re.compile(rf":({'|'.join(sorted(DATES, key=len, reverse=True))})(?![a-z])(~[a-z]+)?")
_USUAL = (":slug", ":name", ":file", ":path", ":title")
_MOST_PREFIXED = 8
_MOST_SORTED = 2_000
_LONGEST = 400
_SEPARATORS = "-_."


class _Pair(NamedTuple):
    """A post's texts, and the path of a page that may be its own."""

    post: int
    atoms: Atoms
    path: str


def candidates(posts: Sequence[Known], alike: Sequence[list[str]]) -> list[str]:
    """The patterns that explain most posts, the likeliest first."""
    pairs = list(_pairs(posts, alike))
    rank = _ranked(pairs)
    votes: Counter[str] = Counter()
    voted: set[tuple[int, str]] = set()
    for pair in pairs:
        for pattern in islice(_explanations(pair, rank), _MOST_OF_ONE):
            if (pair.post, pattern) not in voted:
                voted.add((pair.post, pattern))
                votes[pattern] += 1
    most = [each for each, _ in votes.most_common(_MOST_SORTED)]
    ranked = sorted(most, key=lambda each: (-votes[each], simplicity(each), each))
    likely = [each for each in ranked if votes[each] > 1 or len(pairs) == 1][:_CANDIDATES]
    if any(post.facts.other_language for post in posts):
        likely += [f"/:other_lang{each}" for each in likely[:_MOST_PREFIXED]]
    return likely


def simplicity(pattern: str) -> tuple[int, ...]:
    """What sorts patterns that explain the same: the simplest first."""
    unusual = next((place for place, name in enumerate(_USUAL) if name in pattern), len(_USUAL))
    zones = {way for name, way in _DATE.findall(pattern)}
    return max(len(zones), 1), pattern.count("~"), pattern.count("{"), pattern.count(":"), unusual


def _pairs(posts: Sequence[Known], alike: Sequence[list[str]]) -> Iterator[_Pair]:
    matched = [number for number, paths in enumerate(alike) if paths]
    step = max(1, len(matched) // _SAMPLE)
    for number in matched[::step]:
        found = _atoms(posts[number].facts)
        for path in alike[number]:
            yield _Pair(number, found, path)


@lru_cache(maxsize=1000)
def _atoms(facts: Facts) -> Atoms:
    return atoms(facts)


def _ranked(pairs: Sequence[_Pair]) -> Callable[[str], tuple[int, int]]:
    """How often each placeholder says a segment of a page; the commonest sorts first."""
    counts: Counter[str] = Counter()
    for pair in pairs:
        for text in _spans(without_ending(pair.path).strip("/").split("/")):
            counts.update(pair.atoms.get(text, ()))
    return lambda expression: (-counts[expression], len(expression))


def _spans(segments: list[str]) -> set[str]:
    """Every run of segments."""
    ends = range(1, min(len(segments), _MOST_SEGMENTS) + 1)
    return {"/".join(segments[start:end]) for end in ends for start in range(end)}


def _explanations(pair: _Pair, rank: Callable[[str], tuple[int, int]]) -> Iterator[str]:
    bare = without_ending(pair.path)
    ending = pair.path[len(bare) :]
    for whole in {pair.path, pair.path.strip("/")} - {bare.strip("/")}:
        yield from (f"/{each}" for each in pair.atoms.get(whole, ()))
    segments = bare.strip("/").split("/")
    if len(segments) > _MOST_SEGMENTS or ":" in bare or len(bare) > _LONGEST:
        return
    for said in _said(pair.atoms, segments, rank):
        yield "/" + "/".join(said) + ending


def _said(
    known: Atoms, segments: list[str], rank: Callable[[str], tuple[int, int]]
) -> Iterator[tuple[str, ...]]:
    if not segments:
        yield ()
        return
    for length in range(len(segments), 0, -1):
        text = "/".join(segments[:length])
        rest = segments[length:]
        choices = _choices(known, text, rank, last=not rest) if length == 1 else known.get(text, [])
        for choice in sorted(choices, key=rank)[:_ALTERNATIVES] if length > 1 else choices:
            for others in _said(known, rest, rank):
                yield (choice, *others)


def _choices(
    known: Atoms, text: str, rank: Callable[[str], tuple[int, int]], *, last: bool
) -> list[str]:
    """What may stand for one segment, the likeliest first."""
    found = _various(sorted(known.get(text, ()), key=rank))
    if not found:
        found = list(_composed(known, text, rank))[:_ALTERNATIVES]
    if not last and not any(map(is_date, found)):
        found.append(text)
    return found or [text]


def _various(ranked: list[str]) -> list[str]:
    """The likeliest placeholders: the best way of writing each, then others."""
    best = {each.partition("~")[0]: each for each in reversed(ranked)}
    first = [each for each in ranked if each in best.values()][:_ALTERNATIVES]
    return [*first, *(each for each in ranked[:_ALTERNATIVES] if each not in first)]


def _composed(known: Atoms, text: str, rank: Callable[[str], tuple[int, int]]) -> Iterator[str]:
    """A segment of two parts: a date or a field and another, or one with words around it."""
    places = [place for place, mark in enumerate(text) if mark in _SEPARATORS]
    for place in places:
        first, second = known.get(text[:place]), known.get(text[place + 1 :])
        if first and second:
            yield min(first, key=rank) + text[place] + min(second, key=rank)
    for place in places:
        if second := known.get(text[place + 1 :]):
            yield text[: place + 1] + min(second, key=rank)
        if first := known.get(text[:place]):
            yield min(first, key=rank) + text[place:]
