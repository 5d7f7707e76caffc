"""The folder: which files are posts, and which could not be looked at."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from publisher.errors import ContentError

_OUTSIDE = "the link leads out of the site; copy what it leads to into the folder"
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_HIDDEN = frozenset(".#~")
_BACKUP = "~"


class File(NamedTuple):
    """One file: `path` for the operating system, `name` as `Post.path` shows it.

    `source` counts the sources of the configuration, from 0.
    """

    path: str
    name: str
    size: int
    mtime_ns: int
    source: int = 0


class Refused(NamedTuple):
    """A file or folder that could not be looked at, and why; `name` as `Post.path` shows it."""

    name: str
    problem: str
    is_folder: bool


@dataclass(slots=True)
class FolderContents:
    """What a folder holds; `remarks` are what whoever sends should know of it."""

    files: list[File] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def refuse(self, name: str, problem: str, *, is_folder: bool = False) -> None:
        """Name a file or folder that cannot be looked at, and why."""
        self.refused.append(Refused(name, problem, is_folder))


def list_files(
    folder: Path, base: Path, suffixes: tuple[str, ...], skipped: frozenset[str] = frozenset()
) -> FolderContents:
    r"""Every file below `folder` whose name ends in one of `suffixes`, in no order.

    Hidden files and folders and editors' backups are passed over, and so are folders whose name is
    in `skipped`. Links are followed where they
    lead into `base` or `folder`; a folder that is reached twice is read once, so that loops end.
    Names are relative to `base` where they lie below it, with forward slashes; bytes that are not
    UTF-8 show as `\xff`, control characters as `\n`.

    Raises:
        ContentError: `folder` itself is missing or cannot be read.
    """
    walk = _Walk(folder, base, suffixes, skipped)
    walk.start(str(folder))
    return walk.listing


class _Walk:
    def __init__(
        self, folder: Path, base: Path, suffixes: tuple[str, ...], skipped: frozenset[str]
    ) -> None:
        self.listing = FolderContents()
        self._base = str(base).rstrip("/") + "/"
        self._roots = tuple(_real(root) + os.sep for root in (base, folder))
        self._suffixes = suffixes
        self._skipped = skipped
        self._seen: set[tuple[int, int]] = set()
        self._links: list[str] = []

    def start(self, folder: str) -> None:
        try:
            pending = self._read(folder)
        except OSError as error:
            raise ContentError(
                f"the folder of posts {folder!r} cannot be read: {reason(error)}",
                "set content.folder to the folder that holds the posts",
            ) from None
        while pending or self._links:
            path = pending.pop() if pending else self._links.pop()
            try:
                pending += self._read(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._refuse(path, f"the folder cannot be read: {reason(error)}", is_folder=True)

    def _read(self, path: str) -> list[str]:
        """Take the files of one folder; gives the folders in it.

        A folder that is open tells of its files without a look at the whole path to each.
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) in self._seen:
                return []
            with os.scandir(descriptor) as found:
                folders = self._sorted_out(found, path + os.sep)
        finally:
            os.close(descriptor)
        self._seen.add((status.st_dev, status.st_ino))
        return sorted(folders, reverse=True)

    def _sorted_out(self, found: Iterable[os.DirEntry[str]], place: str) -> list[str]:
        folders = []
        prefix = self._shown(place)
        for entry in found:
            name = entry.name
            if name[0] in _HIDDEN or name.endswith(_BACKUP):
                continue
            if name.endswith(self._suffixes) or name.lower().endswith(self._suffixes):
                self._take(entry, place + name, prefix + name)
            elif name in self._skipped:
                continue
            elif entry.is_dir(follow_symlinks=False):
                folders.append(place + name)
            elif entry.is_symlink() and _leads_to_folder(entry):
                self._follow(place + name)
        return folders

    def _follow(self, link: str) -> None:
        if self._is_inside(link):
            self._links.append(link)
        else:
            self._refuse(link, _OUTSIDE, is_folder=True)

    def _is_inside(self, link: str) -> bool:
        return (_real(link) + os.sep).startswith(self._roots)

    def _take(self, entry: os.DirEntry[str], path: str, shown: str) -> None:
        try:
            status = entry.stat()
        except OSError as error:
            self._refuse_entry(entry, path, error)
            return
        mode = status.st_mode
        if entry.is_symlink() and not self._is_inside(path):
            self._refuse(path, _OUTSIDE, is_folder=stat.S_ISDIR(mode))
        elif stat.S_ISREG(mode):
            plain = shown.isascii() and shown.isprintable()
            name = shown if plain else readable(shown)
            self.listing.files.append(File(path, name, status.st_size, status.st_mtime_ns))
        elif stat.S_ISDIR(mode):
            self._links.append(path)
            self._refuse(path, "it is a folder with the name of a post; rename it")
        else:
            self._refuse(path, "it is not a file but a device, a pipe or a socket; move it away")

    def _refuse_entry(self, entry: os.DirEntry[str], path: str, error: OSError) -> None:
        why = reason(error)
        if entry.is_symlink():
            self._refuse(path, f"the link leads nowhere: {why}; fix or delete it")
        elif not isinstance(error, FileNotFoundError):
            self._refuse(path, f"the file cannot be read: {why}; give the right to read it")

    def _refuse(self, path: str, problem: str, *, is_folder: bool = False) -> None:
        self.listing.refuse(self._shown(path), problem, is_folder=is_folder)

    def _shown(self, path: str) -> str:
        return readable(path.removeprefix(self._base).replace(os.sep, "/"))


def place_below(folder: Path, root: Path) -> str:
    """Where `folder` really lies below `root`, with forward slashes; `.` where it does not."""
    real, real_root = folder.resolve(), root.resolve()
    return real.relative_to(real_root).as_posix() if real.is_relative_to(real_root) else "."


def beginning(path: Path, most: int) -> str:
    """The first `most` bytes of a file as text; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def reason(error: OSError) -> str:
    """Why the operating system refused, in its own words, without a path."""
    return (error.strerror or type(error).__name__).lower()


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:
        return False


def readable(name: str) -> str:
    """A path as people read it, in one line: what no letter stands for is escaped."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return _OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def _real(path: str | Path) -> str:
    return os.path.realpath(path).rstrip(os.sep)
