"""The version of Hugo that builds a site, as its files name it for the machines that do."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from publisher.content.files import beginning

_FILES = ("netlify.toml", "package.json", "vercel.json", ".hvm", "Makefile", "Dockerfile")
_WORKFLOWS = ".github/workflows"
_PINNED = re.compile(
    r"""(?:HUGO_VERSION"?|hugo-version|"hugo-(?:extended|bin)")\s*[:=]{1,2}\s*
        ["'^~>=v]*(\d+)\.(\d+)""",
    re.VERBOSE,
)
_ENOUGH = 256 * 1024
_MOST_WORKFLOWS = 50


def pinned_version(root: Path) -> tuple[int, int] | None:
    """The newest version that is named in the site's folder or at its repository's top, if any."""
    found = [
        (int(match[1][:6]), int(match[2][:6]))
        for file in _files(root)
        for match in _PINNED.finditer(beginning(file, _ENOUGH))
    ]
    return max(found, default=None)


def _files(root: Path) -> Iterator[Path]:
    above = (each for each in root.parents if (each / ".git").exists())
    for folder in dict.fromkeys((root, next(above, root))):
        yield from (folder / name for name in _FILES)
        yield from islice(sorted((folder / _WORKFLOWS).glob("*.y*ml")), _MOST_WORKFLOWS)
