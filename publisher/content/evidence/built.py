"""A built site beside its sources: the pages in the folder that the generator writes."""

import os
import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice
from pathlib import Path
from urllib.parse import quote, urlsplit

from publisher.content.evidence import MOST_PAGES, Evidence, Page
from publisher.content.files import beginning

FOLDERS = (
    "public",
    "_site",
    "dist",
    "build",
    "output",
    "build_production",
    "docs",
    ".vitepress/dist",
)
"""Where generators write a site, the commonest first."""

_LINK = re.compile(r"<link\b[^<>]{0,500}>", re.IGNORECASE)
_CANONICAL = re.compile(r"\brel\s*=\s*[\"']?canonical\b", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_HEAD = 65_536
_FEWEST = 3
_SAMPLE = 24
_NOT_PAGES = frozenset({"404.html", "500.html", "offline.html"})


def built_folder(root: Path, more: Iterable[str] = ()) -> Path | None:
    """The folder with the built site of the site at `root`; None if there is none."""
    for name in dict.fromkeys((*more, *FOLDERS)):
        folder = root / name
        if (folder / "index.html").is_file() and len(
            list(islice(_paths(folder), _FEWEST))
        ) >= _FEWEST:
            return folder
    return None


def read_built(folder: Path) -> Evidence:
    """Its pages, with the addresses that they call their own (`<link rel="canonical">`).

    Only some pages are opened where these follow a rule, such as that `/index.html` is left out.
    """
    evidence = Evidence(folder.name)
    paths = sorted(islice(_paths(folder), MOST_PAGES))
    step = max(1, len(paths) // _SAMPLE)
    known = {path: _canonical(folder / path) for path in paths[::step]}
    prefix, ending = _rule(known)
    for path in paths:
        evidence.pages.append(Page(known.get(path) or prefix + quote(_shown(path, ending))))
    return evidence


def _paths(folder: Path) -> Iterator[str]:
    pending = [""]
    while pending:
        place = pending.pop()
        try:
            with os.scandir(folder / place) as found:
                entries = list(found)
        except OSError:
            continue
        for entry in entries:
            path = f"{place}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append(f"{path}/")
            elif entry.name.endswith(".html") and entry.name not in _NOT_PAGES:
                yield path


def _canonical(file: Path) -> str:
    for link in _LINK.findall(beginning(file, _HEAD)):
        if _CANONICAL.search(link) and (match := _HREF.search(link)):
            return unescape(next(filter(None, match.groups()), "")).strip()
    return ""


def _shown(path: str, ending: str) -> str:
    """The address of a file below the root; `ending` is what stands for `.html`."""
    if path == "index.html" or path.endswith("/index.html"):
        return "/" + path.removesuffix("index.html")
    return "/" + path.removesuffix(".html") + ending


def _rule(known: dict[str, str]) -> tuple[str, str]:
    """What stands before the paths of addresses, and what ends those of files.

    Pages that call another page their own, such as lists and redirects, are outvoted.
    """
    votes: dict[tuple[str, str], int] = {}
    for path, url in known.items():
        for ending in (".html", "", "/"):
            shown = quote(_shown(path, ending))
            if url.endswith(shown) and urlsplit(url).scheme:
                rule = (url.removesuffix(shown), ending)
                votes[rule] = votes.get(rule, 0) + (2 if not path.endswith("index.html") else 1)
                break
    return max(votes, key=lambda rule: votes[rule], default=("", ".html"))
