"""Globs as settings of JavaScript programs write them: `**`, `*`, `?`, `{a,b}`, `[a-z]`."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

_PIECE = re.compile(r"\*\*/?|\*|\?|\[!?[^\]/]+\]|[{},]|.", re.DOTALL)
_GROUP = re.compile(r"\{[^{}]*\}")
_STARS = re.compile(r"\*+")
_LONGEST = 1000
_MOST_STARS = 5
_MOST_GROUPS = 2
_DEEP = 2
_REACH = {"**/": _DEEP, "**": _DEEP, "*": 1}


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
        reach = _REACH.get(piece, 0) if depth == 0 else 0
        parts.append((_expression(piece, inside=depth > 0 or piece == "}"), reach))
    try:
        if sum("*" in found for found in _GROUP.findall(pattern)) <= _MOST_GROUPS:
            return re.compile(_joined(parts, _DEEP))
    except re.error:
        pass
    return re.compile(re.escape(pattern))


def too_many_stars(pattern: str) -> bool:
    """Whether a glob could take for ever, if it becomes an expression piece by piece."""
    return len(_STARS.findall(pattern)) > _MOST_STARS


def _joined(parts: "list[tuple[str, int]]", reach: int) -> str:
    """One expression, in which no star is tried again once what follows it was found.

    A star that reaches as far as the next one has nothing to gain from another try: without that,
    a dozen of them take for ever.
    """
    chunks: list[list[tuple[str, int]]] = [[]]
    for part in parts:
        if part[1] == reach:
            chunks.append([])
        chunks[-1].append(part)
    first, *others = chunks
    deeper = partial(_joined, reach=reach - 1) if reach > 1 else _plain
    found = [deeper(first)] + [f"{chunk[0][0]}?{deeper(chunk[1:])}" for chunk in others]
    return "".join([found[0], *(f"(?>{each})" for each in found[1:-1]), *found[1:][-1:]])


def _plain(parts: "list[tuple[str, int]]") -> str:
    return "".join(text for text, _ in parts)


def _expression(piece: str, *, inside: bool) -> str:
    if piece.startswith("["):
        return piece.replace("[!", "[^", 1)
    if piece in "{},":
        alternatives = {"{": "(?:", "}": ")", ",": "|"}
        return alternatives[piece] if inside else re.escape(piece)
    known = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return known.get(piece) or re.escape(piece)
