"""Plain text made safe: what every template and every note starts from."""

import re
import unicodedata
from collections.abc import Iterable

# Directional overrides and isolates turn the text that follows round (Unicode TR 36 §2.6), a byte
# order mark is none inside a text, and an unpaired surrogate cannot be written as UTF-8.
_UNWANTED = re.compile(
    "[\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ud800-\udfff"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ACRONYMS = frozenset({"ai", "eu", "nhs", "tv", "uk", "un", "us", "usa"})
_WORD_GAP = re.compile(r"[\s_-]+")


def clean(value: str) -> str:
    """One line of `value`: no line breaks, control or directional characters, no double blanks.

    Noncharacters (U+FDD0 and its kin) go too: merge fields are marked with them, so no text
    that passed here can pose as one.
    """
    if value.isascii() and value.isprintable():  # most of what comes by the million
        return " ".join(value.split())
    return " ".join(_CONTROLS.sub(" ", _UNWANTED.sub("", value)).split())


def isolated(values: Iterable[str]) -> list[str]:
    """Values that stand beside each other: where one is written from the right, it turns no other.

    Each is then isolated (Unicode's U+2068 and U+2069).
    """
    texts = list(values)
    turned = any(map(turns, texts))
    return [f"\u2068{text}\u2069" for text in texts] if turned else texts


def turns(text: str) -> bool:
    """Whether something in `text` is written from the right."""
    return not text.isascii() and any(
        unicodedata.bidirectional(char) in ("R", "AL") for char in text
    )


def label(category: str) -> str:
    """A category as people read it: `world-news` is `World news`, `tv` is `TV`."""
    words = [word for word in _WORD_GAP.split(clean(category)) if word]
    known = [word.upper() if word.lower() in _ACRONYMS else word for word in words]
    text = " ".join(known)
    return text[:1].upper() + text[1:]


def hashtags(categories: Iterable[str], ignored: Iterable[str], most: int) -> tuple[str, ...]:
    """At most `most` hashtags, without their `#`, in CamelCase: letters and digits only.

    A tag of digits alone is none on any network, and the same tag never comes twice.
    """
    unwanted = {name.casefold() for name in ignored}
    tags: dict[str, str] = {}
    for category in categories:
        tag = _hashtag(category)
        if category.casefold() not in unwanted and tag and not tag.isdecimal():
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())[:most]


def _hashtag(category: str) -> str:
    kinds = ((char, unicodedata.category(char)) for char in clean(category))
    kept = "".join(char if kind[0] in "LM" or kind == "Nd" else " " for char, kind in kinds)
    words = (word.upper() if word.lower() in _ACRONYMS else word for word in kept.split())
    return "".join(word[:1].upper() + word[1:] for word in words)
