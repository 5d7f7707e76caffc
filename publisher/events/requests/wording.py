"""What people mean by what they write, in ten languages; the words are in words.toml."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

_DATA: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)
_LONGEST: Final = 200
_APART = re.compile(r"[^\w]+")
_JAPANESE_FILLERS = re.compile("(?:をお願い(?:いた|致)?します|お願い(?:いた|致)?します|希望)$")


class Verb(StrEnum):
    """What somebody wants."""

    UNSUBSCRIBE = "unsubscribe"
    SUBSCRIBE = "subscribe"
    PREFERENCES = "preferences"
    CONFIRM = "confirm"


def folded(text: str) -> str:
    """Without capitals, punctuation and blanks that say nothing."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    return " ".join(_APART.split(plain)).strip()


def _all(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, words))


PHRASES: Final = {verb: _all(_DATA[verb.value]) for verb in Verb}
FILLERS: Final = _all(_DATA["fillers"])
QUOTATIONS: Final = _all(_DATA["quotations"])
_VAGUE: Final = _all(_DATA["vague"])
KEYS: Final = {word: key for key, words in _DATA["keys"].items() for word in _all(words)}
CADENCES: Final = {word: key for key, words in _DATA["cadences"].items() for word in _all(words)}
ALL: Final = _all(_DATA["values"]["all"])
DAYS: Final = {
    word: day for day, words in enumerate(_DATA["values"]["days"]) for word in _all(words)
}
_ANSWERS: Final = "|".join(map(re.escape, _DATA["answers"]))
_ANSWER = re.compile(rf"\A\s*(?:(?:{_ANSWERS})\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def without_answer(subject: str) -> str:
    """A subject without `Re:` and the like in front."""
    return _ANSWER.sub("", unicodedata.normalize("NFKC", subject))


def meaning(text: str, names: Collection[str] = ()) -> tuple[Verb | None, str]:
    """What a short text asks for, if that is all it says, and the newsletter that it names."""
    if len(text) > _LONGEST:
        return None, ""
    words = _JAPANESE_FILLERS.sub("", folded(text)).split()
    by_words = {" ".join(_APART.split(name.casefold())): name for name in names}
    known = next((name for name in by_words if f" {name} " in f" {' '.join(words)} "), "")
    rest = " ".join(words)
    if known and rest not in _EVERY_PHRASE:
        rest = " ".join(f" {rest} ".replace(f" {known} ", " ", 1).split())
    bare = " ".join(word for word in rest.split() if word not in FILLERS)
    for verb, phrases in PHRASES.items():
        if rest in phrases or bare in phrases:
            return verb, by_words.get(known, "")
    return None, ""


def opening(paragraph: Sequence[str], names: Collection[str] = ()) -> tuple[Verb | None, str]:
    """What a short paragraph asks for, or the line that it begins with, if that is clear enough."""
    verb, name = meaning(" ".join(paragraph), names)
    if verb is None and paragraph and folded(paragraph[0]) not in _VAGUE:
        return meaning(paragraph[0], names)
    return verb, name


_EVERY_PHRASE: Final = frozenset[str]().union(*PHRASES.values())
