"""Findings for people: a hundred of one kind are a few lines and a number."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.errors import Problem

_SHOWN = 5
_VARYING = re.compile(r"""'[^']*' | "[^"]*" | `[^`]*` | \{[^}]*\} | \S*[/.]\S+ | \d+""", re.VERBOSE)


def lines(problems: "Sequence[Problem]", *, whole: bool = False) -> Iterator[str]:
    """A line for each, unless it is one of many of its kind: those beyond the fifth are counted."""
    kinds = [_kind(problem) for problem in problems]
    counts, shown = Counter(kinds), Counter[tuple[str, str]]()
    for problem, kind in zip(problems, kinds, strict=True):
        shown[kind] += 1
        if whole or shown[kind] <= _SHOWN or counts[kind] == _SHOWN + 1:
            yield str(problem)
        elif shown[kind] == _SHOWN + 1:
            yield f"  and {counts[kind] - _SHOWN:,} more like it: publish check --all"


def _kind(problem: "Problem") -> tuple[str, str]:
    """What problems of one kind have in common: the words, without names and numbers."""
    return problem.where, _VARYING.sub("", problem.problem)
