"""Writing what a person asked for, with one clear line where the disk says no."""

from pathlib import Path

from publisher import private
from publisher.errors import StorageError


def write_file(path: Path, content: str | bytes, *, for_owner: bool = False) -> None:
    """Write `content`, making the folder where it is missing; `for_owner`: so that only they read.

    Raises:
        StorageError: it cannot be written, and why.
    """
    raw = content.encode() if isinstance(content, str) else content
    try:
        if for_owner:
            private.make_folder(path.parent)
            private.write_file(path, raw)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from None
