"""Regular expressions that a site's settings bring: only those that end soon are taken."""

import re
from functools import lru_cache

_LONGEST = 1_000
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[*+]|\{\d*,?\d*\}|.", re.DOTALL)
_REPEATS = re.compile(r"[*+]|\{\d+,\d*\}")


@lru_cache(maxsize=256)
def expression(pattern: str, flags: int = 0) -> re.Pattern[str] | None:
    """The compiled pattern; None if it is none, or could take for ever on a short text.

    A group that repeats may hold no repetition and no choice.
    """
    if len(pattern) > _LONGEST or _repeats_repetition(pattern):
        return None
    try:
        return re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError):
        return None


def _repeats_repetition(pattern: str) -> bool:
    """Whether something like `(a*)*` or `(a|b)*` stands in it."""
    groups, closed = [False], False  # of each open group: whether it holds such
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        if _REPEATS.fullmatch(piece):
            if closed:
                return True
            groups[-1] = True
        elif piece == "|":
            groups[-1] = True
        elif piece == "(":
            groups.append(False)
        closed = piece == ")" and len(groups) > 1 and groups.pop()
        groups[-1] = groups[-1] or closed
    return False
