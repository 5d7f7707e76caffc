"""How X counts: weights by character, one length for every link, and 2 for every emoji.

docs.x.com/fundamentals/counting-characters, twitter-text's configuration 3.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from types import ModuleType
from typing import Any

LENGTH_OF_A_LINK = 23
LONGEST_WORD = 1_000
MOST_WORK = 10_000
"""Dots times characters of a word that the parser may read: it takes that many steps or more."""

Span = tuple[int, int]

_WORD = re.compile(r"[ \t\r\n]?[^ \t\r\n]*")
_LINK = re.compile(
    r"(?<![A-Za-z0-9@$#\uff20\uff03])"
    r"(?P<start>https?://[\w.:-]{4,60}/[\w/.%~=&?#+:-]{0,30}\w)[\w/.%~=&?#+:-]*[\w/]",
    re.ASCII | re.IGNORECASE,
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PERHAPS_A_LINK = re.compile(
    rf"(?<![a-z0-9@$#\uff20\uff03])https?://(?:{_LABEL}\.){{1,9}}(?P<end>[a-z]{{2,63}})(?![\w.-])"
    r"(?:/[a-z0-9/_-]*)?",
    re.IGNORECASE,
)
"""With a top-level domain that is younger than the parser's list, or that is none."""

_LIGHT = re.compile("[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_PERSON = (
    r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\p{Emoji_Presentation}"
    r"|(?!\p{Emoji_Presentation})\p{Extended_Pictographic}\ufe0f)"
)
# Behind a joiner, in what Twemoji took for one emoji when its work ended (Emoji 14).
_BEHIND = (
    r"[\u2620\u2640\u2642\u2695\u2696\u26a7\u2708\u2744\u2764\u2b1b\U0001f308\U0001f32b"
    r"\U0001f33e\U0001f373\U0001f37c\U0001f384\U0001f393\U0001f3a4\U0001f3a8\U0001f3eb"
    r"\U0001f3ed\U0001f466-\U0001f469\U0001f48b\U0001f4a8\U0001f4ab\U0001f4bb\U0001f4bc"
    r"\U0001f525\U0001f527\U0001f52c\U0001f5e8\U0001f680\U0001f692\U0001f91d\U0001f9af"
    r"\U0001f9b0-\U0001f9b3\U0001f9ba\U0001f9bc\U0001f9bd\U0001f9d1\U0001fa79\U0001faf2]"
    r"(?:\p{Emoji_Modifier}|(?<!\p{Emoji_Presentation})\ufe0f)?"
)
_NEWER = r"\U0001f426\u200d|[\U0001faf7\U0001faf8]"
_JOINED = (
    rf"(?!{_NEWER})(?:\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f?\u20e3"
    rf"|{_PERSON}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d{_BEHIND})*)"
)
_ONE_EMOJI = "\U0001f600"
# Labels in which writing turns round, that are empty or end a flag make a domain none for some
# parsers.
_TURNS = re.compile("[\u0590-\u08ff]")
_ENDS_A_LABEL = re.compile("[\u3002\uff0e\uff61\ufb1d-\ufdff\ufe70-\ufefc\U000e0020-\U000e007f]")
_A_LETTER, _ANOTHER_LETTER = "\u10d0", "\u65e5"  # of weight 1 and 2, in domains, never in paths


def count_weighted(text: str) -> int:
    """Length by X's weights: 23 for a link, 2 for an emoji or a CJK character.

    An emoji counts once however many code points it is joined of (UTS 51): families, skin tones,
    flags, keycaps; of emoji younger than Emoji 14, the parts count. Counted word by word, since no
    link spans a blank; of a word that the parser would take too long over, links that begin with
    http are known, and all else counts by its characters, which is never less than X counts. Where
    X's own parsers differ, and where a top-level domain is not known, the longer counts.
    """
    return sum(map(_weigh, _words(text)))


def has_link(text: str) -> bool:
    """Whether X would make a link of anything in `text`; in doubt it would."""
    return any(map(_has_link, _words(text)))


@lru_cache(maxsize=4096)
def host_of_link(start: str) -> str:
    """As much of `start`, a protocol and what follows to a blank or slash, as makes a link."""
    found = parser().extract_urls_with_indices(start) if _is_short(start) else ()
    return next((str(each["url"]) for each in found if each["indices"][0] == 0), "")


@cache
def parser() -> Any:
    """The parser as a module.

    It takes one file of its own from pkg_resources, which newer Pythons come without.
    """
    stand_in = _FilesOfPackages("pkg_resources")
    known = sys.modules.setdefault("pkg_resources", stand_in)
    try:
        import twitter_text
    finally:
        if known is stand_in:
            del sys.modules["pkg_resources"]
    return twitter_text


class _FilesOfPackages(ModuleType):
    """As much of pkg_resources as the parser needs."""

    @staticmethod
    def resource_string(module: str, name: str) -> bytes:
        """The content of the file `name` beside a module."""
        return resources.files(module.rpartition(".")[0]).joinpath(name).read_bytes()


def _words(text: str) -> list[str]:
    """The words of `text`, each with the blank before it."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


@cache
def _joined() -> Any:
    import regex  # type: ignore[import-untyped] # ships without types

    return regex.compile(_JOINED)


def _is_short(word: str) -> bool:
    return len(word) <= LONGEST_WORD and len(word) * word.count(".") <= MOST_WORK


def _has_link(word: str) -> bool:
    if "." not in word:
        return False
    return not _is_short(word) or any(_readings(word)) or any(_perhaps_links(word))


@lru_cache(maxsize=4096)
def _weigh(word: str) -> int:
    if "." not in word:
        return _by_characters(word)
    return max(_with_links(word, links) for links in _readings(word))


def _readings(word: str) -> Iterator[Sequence[Span]]:
    """Where the links are: as X's stricter parsers see them, then as its laxer ones do."""
    if not _is_short(word):
        yield [each.span() for each in _LINK.finditer(word) if _links(each["start"])]
        return
    yield _links(word)
    lax = _ENDS_A_LABEL.sub(_ANOTHER_LETTER, _TURNS.sub(_A_LETTER, word))
    if lax != word:
        yield _links(lax)


def _links(word: str) -> list[Span]:
    return [tuple(each["indices"]) for each in parser().extract_urls_with_indices(word)]


def _with_links(word: str, links: Sequence[Span]) -> int:
    total = end = 0
    for start, stop in links:
        total += _by_characters(word[end:start]) + LENGTH_OF_A_LINK
        end = stop
    more = sum(max(LENGTH_OF_A_LINK - len(each), 0) for each in _perhaps_links(word))
    return total + more + _by_characters(word[end:])


def _perhaps_links(word: str) -> list[str]:
    found = _PERHAPS_A_LINK.finditer(word)
    return [each[0] for each in found if not host_of_link(f"https://x.{each['end']}")]


def _by_characters(text: str) -> int:
    if text.isascii():
        return len(text)
    emoji_as_one = _joined().sub(_ONE_EMOJI, text)
    return 2 * len(emoji_as_one) - len(_LIGHT.findall(emoji_as_one))
