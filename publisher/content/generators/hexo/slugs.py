"""Slugs and paths as Hexo makes them."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

_CONTROL = re.compile(r"[\x00-\x1f]")
_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]+")
_SAFE = "/~!$&'()*+,;=:@"
_CLEAN = re.compile(r"(?:[A-Za-z0-9_~.-]+/)*[A-Za-z0-9_~.-]*")
_LATIN = ((0xC0, 0x24F), (0x1E00, 0x1EFF), (0x24B6, 0x24E9), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
_AS_THEY_ARE = frozenset("ĲĳǮǯ")
_LIGATURES = {
    "Æ": "AE", "Ǽ": "AE", "Ǣ": "AE", "æ": "ae", "ǽ": "ae", "ǣ": "ae", "Œ": "OE", "œ": "oe",
    "Ƣ": "OI", "ƣ": "oi", "\u0222": "OU", "\u0223": "ou", "ƕ": "hv",
}  # fmt: skip
_STRUCK = str.maketrans(
    "ȺɃƂƁƇȻĐƋƊƉƐƎƑǤƓĦƗɈƘĿŁȽƜȠƝØǾƆƟƤɊɌŦƬƮȾɄƲɅƳɎƵȤ"
    "ɐƀƃɓƈȼđƌɖɗɇɛǝƒǥɠħɥɨıɉƙŀſłƚɫɱɯƞɲŉøǿɔɵƥɋɍɽßȿŧƭʈʉʋʌƴɏƶȥɀ",
    "ABBBCCDDDDEEFGGHIJKLLLMNNOOOOPQRTTTTUVVYYZZ"
    "abbbccddddeeefgghhiijklllllmmnnnoooopqrrsstttuvvyyzzz",
)
"""Letters that Unicode does not take apart; what stands for each is Hexo's choice."""


def slug(text: str, case: int = 0) -> str:
    """`text` with `-` for signs and blanks and plain Latin letters; `case` 1 is lower, 2 upper."""
    plain = text if text.isascii() else "".join(map(_plain, text))
    joined = _SPECIAL.sub("-", _CONTROL.sub("", plain)).strip("-")
    return {1: joined.lower(), 2: joined.upper()}.get(case, joined)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character in _LIGATURES:
        return _LIGATURES[character]
    struck = character.translate(_STRUCK)
    point = ord(character)
    is_latin = any(low <= point <= high for low, high in _LATIN)
    if struck != character or not is_latin or character in _AS_THEY_ARE:
        return struck
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(_STRUCK)


def url_path(path: str) -> str:
    """A path with one slash at a time, percent-encoded for a URL; what is encoded stays so."""
    if _CLEAN.fullmatch(path):
        return f"/{path}"
    clean = re.sub("/{2,}", "/", f"/{path}")
    return quote(clean, safe=_SAFE + "%") if _is_encoded(clean) else quote(clean, safe=_SAFE)


def _is_encoded(path: str) -> bool:
    """Whether every `%` in it begins an encoded byte."""
    return "%" in path and re.search(r"%(?![0-9A-Fa-f]{2})", path) is None
