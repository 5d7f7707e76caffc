"""Slugs as Zola makes them of file names, by its three strategies."""

import re
from functools import lru_cache
from urllib.parse import quote

_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PARTS = re.compile(r"[^a-z0-9]+")
_UNSAFE = str.maketrans("", "", '<>:"/\\|?*\r\n\0')
_WORDS = re.compile("([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
"""Characters that stand for a word each, so that their spellings are kept apart."""

_SAFE = "/:@!$&()*+,;=~"


@lru_cache(maxsize=65_536)
def slug(written: str, strategy: str) -> str:
    """A name as a part of a path: `on` spells it in ASCII, `safe` drops what no file may have."""
    if strategy == "off":
        return written
    if strategy == "safe":
        return written.rstrip(" .").translate(_UNSAFE)
    if _PLAIN.fullmatch(written):
        return written
    if not written.isascii():
        from anyascii import anyascii

        written = str(anyascii(_WORDS.sub(r" \1 ", written)))
    return _PARTS.sub("-", written.lower()).strip("-")


def encoded(path: str) -> str:
    """A path made valid for a URL."""
    return quote(path, safe=_SAFE)
