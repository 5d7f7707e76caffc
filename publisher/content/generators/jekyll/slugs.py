"""Slugs and paths as Jekyll makes them."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote

_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()+,;=@]+(?:-[A-Za-z0-9._~!$&'()+,;=@]+)*")
_CLEAN = re.compile(r"(?:/[A-Za-z0-9_~.-]*[A-Za-z0-9_~-])+/?")
_PRETTY = frozenset("._~!$&'()+,;=@")
_SAFE = "/~!$&'()*+,;=:@"


class _Kept(dict[int, str]):
    """What becomes of each character of a slug, for `str.translate`; filled as they are met."""

    def __init__(self, also: frozenset[str]) -> None:
        super().__init__()
        self._also = also

    def __missing__(self, point: int) -> str:
        character = chr(point)
        category = unicodedata.category(character)
        kept = category[0] in "ML" or category == "Nd" or character in self._also
        self[point] = character if kept else "-"
        return self[point]


@cache
def _kept(*, pretty: bool) -> Mapping[int, str]:
    return _Kept(_PRETTY if pretty else frozenset())


def pretty_slug(text: str) -> str:
    """`:title`: letters, marks, digits and some signs stay as they are; all else is one `-`."""
    return text if _PLAIN.fullmatch(text) else _joined(text.translate(_kept(pretty=True)))


def slug(text: str) -> str:
    """`:slug`: letters, marks and digits stay, in lower case; all else is one `-`."""
    return _joined(text.translate(_kept(pretty=False))).lower()


def _joined(text: str) -> str:
    text = re.sub("-+", "-", text)
    return text.removeprefix("-").removesuffix("-")


def url_path(path: str) -> str:
    """A path as Jekyll cleans it: no two dots, no `./`, one slash at a time; percent-encoded."""
    if _CLEAN.fullmatch(path) and ".." not in path:
        return path
    clean = f"/{path}".replace("..", "/").replace("./", "")
    return quote(re.sub("/{2,}", "/", clean), safe=_SAFE)
