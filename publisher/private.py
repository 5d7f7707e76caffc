"""Files and folders that only their owner may read: addresses of subscribers are in them."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, each for its owner only; one that is there stays.

    Raises:
        OSError: it cannot be made.
    """
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # complains if it is a file


def make_file(file: Path) -> None:
    """Make an empty file for its owner only, unless something is there.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def write_file(file: Path, content: bytes) -> None:
    """Write a file that its owner only may read, even if it was there and others might.

    Raises:
        OSError: it cannot be written.
    """
    make_file(file)
    tighten(file)
    file.write_bytes(content)


def tighten(path: Path) -> None:
    """Take away the rights of others, if there is anything there that is ours to change."""
    with suppress(OSError):
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def is_open(path: Path) -> bool:
    """Whether others than the owner have any right to `path`."""
    return bool(path.stat().st_mode & _OTHERS)
