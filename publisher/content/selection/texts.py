"""What stands for a post's text: two files with one key hold the same text under any head."""

import hashlib
import re
from pathlib import Path

from publisher.content.files import beginning

MOST_BYTES = 1_000_000
"""Read of a file, at most: what comes later tells no two posts apart."""

_HEAD = re.compile(r"\s*(-{3,}|\+{3}|;{3})[a-z]*[ \t]*\r?\n(.*?)\n\1[ \t]*(?:\r?\n|$)", re.DOTALL)
_PICTURES = re.compile(r"(?im)^.*(?:image|picture|photo|cover|hero|thumb|video|audio|file).*$")


class Texts:
    """The files of posts, asked only where two look alike. This one knows none of them."""

    def key(self, path: str) -> str:  # noqa: ARG002 - SiteTexts needs it
        """What stands for the text of the post at `path`; "" if there is none to speak of."""
        return ""

    def is_there(self, path: str) -> bool:  # noqa: ARG002 - SiteTexts needs it
        """Whether the file is still there, as far as is known."""
        return True


class SiteTexts(Texts):
    """Reads each file once; `base` is the folder that paths of posts start at."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._keys: dict[str, str] = {}

    def key(self, path: str) -> str:
        """The text below the head and the pictures that the head names, as one short key."""
        if path not in self._keys:
            self._keys[path] = text_key(beginning(self._base / path, MOST_BYTES))
        return self._keys[path]

    def is_there(self, path: str) -> bool:
        """Whether the file is still there; what a feed held once is."""
        if path.startswith("feed:"):
            return True
        try:
            return (self._base / path).is_file()
        except (OSError, ValueError):
            return True


def text_key(content: str) -> str:
    """The key of a file's content; "" where no word is below the head and no picture in it."""
    head = _HEAD.match(content)
    body = content[head.end() :] if head else content
    pictures = _PICTURES.findall(head[2]) if head else []
    words = " ".join(" ".join([*pictures, body]).split())
    if not any(map(str.isalnum, words)):
        return ""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
