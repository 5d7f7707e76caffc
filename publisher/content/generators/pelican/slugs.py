"""Slugs as Pelican makes them of titles, categories and authors."""

import re
import unicodedata
from functools import lru_cache
from html import unescape

from publisher.content.generators.pelican.settings import USUAL, Settings
from publisher.content.latin import in_latin
from publisher.content.settings.expressions import expression

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_DROPPED = re.compile(r"[^\w\s-]")
_RUNS = re.compile(r"[-\s]+")
_LONGEST = 2_000


class Slugs:
    """The slugs of one site, for one kind of name: `SLUG`, `CATEGORY`, `AUTHOR`."""

    def __init__(self, settings: Settings, kind: str = "SLUG") -> None:
        self._patterns = []
        for pattern, replacement in settings.substitutions(kind):
            normal = unicodedata.normalize("NFKC", pattern)
            if compiled := expression(normal, re.IGNORECASE):
                self._patterns.append((compiled, unicodedata.normalize("NFKC", replacement)))
        self._is_usual = settings.substitutions(kind) == USUAL
        self._keeps_case = settings.flag("SLUGIFY_PRESERVE_CASE", default=False)
        self._keeps_script = settings.flag("SLUGIFY_USE_UNICODE", default=False)
        self.known = lru_cache(maxsize=4096)(self.slug)

    def slug(self, text: str, *, is_html: bool = True) -> str:
        """The slug of a name, of which tags and entities are HTML's or mean nothing.

        `known` remembers names that come often.
        """
        if self._is_usual and text.isascii() and not ("<" in text or "&" in text):
            plain = _RUNS.sub("-", _DROPPED.sub("", text[:_LONGEST]).strip())
            return plain if self._keeps_case else plain.lower()
        text = _without_tags(text[:_LONGEST]) if is_html else text[:_LONGEST]
        text = unicodedata.normalize("NFKC", text)
        if not self._keeps_script:
            text = in_latin(text)
        for pattern, replacement in self._patterns:
            try:
                text = pattern.sub(replacement, text)
            except (re.error, IndexError):  # a group that the pattern has not
                continue
        return (text if self._keeps_case else text.lower()).strip()


def _without_tags(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("", _COMMENT.sub("", text))
    text = " ".join(text.split())
    return unescape(text) if "&" in text else text
