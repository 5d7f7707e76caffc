"""Whether two titles tell the same story, quickly over thousands of titles."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from publisher.durations import MONTHS, WEEKDAYS

NEARLY_EQUAL = 92.0
"""rapidfuzz ratio (0 to 100) from which two long titles count as one; see `same_title`."""

LONG_TITLE = 30
"""Characters below which a small edit may change everything ("Hull" and "Hall")."""

FEWEST_WORDS = 6
"""Words two titles must share before an added word still leaves the story the same."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*\w*|\w+")
_APOSTROPHES = re.compile("['`\u00b4\u02bc\u2018\u2019]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CARDINALS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: str(number) for number, word in enumerate(_CARDINALS.split(" "))}
_ORDINALS = "first second third fourth fifth ii iii iv vi vii viii ix"
_SERIES = frozenset({*_ORDINALS.split(), *WEEKDAYS, *MONTHS} - {"may"})  # it is mostly the verb


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it is compared.

    `text` is its words as written, `ordered` the same sorted, `words` their set, and `marks` what
    tells one part of a series from the next: numbers, weekdays, months, in its order.
    Titles of the same words in any order have one `key`.
    """

    text: str
    ordered: str
    words: frozenset[str]
    marks: tuple[str, ...]
    key: str


@lru_cache(maxsize=16_384)
def normalise(title: str) -> Title:
    """Take case, accents, punctuation, entities and plurals out of `title`."""
    text = _APOSTROPHES.sub("", unescape(title))
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    text = _GROUPED.sub("", text)
    words = [_stem(word) for word in _WORD.findall(text)]
    marks = tuple(word for word in words if word in _SERIES or word[0].isdigit())
    distinct = frozenset(words)
    key = f"{' '.join(sorted(distinct))} {' '.join(marks)}"
    return Title(" ".join(words), " ".join(sorted(words)), distinct, marks, key)


def same_title(one: Title, other: Title) -> bool:
    """Whether two titles tell the same story.

    They do when they have the same words in any order; when one only adds to the other (at least
    six words in common, at most a quarter added); or when they are long and nearly equal. They
    never do when their numbers, weekdays or months differ: "Week 12" and "Week 13" are two posts,
    and so are "1,234 new cases" and "1,310 new cases".

    The bounds were set on three days of a news site: every pair they join tells one story, and
    fixtures such as "West Brom v Leicester: live" and "West Ham v Newcastle: live" stay apart.
    """
    if not one.words or one.marks != other.marks:
        return False
    return one.words == other.words or _adds(one.words, other.words) or _nearly_equal(one, other)


@dataclass(slots=True)
class _Bucket:
    """The titles of an index that have the same marks, in the index's order."""

    positions: list[int] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ordered: list[str] = field(default_factory=list)

    def add(self, position: int, title: Title) -> None:
        self.positions.append(position)
        self.titles.append(title)
        self.texts.append(title.text)
        self.ordered.append(title.ordered)


class TitleIndex:
    """Finds the titles that tell the same story as one, among thousands."""

    def __init__(self, titles: Sequence[Title]) -> None:
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        for position, title in enumerate(titles):
            if title.words:
                self._buckets.setdefault(title.marks, _Bucket()).add(position, title)

    def same(self, title: Title) -> Iterator[int]:
        """Positions of the same stories; some may come more than once, in no promised order."""
        bucket = self._buckets.get(title.marks)
        if bucket is None or not title.words:
            return
        for index in _matches(title, bucket):
            yield bucket.positions[index]


def _matches(title: Title, bucket: _Bucket) -> Iterator[int]:
    words = title.words
    for index, other in enumerate(bucket.titles):
        if words == other.words or _adds(words, other.words):
            yield index
    if len(title.text) >= LONG_TITLE:
        yield from _near(title.text, bucket.texts)
        yield from _near(title.ordered, bucket.ordered)


def _near(text: str, others: list[str]) -> Iterator[int]:
    from rapidfuzz import fuzz, process

    for _, _, index in process.extract_iter(
        text, others, scorer=fuzz.ratio, score_cutoff=NEARLY_EQUAL
    ):
        if len(others[index]) >= LONG_TITLE:
            yield index


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    if word in _NUMBERS:
        return _NUMBERS[word]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")  # noqa: PLR2004
    return word[:-1] if plural and word.isalpha() else word


def _adds(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer, more = (one, other) if len(one) <= len(other) else (other, one)
    extra = len(more) - len(fewer)
    return len(fewer) >= FEWEST_WORDS and 4 * extra <= len(more) and fewer <= more


def _nearly_equal(one: Title, other: Title) -> bool:
    from rapidfuzz import fuzz

    if min(len(one.text), len(other.text)) < LONG_TITLE:
        return False
    pairs = ((one.text, other.text), (one.ordered, other.ordered))
    return any(fuzz.ratio(*pair) >= NEARLY_EQUAL for pair in pairs)
