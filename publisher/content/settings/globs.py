"""Globs as settings of JavaScript programs write them: `**`, `*`, `?`, `{a,b}`, `[a-z]`."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_PIECE = re.compile(r"\*\*/?|\*|\?|\[!?[^\]/]+\]|[{},]|.", re.DOTALL)
_LONGEST = 1000


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path, with forward slashes, is matched by any of the globs.

    Those that begin with `!` take away what the others match.
    """
    given = [each for each in patterns if len(each) <= _LONGEST]
    wanted = [_compiled(each) for each in given if not each.startswith("!")]
    unwanted = [_compiled(each[1:]) for each in given if each.startswith("!")]

    def matches(path: str) -> bool:
        return any(each.fullmatch(path) for each in wanted) and not any(
            each.fullmatch(path) for each in unwanted
        )

    return matches


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    depth, parts = 0, []
    for piece in _PIECE.findall(pattern.removeprefix("./")):
        depth += (piece == "{") - (piece == "}" and depth > 0)
        parts.append(_expression(piece, inside=depth > 0 or piece == "}"))
    try:
        return re.compile("".join(parts))
    except re.error:
        return re.compile(re.escape(pattern))


def _expression(piece: str, *, inside: bool) -> str:
    if piece.startswith("["):
        return piece.replace("[!", "[^", 1)
    if piece in "{},":
        alternatives = {"{": "(?:", "}": ")", ",": "|"}
        return alternatives[piece] if inside else re.escape(piece)
    known = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return known.get(piece) or re.escape(piece)
