"""Finding the posts of a site that no generator knows: the files that its pages are called like."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from publisher.content.evidence import Page
from publisher.content.files import File, list_files
from publisher.content.frontmatter.dates import without_file_date
from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.parse import read_metadata
from publisher.content.learning.pages import Pages, key
from publisher.errors import ContentError

_SUFFIXES = (".markdown", ".mdx", ".md")
_PASSED_OVER = frozenset({"node_modules", "vendor", "venv", "site-packages", "bower_components"})
_SAYING = ("slug", "permalink", "url", "path", "title")
_FEWEST = 3
_NEARLY_ALL = 0.9
_MOST_READ = 20_000


def folder_of_posts(root: Path, pages: Iterable[Page]) -> Path | None:
    """The deepest folder that has nearly all files which pages are called like; None: too few."""
    known = Pages(pages)
    try:
        files = list_files(root, root, _SUFFIXES, _PASSED_OVER).files
    except ContentError:
        return None
    votes: Counter[PurePosixPath] = Counter()
    for file in files[:_MOST_READ]:
        path = PurePosixPath(file.path[len(str(root)) + 1 :])
        if any(known.has(key(each)) for each in _names(path, file)):
            votes.update(path.parents)
    total = votes[PurePosixPath()]
    if total < _FEWEST:
        return None
    likely = [path for path, count in votes.items() if count >= _NEARLY_ALL * total]
    return root / max(likely, key=lambda path: len(path.parts))


def _names(path: PurePosixPath, file: File) -> Iterator[str]:
    """What a page of the file may be called."""
    name = path.stem if path.stem.lower() != "index" else path.parent.name
    yield without_file_date(name)
    with suppress(Exception):  # what cannot be read says nothing
        values = read_metadata(read_raw(file.path)).values
        for each in _SAYING:
            if isinstance(text := values.get(each, ""), str):
                yield text.rstrip("/").rpartition("/")[2]
