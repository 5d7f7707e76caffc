"""How X counts: weights by character, one length for every link, and 2 for every emoji.

docs.x.com/fundamentals/counting-characters, twitter-text's configuration 3.
"""

import re
import sys
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from types import ModuleType
from typing import Any

LENGTH_OF_A_LINK = 23
LONGEST_WORD = 1_000
MOST_WORK = 10_000
"""Dots times characters of a word that the parser may read: it takes that many steps or more."""

_WORD = re.compile(r"[ \t\r\n]?[^ \t\r\n]*")
_LINK = re.compile(
    r"(?<![A-Za-z0-9@$#\uff20\uff03])"
    r"(?P<start>https?://[\w.:-]{4,60}/[\w/.%~=&?#+:-]{0,30}\w)[\w/.%~=&?#+:-]*[\w/]",
    re.ASCII | re.IGNORECASE,
)
_LIGHT = re.compile("[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_PERSON = (
    r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\p{Emoji_Presentation}"
    r"|(?!\p{Emoji_Presentation})\p{Extended_Pictographic}\ufe0f)"
)
_JOINED = (
    r"\p{Regional_Indicator}{2}"
    rf"|{_PERSON}(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200d{_PERSON})*"
)
_ONE_EMOJI = "\U0001f600"


def count_weighted(text: str) -> int:
    """Length by X's weights: 23 for a link, 2 for an emoji or a CJK character.

    An emoji counts once however many code points it is joined of (UTS 51): families, skin tones,
    flags, keycaps, newer ones than the parser knows as well. Counted word by word, since no link
    spans a blank; of a word that the parser would take too long over, links that begin with http
    are known, and all else counts by its characters, which is never less than X counts.
    """
    return sum(map(_weigh, _words(text)))


def has_link(text: str) -> bool:
    """Whether X would make a link of anything in `text`; in doubt it would."""
    extract_urls = parser().extract_urls
    dotted = (word for word in _words(text) if "." in word)
    return any("://" in word or not _is_short(word) or extract_urls(word) for word in dotted)


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
    """The words of `text`, each with the blank before it, and every emoji one code point."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return _WORD.findall(plain if plain.isascii() else _joined().sub(_as_one, plain))


@cache
def _joined() -> Any:
    import regex  # type: ignore[import-untyped] # ships without types

    return regex.compile(_JOINED)


def _as_one(emoji: Any) -> str:
    return _ONE_EMOJI if len(emoji[0]) > 1 else str(emoji[0])


def _is_short(word: str) -> bool:
    return len(word) <= LONGEST_WORD and len(word) * word.count(".") <= MOST_WORK


@lru_cache(maxsize=4096)
def _weigh(word: str) -> int:
    if _is_short(word):
        return _parsed(word)
    total, end = 0, 0
    for link in _LINK.finditer(word):
        if _parsed(link["start"]) == LENGTH_OF_A_LINK:
            total += _by_characters(word[end : link.start()]) + LENGTH_OF_A_LINK
            end = link.end()
    return total + _by_characters(word[end:])


def _parsed(word: str) -> int:
    return int(parser().parse_tweet(word).weightedLength)


def _by_characters(text: str) -> int:
    return sum(1 if _LIGHT.match(character) else 2 for character in text)
