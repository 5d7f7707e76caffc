"""A mistake on its way to becoming a located `Problem`."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple, TypeAlias

_FEW = 24

Path: TypeAlias = tuple[str | int, ...]


class Mistake(NamedTuple):
    """What is wrong at `path`; `line` where the path's own line is not the right one."""

    path: Path
    problem: str
    hint: str = ""
    line: int | None = None

    @property
    def where(self) -> str:
        """The path as people write it: `newsletters.daily.sections[2]`."""
        text = ""
        for part in self.path:
            text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        return text.removeprefix(".")


RENAMED = {
    "at_most": "quota",
    "apart": "min_interval",
    "quiet": "quiet_hours",
    "many_machines": "cluster",
}
"""Words of earlier versions, for whoever still has them in a config.yaml."""


def closest(word: str, known: Collection[str], alike: float = 0.6) -> str:
    """The known word that `word` was probably meant to be, or an empty text.

    One that begins otherwise must be more alike: `path` is no slip for `auth`.
    """
    if RENAMED.get(word) in known:
        return RENAMED[word]
    folded, slip = {each.casefold(): each for each in known}, word.casefold()
    near_start = [each for each in folded if each[:1] == slip[:1]]
    found = get_close_matches(slip, near_start, n=1, cutoff=alike)
    found = get_close_matches(slip, folded, n=1, cutoff=max(alike, 0.8)) or found
    return folded[found[0]] if found else ""


def near(word: str, known: Collection[str]) -> str:
    """`did you mean x?`, or the few that are known, or nothing."""
    meant = closest(word, known)
    if meant:
        return f"did you mean {meant}?"
    return listed(known)


def listed(known: Collection[str]) -> str:
    """All that are known, in words; nothing where they are too many to read."""
    if len(known) == 1:
        return f"the only one is {next(iter(known))}"
    return f"known are {', '.join(sorted(known))}" if 0 < len(known) <= _FEW else ""
