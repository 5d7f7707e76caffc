"""Slugs and paths as Jigsaw makes them: its steps in its order, then plain ASCII."""

import re
from functools import cache, lru_cache
from urllib.parse import quote

_EDGES = " ./\\"
_CLEAN = re.compile(r"(?:/[A-Za-z0-9_.~-]*[A-Za-z0-9_~-])+")
_COVERED = (
    (0x00A0, 0x02AF),  # Latin
    (0x0370, 0x04FF),  # Greek, Cyrillic
    (0x0600, 0x06FF),  # Arabic
    (0x0900, 0x097F),  # Devanagari
    (0x1000, 0x10FF),  # Myanmar, Georgian
    (0x1D00, 0x1DBF),  # phonetic letters
    (0x1E00, 0x1FFF),  # more Latin, more Greek
    (0x2070, 0x209F),  # raised and lowered digits
    (0xFF00, 0xFFEF),  # full-width forms
)


class _Kept(dict[int, str | None]):
    """What becomes of each character of a slug, for `str.translate`; filled as they are met."""

    def __init__(self, separator: str) -> None:
        flipped = "_" if separator == "-" else "-"
        super().__init__({ord(separator): " ", ord(flipped): " "})

    def __missing__(self, point: int) -> str | None:
        character = chr(point)
        blank = " " if character.isspace() else None
        self[point] = character if character.isalnum() or character == "." else blank
        return self[point]


_kept = cache(_Kept)


def slug(text: str, separator: str = "-") -> str:
    """`text` as Jigsaw's slug, before transliteration.

    Lower case; only letters, numbers, `.` and the separator are left; blanks and runs of
    separators become one.
    """
    return separator.join(text.lower().translate(_kept(separator)).split())


def url_path(path: str) -> str:
    """A path as Jigsaw writes it, percent-encoded for a URL.

    One slash at a time, ASCII, no slash or dot at the end.
    """
    if _CLEAN.fullmatch(path):
        return path
    text = "".join(map(_ascii, path))
    text = "/" + re.sub(r"//+", "/", text).strip().lstrip("/\\").rstrip(_EDGES)
    return quote(text, safe="/~!$&'()*+,;=:@")


@lru_cache(maxsize=4096)
def _ascii(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else ""
    if character.isspace():
        return " "
    point = ord(character)
    if not any(low <= point <= high for low, high in _COVERED):
        return ""
    from anyascii import anyascii

    plain = str(anyascii(character))
    return plain if plain.isalnum() else ""
