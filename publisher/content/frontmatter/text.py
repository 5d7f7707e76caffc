"""Text as people read it: entities, blanks and invisible characters put right."""

import unicodedata

from publisher.content.markup import plain_text

_KEPT = frozenset("\u200c\u200d\u200e\u200f\u00ad")
_DROPPED = frozenset({"Cc", "Cs", "Cf", "Cn", "Co"})


def for_people(text: str) -> str:
    """`text` in one line, with HTML entities as the characters they stand for.

    Every run of white space, non-breaking blanks included, becomes one space. Control characters
    and overrides of the writing direction go; joiners and direction marks stay, because Persian
    and emoji need them.
    """
    if text.isascii() and text.isprintable() and "&" not in text and "  " not in text:
        return text.strip()
    if "&" in text:
        from html import unescape

        text = unescape(text)
    text = " ".join(text.split())
    if text.isprintable():
        return text
    shown = (c for c in text if c in _KEPT or unicodedata.category(c) not in _DROPPED)
    return " ".join("".join(shown).split())


def plain(text: str) -> str:
    """`text` as `for_people` gives it, without Markdown and HTML: a title or a description."""
    return for_people(plain_text(text))
