"""Globs: the patterns of .eleventyignore, .gitignore and of collections, as regular expressions."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from publisher.content.settings.globs import too_many_stars

_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\{[^{}/]*\}|[^*?{]+|.")
_LONGEST = 200


@lru_cache(maxsize=256)
def matcher(pattern: str) -> re.Pattern[str]:
    """What a glob matches: a path below the site's folder, without a leading `./`."""
    pattern = pattern.strip().removeprefix("./").lstrip("/")[:_LONGEST]
    if too_many_stars(pattern):
        return re.compile(re.escape(pattern))
    return re.compile("".join(map(_piece, _PIECE.findall(pattern))))


def _piece(piece: str) -> str:
    match piece:
        case "**/":
            return "(?:[^/]+/)*"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
    if piece.startswith("{") and piece.endswith("}"):
        return f"(?:{'|'.join(map(re.escape, piece[1:-1].split(',')))})"
    return re.escape(piece)


class Ignored:
    """The files that Eleventy passes over, by its own patterns: the last that matches decides."""

    def __init__(self, root: Path, patterns: Iterable[str]) -> None:
        self._patterns = [
            (not pattern.startswith("!"), matcher(_as_glob(root, pattern.removeprefix("!"))))
            for pattern in patterns
        ]

    def __contains__(self, path: str) -> bool:
        ignored = False
        for says, pattern in self._patterns:
            if says is not ignored and pattern.fullmatch(path):
                ignored = says
        return ignored


def lines(text: str) -> list[str]:
    """The patterns in a file of them; Eleventy has none that begin with `!`."""
    found = (line.strip() for line in text.split("\n"))
    return [line for line in found if line and line[0] not in "#!"]


def _as_glob(root: Path, pattern: str) -> str:
    """A folder stands for what is in it; unlike Git's, a pattern begins at the site's folder."""
    bare = pattern.strip().removeprefix("./").strip("/")
    is_folder = "*" not in bare and (root / bare).is_dir()
    return f"{bare}/**" if is_folder or pattern.endswith("/") else bare
