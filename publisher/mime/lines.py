"""What strangers wrote, on one line: it never breaks a header, and never turns one around."""

import re
from typing import Final

_BREAKERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\s]+")
_TURNERS: Final = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
_UNSEEN: Final = re.compile(f"[{_TURNERS}\U000e0000-\U000e007f]+")
_JOINERS: Final = re.compile("[\u200c\u200d]+")


def one_line(text: str) -> str:
    """`text` on one line: breaks and control characters are blanks, blanks are single.

    Characters of no width and those that change the direction are left out, but the two that join
    emoji and letters.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_BREAKERS.sub(" ", _UNSEEN.sub("", text)).split())


def legible(name: str) -> str:
    """A person's name on one line, without any character that cannot be seen."""
    return one_line(_JOINERS.sub("", name))
