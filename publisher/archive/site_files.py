"""The archive as files in a folder of the site; what somebody else wrote there is left alone.

The last line of every file holds the hash of what stands before it, and that of what it was made
from. So a file of ours is known without a list of them, one that was changed since is somebody
else's, and one that would come out the same is not made again.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from publisher.errors import PublisherError
from publisher.whole_files import replace_file

_MARK: Final = re.compile(rb"\n<!-- publisher ([0-9a-f]{64}) ([0-9a-f]{64}) -->\s*\Z")
_OURS: Final = ("index.html", "*/index.html", "*/feed.xml", "*/*/index.html", "*/page/*/index.html")


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written: its path below the folder, what it depends on, and how it is made."""

    path: str
    made_from: str
    make: Callable[[], str]


@dataclass(slots=True)
class Written:
    """What became of the files, by their paths; `foreign` are in the way and were left alone."""

    new: list[str] = field(default_factory=list)
    same: int = 0
    removed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def write_files(files: Iterator[File], folder: Path) -> Written:
    """Bring a folder up to date: what has changed is written, what is wanted no more is removed.

    Raises:
        PublisherError: the folder cannot be written.
    """
    done, wanted = Written(), set[str]()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            wanted.add(file.path)
            _write(folder, file, done)
        for path in _ours(folder):
            if path.relative_to(folder).as_posix() not in wanted:
                _remove(path, folder, done)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        message = f"the archive cannot be written: {error.filename or folder} ({reason})"
        raise PublisherError(message, "name a folder that Publisher may write to") from error
    return done


def _write(folder: Path, file: File, done: Written) -> None:
    path = folder / file.path
    mark = _mark_of(path)
    source = hashlib.sha256(file.made_from.encode()).hexdigest().encode()
    if mark == source:
        done.same += 1
    elif os.path.lexists(path) and mark is None:
        done.foreign.append(file.path)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, _marked(file.make().encode("utf-8", "replace"), source))
        done.new.append(file.path)


def _marked(content: bytes, source: bytes) -> bytes:
    content = content.rstrip()
    return b"%b\n<!-- publisher %b %b -->\n" % (content, _hash(content), source)


def _mark_of(path: Path) -> bytes | None:
    """What a file of ours was made from; None: it is not there, or not ours (any more)."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    content = content.replace(b"\r\n", b"\n")  # as Git may write them
    found = _MARK.search(content)
    is_ours = found is not None and _hash(content[: found.start()]) == found[1]
    return found[2] if found and is_ours else None


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _ours(folder: Path) -> Iterator[Path]:
    """The files in the folder that may be of ours and stand where ours do."""
    found = (path for pattern in _OURS for path in folder.glob(pattern))
    return (path for path in found if _mark_of(path) is not None)


def _remove(path: Path, folder: Path, done: Written) -> None:
    """Remove a file, and the folders that are empty then."""
    path.unlink()
    done.removed.append(path.relative_to(folder).as_posix())
    with suppress(OSError):
        for parent in path.relative_to(folder).parents[:-1]:
            (folder / parent).rmdir()
