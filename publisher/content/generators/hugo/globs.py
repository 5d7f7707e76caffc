"""Targets: which pages a cascade or a permalink is meant for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Any

from publisher.content.generators.hugo.config import Options, mappings, text, texts
from publisher.content.settings.globs import too_many_stars

_BRACES = re.compile(r"\{([^{}]*)\}")
_PIECES = re.compile(r"\*\*|\*|\?|\[!?[^\]]+\]|\\.|.", re.DOTALL)
_MOST = 256
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Target:
    """Globs for a page's path, kind, language and environment; '' stands for any."""

    path: str = ""
    kind: str = ""
    languages: tuple[str, ...] = ()
    environment: str = ""

    def matches(self, path: str, language: str) -> bool:
        """Whether it means the page at `path` in that language."""
        return (
            (not self.path or matches(self.path, path))
            and (not self.kind or matches(self.kind, "page"))
            and (not self.languages or any(matches(each, language) for each in self.languages))
            and (not self.environment or matches(self.environment, "production"))
        )


def target(written: Any) -> Target:
    """The target that a mapping describes; any page if it is none."""
    found = next(mappings(written), {})
    return Target(
        text(found.get("path")).lower(),
        text(found.get("kind")).lower(),
        (*texts(found.get("lang")), *texts(_inner(found, "sites", "matrix").get("languages"))),
        text(found.get("environment")).lower(),
    )


def _inner(found: Options, *keys: str) -> Options:
    for key in keys:
        found = next(mappings(found.get(key)), {})
    return found


def matches(glob: str, written: str) -> bool:
    """Whether a glob of Hugo's means `written`; case is the same to it."""
    return _compiled(glob.lower()).fullmatch(written.lower()) is not None


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    known = (each for each in _alternatives(glob[:_LONGEST]) if not too_many_stars(each))
    patterns = [*map(_pattern, known)] or [re.escape(glob)]
    return re.compile("|".join(patterns), re.DOTALL)


def _alternatives(glob: str) -> Iterator[str]:
    """The globs that one with `{a,b}` stands for."""
    parts = _BRACES.split(glob)
    choices = [each.split(",") if odd % 2 else [each] for odd, each in enumerate(parts)]
    for chosen in islice(product(*choices), _MOST):
        yield "".join(chosen)


def _pattern(glob: str) -> str:
    """Stars that follow each other are one, so that no glob takes long."""
    glob = re.sub(r"\*{2,}", "**", glob)
    return "".join(map(_piece, _PIECES.findall(glob)))


def _piece(piece: str) -> str:
    if piece in _WILD:
        return _WILD[piece]
    if piece[0] == "[" and len(piece) > 2:  # noqa: PLR2004 - `[x]`
        inner = piece[1:-1]
        negated = inner.startswith("!")
        body = re.sub(r"([\\\[\]^&|~])", r"\\\1", inner[negated:])
        return f"[{'^' if negated else ''}{body}]"
    return re.escape(piece[-1])


_WILD = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
