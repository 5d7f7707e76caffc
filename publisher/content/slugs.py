"""Slugs as sites make them of titles and names: one procedure, and what differs by site."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_APOSTROPHES = re.compile("['\u2018\u2019]")
_CONTRACTION = re.compile(r"(\w)['\u2019]([ts])(?=\s|$)")
_WORD = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|\d|\b)|[A-Z]?[a-z]+|[A-Z]|\d+")
_AND: Mapping[str, str] = {"&": " and "}
_NAMED: Mapping[str, str] = {"&": "and", "$": "dollar", "%": "percent", "€": "euro", "£": "pound"}


@dataclass(frozen=True, slots=True)
class Slug:
    """A way to make slugs.

    `kept` are the marks that stay besides letters and digits; any other mark is dropped, or, if
    `parted`, parts words as a blank does. `script` says what becomes of letters beyond ASCII:
    `kept`, `folded` (accents go, other scripts are dropped) or `spelt` (in Latin letters).
    """

    kept: str = "-"
    lower: bool = True
    parted: bool = False
    script: str = "folded"
    runs: bool = False
    separator: str = "-"
    trimmed: bool = True
    said: Mapping[str, str] = field(default_factory=dict, hash=False)
    contracted: bool = False
    end: str = ""

    def __call__(self, text: str) -> str:
        """The slug of a text."""
        if self.contracted:
            text = _CONTRACTION.sub(r"\1\2", text)
        for mark, word in self.said.items():
            text = text.replace(mark, word)
        text = _SCRIPTS[self.script](text)
        text = "".join(map(self._written, text.lower() if self.lower else text))
        mark = re.escape(self.separator)
        if not self.runs:
            text = re.sub(f"{mark}{{2,}}", self.separator, text)
        return (
            text.strip(self.separator).rstrip(self.end or self.separator) if self.trimmed else text
        )

    def _written(self, character: str) -> str:
        if character.isalnum() or character in self.kept:
            return character
        if character.isspace():
            return self.separator
        if unicodedata.category(character)[0] == "M":
            return character
        return self.separator if self.parted else ""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _spelt(text: str) -> str:
    if text.isascii():
        return text
    from anyascii import anyascii

    return "".join(str(anyascii(mark)) if mark.isalnum() else mark for mark in text)


_SCRIPTS: Mapping[str, Callable[[str], str]] = {"kept": str, "folded": _folded, "spelt": _spelt}


def _kebab(text: str) -> str:
    """Words as lodash's kebabCase cuts them: where the case changes, and around digits."""
    return "-".join(_WORD.findall(_APOSTROPHES.sub("", _spelt(text)))).lower()


_MANY = "$*_+~.()'\"!-:@"

SLUGS: Mapping[str, Callable[[str], str]] = {
    "raw": str,
    "lower": str.lower,
    "slug": Slug(kept="-_"),
    "words": Slug(kept="", parted=True, script="spelt"),
    "plain": Slug(kept="", parted=True, script="spelt", said={"'": "", "\u2019": ""}),
    "cased": Slug(kept="-_", lower=False, script="kept"),
    "unicode": Slug(kept="", parted=True, script="kept"),
    "letters": Slug(kept="", script="kept", said={"-": " ", "_": " "}),
    "github": Slug(kept="-_", script="kept", runs=True, trimmed=False),
    "hugo": Slug(kept="-_.~/#+", script="kept"),
    "dots": Slug(kept="-.", script="spelt", said={"_": "-"}, end="."),
    "hexo": Slug(kept="", parted=True, lower=False),
    "and": Slug(kept="", parted=True, script="spelt", said=_AND, contracted=True),
    "marks": Slug(kept=_MANY, script="folded", said=_NAMED),
    "strict": Slug(kept="-", script="folded", said={**_NAMED, "_": ""}),
    "spaces": lambda text: re.sub(r"\s+", "-", text.strip().lower()),
    "under": Slug(kept="_", script="folded", separator="_", said={"-": "_"}),
    "kebab": _kebab,
}
"""What may follow `~` in a pattern, the commonest first."""


@lru_cache(maxsize=65_536)
def slug(text: str, name: str) -> str:
    """`text` as the way called `name` writes it."""
    return SLUGS[name](text)
