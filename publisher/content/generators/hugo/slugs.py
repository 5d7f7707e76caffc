"""Paths as Hugo writes them: which characters stay, and what becomes of the others.

The rules are those of https://gohugo.io/functions/urls/urlize/.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_plus

_CLEAN = re.compile(r"[a-z0-9/._~-]*")
_TIDY = re.compile(r"(?:/[^./][^/]*)+/?")
_MARKS = frozenset("./\\_#+~-@%")
_BESIDE_HYPHEN = re.compile(r" +(?=-)|(?<=-) +")
_HEX = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "/:@!$&()*+,;=~%"
_GO_LOWER = {ord("İ"): "i"}  # Go lowers each letter alone


@dataclass(slots=True)
class Slugs:
    """Makes paths by a site's settings; what was made once is remembered."""

    keep_case: bool = False
    plain: bool = False
    """Whether accents are removed (`removePathAccents`)."""

    _made: dict[str, str] = field(default_factory=dict)

    def __call__(self, written: str) -> str:
        """Blanks become `-`, what is no letter, digit or one of `-_.~/#+@` goes; lower case."""
        if _CLEAN.fullmatch(written):
            return written
        made = self._made.get(written)
        if made is None:
            made = self._made[written] = self._slug(written)
        return made

    def of_text(self, written: str) -> str:
        """A title or a name as a placeholder has it: a `#` at its end is lost."""
        return self(written).removesuffix("#")

    def _slug(self, written: str) -> str:
        made = _sanitised(written)
        if self.plain and not made.isascii():
            parts = unicodedata.normalize("NFD", made)
            made = "".join(each for each in parts if unicodedata.category(each) != "Mn")
            made = unicodedata.normalize("NFC", made)
        return made if self.keep_case else lower(made)


def lower(written: str) -> str:
    """Lower case, letter by letter."""
    if written.isascii():
        return written.lower()
    return "".join(each.lower() for each in written.translate(_GO_LOWER))


def _sanitised(written: str) -> str:
    text = (_HEX.sub("", written) if "%" in written else written).translate(_KEPT)
    if " " not in text:
        return text
    return "-".join((_BESIDE_HYPHEN.sub("", text) if "-" in text else text).split())


class _Kept(dict[int, str | None]):
    """What becomes of each character of a path, for `str.translate`; filled as they are met."""

    def __missing__(self, point: int) -> str | None:
        character = chr(point)
        category = unicodedata.category(character)
        kept = character in _MARKS or category == "Nd" or category[0] in "LM"
        blank = " " if character.isspace() else None
        self[point] = character if kept else blank
        return self[point]


_KEPT = _Kept()


def cleaned(path: str) -> str:
    """A path without empty parts, `.` and `..`, with one slash before it and none behind."""
    if _TIDY.fullmatch(path):
        return path.removesuffix("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)


def decoded(path: str) -> str:
    """A path as Hugo decodes it once a pattern is filled in: `+` is a blank there."""
    return unquote_plus(path) if "+" in path or "%" in path else path


def encoded(path: str) -> str:
    """A path made valid for a URL; what is percent-encoded already stays so."""
    return path if _CLEAN.fullmatch(path) else quote(_HEX.sub("%25", path), safe=_SAFE)
