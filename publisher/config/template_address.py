"""Where a site is on the web, by what its templates write before the address of a page."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from publisher.content.files import beginning

_SUFFIXES = (
    ".njk", ".liquid", ".html", ".xml", ".hbs", ".ejs", ".pug", ".vto", ".webc", ".astro", ".php",
    ".jsx", ".tsx", ".js", ".ts", ".mjs",
)  # fmt: skip
_PASSED_OVER = frozenset({
    "node_modules", "vendor", "_site", "dist", "build", "public", "output", "posts",
    "_posts", "test", "tests", "assets", "static",
})  # fmt: skip
_PAGES = frozenset({".html", ".xml"})
_MARKS = ("{{", "{%", "<%")
_MOST_FILES = 400
_MOST_FOLDERS = 200
_MOST_BYTES = 64 * 1024
_FEWEST = 2
_BEFORE_A_PAGE = re.compile(
    r"(https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)/?"
    r"(?:(?:\{\{-?|\$\{|#\{)\s*[\w.]{0,40}|[\"'`]\s*\+\s*[\w.]{1,40}\.)(?:url|permalink)\b",
    re.IGNORECASE,
)
_OWN_PAGE = re.compile(
    r"""(?:og:url["'][^<>\n]{0,40}content|canonical["'][^<>\n]{0,40}href)\s*=\s*["']"""
    r"""(https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?=/?["'{$#<])""",
    re.IGNORECASE,
)


def address_in_templates(root: Path) -> str:
    """The host that most templates name before a page's `url`; '' where too few do, or disagree."""
    found: Counter[str] = Counter()
    for path in _templates(root):
        text = beginning(path, _MOST_BYTES)
        found.update({each.lower() for each in _BEFORE_A_PAGE.findall(text)})
        # A page's own address is surely the site's: it counts as much as two others.
        if path.suffix not in _PAGES or any(each in text for each in _MARKS):
            found.update(2 * sorted({each.lower() for each in _OWN_PAGE.findall(text)}))
    (first, number), (_, second) = [*found.most_common(2), ("", 0), ("", 0)][:2]
    return first if number >= _FEWEST and number > 2 * second else ""


def _templates(root: Path) -> Iterator[Path]:
    """Some files of code and templates below `root`, from the top down."""
    folders, files = [root], 0
    for folder in folders:
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _PASSED_OVER and len(folders) < _MOST_FOLDERS:
                    folders.append(Path(entry.path))
            elif entry.name.endswith(_SUFFIXES) and files < _MOST_FILES:
                files += 1
                yield Path(entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(
                (each for each in found if each.name[0] != "." and not each.is_symlink()),
                key=lambda each: each.name,
            )
    except OSError:
        return []
