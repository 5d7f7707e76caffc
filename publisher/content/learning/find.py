"""Finding the posts of a site that no generator knows: the files that its pages are called like."""

from collections import Counter
from pathlib import Path, PurePosixPath

from publisher.content.evidence import Page
from publisher.content.files import list_files
from publisher.content.frontmatter.dates import without_file_date
from publisher.content.learning.pages import Pages, key
from publisher.errors import ContentError

_SUFFIXES = (".markdown", ".mdx", ".md")
_PASSED_OVER = frozenset({"node_modules", "vendor", "venv", "site-packages", "bower_components"})
_FEWEST = 3
_MOST = 0.9


def folder_of_posts(root: Path, pages: list[Page]) -> Path | None:
    """The deepest folder that has nearly all files which pages are called like; None: too few."""
    known = Pages(pages)
    try:
        files = list_files(root, root, _SUFFIXES, _PASSED_OVER).files
    except ContentError:
        return None
    votes: Counter[PurePosixPath] = Counter()
    for file in files:
        path = PurePosixPath(file.path[len(str(root)) + 1 :])
        if known.has(key(_name(path))):
            votes.update(path.parents)
    total = votes[PurePosixPath()]
    if total < _FEWEST:
        return None
    likely = [path for path, count in votes.items() if count >= _MOST * total]
    return root / max(likely, key=lambda path: len(path.parts))


def _name(path: PurePosixPath) -> str:
    name = path.stem if path.stem.lower() != "index" else path.parent.name
    return without_file_date(name)
