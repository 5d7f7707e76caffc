"""How networks count a text, for `Limits`; code points are `len`, X counts by `weights`."""

from functools import cache
from typing import Any

# A consonant that a sign such as virama joins to the one before (rule GB9c, since Unicode 15.1).
_JOINED_CONSONANT = r"\p{InCB=Linker}\p{InCB=Extend}*\K\p{InCB=Consonant}"
_EMOJI = (
    r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}"
    r"\u200d\ufe0f\u20e3\U000e0020-\U000e007f]+"
)
_BEYOND_UTF16_UNIT = 0xFFFF


def graphemes(text: str) -> int:
    """Characters as people see them: extended grapheme clusters (UAX 29)."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(pattern(r"\X").findall(text))


def graphemes_at_most(text: str) -> int:
    """The same where software knows no Indic conjuncts: a bound beside `graphemes`, in `also`.

    A server may be older than rule GB9c; what fits by both fits there, too.
    """
    apart = 0 if text.isascii() else len(pattern(_JOINED_CONSONANT).findall(text))
    return graphemes(text) + apart


def utf16_units(text: str) -> int:
    """Code units of UTF-16, as JavaScript and Java have it: two for a character beyond U+FFFF."""
    return len(text) + sum(ord(character) > _BEYOND_UTF16_UNIT for character in text)


def utf8_bytes(text: str) -> int:
    """Bytes of UTF-8; an unpaired surrogate, which has none, counts as three."""
    return len(text.encode("utf-8", "surrogatepass"))


def emoji_in_bytes(text: str) -> int:
    """Characters, but every emoji as many as it has bytes in UTF-8, as Meta's Threads has it."""
    if text.isascii():
        return len(text)
    found = pattern(_EMOJI).findall(text)
    return utf16_units(text) + sum(utf8_bytes(emoji) - utf16_units(emoji) for emoji in found)


@cache
def pattern(expression: str) -> Any:
    """An expression of the package `regex`, which knows what Unicode calls a character."""
    import regex  # type: ignore[import-untyped] # ships without types

    return regex.compile(expression)
