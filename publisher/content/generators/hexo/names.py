"""File names: what `new_post_name` says that stands in them."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from publisher.content.generators.hexo.slugs import slug

PARAMETER = re.compile(r":(\w*[^_\W])", re.ASCII)
_SEGMENTS = {
    "year": r"(\d{4})", "month": r"(\d{2})", "day": r"(\d{2})", "i_month": r"(\d{1,2})",
    "i_day": r"(\d{1,2})", "hash": r"([0-9a-f]{12})",
}  # fmt: skip
_KEPT = frozenset({"title", "year", "month", "day", "i_month", "i_day", "hash"})


class Named(NamedTuple):
    """What a file's path below its folder says; `date` is '' where no day stands in it."""

    slug: str
    date: str
    values: Mapping[str, str]


class Names:
    """The pattern of one site's file names."""

    def __init__(self, pattern: str) -> None:
        stem = _without_suffix(pattern)
        pieces = PARAMETER.split(stem)
        self._names = pieces[1::2]
        written = [
            _SEGMENTS.get(piece, "(.+?)") if odd % 2 else re.escape(piece)
            for odd, piece in enumerate(pieces)
        ]
        self._is_title = stem == ":title"
        self._pattern = re.compile("".join(written), re.ASCII | re.DOTALL)

    def read(self, path: str) -> Named:
        """What the path of a post says, from its place below `_posts`."""
        stem = _without_suffix(path)
        if self._is_title:
            return Named(stem, "", {})
        match = self._pattern.fullmatch(stem)
        if match is None:
            return Named(slug(stem), "", {})
        found = dict(zip(self._names, match.groups(), strict=True))
        month, day = (found.get(each) or found.get(f"i_{each}") for each in ("month", "day"))
        date = f"{found['year']}-{month}-{day}" if "year" in found and month and day else ""
        others = {name: value for name, value in found.items() if name not in _KEPT}
        return Named(found.get("title", slug(stem)), date, others)


def _without_suffix(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    dot = name.rfind(".")
    return f"{folder}{slash}{name[:dot] if dot > 0 else name}"
