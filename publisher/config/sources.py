"""What is wrong with the places of posts, and with the names of their sources."""

import os
from collections.abc import Iterable
from pathlib import Path as FilePath

from publisher.config.mistakes import Mistake, Path
from publisher.config.options.site import Content

WANTED_FOLDER = {
    "folder": "name the folder of your posts",
    "site": "name the folder of the site's settings",
}


def without_place(path: Path, source: Content) -> Iterable[Mistake]:
    """A source that is neither a folder nor a feed, or both."""
    if source.folder is None and not source.feed:
        yield Mistake((*path, "folder"), "is missing", "add folder: …, or feed: …")
    if source.feed and source.first_seen == "git":
        yield Mistake((*path, "first_seen"), "a feed has no repository", "leave first_seen out")
    if source.folder is not None and source.feed:
        yield Mistake((*path, "feed"), "a source is a folder or a feed", "make two sources of it")


def same_names(sources: list[tuple[Path, Content]]) -> Iterable[Mistake]:
    """Sources that are called as one before them."""
    seen: set[str] = set()
    for path, source in sources:
        if source.name in seen:
            hint = "give each source a name of its own"
            yield Mistake((*path, "name"), f"another source is called {source.name}", hint)
        seen.add(source.name)


def folder_problem(folder: FilePath, text: str) -> str:
    """Why `folder`, which a person wrote as `text`, cannot be read, or an empty text."""
    try:
        if not folder.exists():
            return f"there is no folder {text}"
    except (OSError, ValueError):
        return "is not a valid path"
    if not folder.is_dir():
        return f"{text} is a file"
    return "" if os.access(folder, os.R_OK | os.X_OK) else f"{text} cannot be read"
