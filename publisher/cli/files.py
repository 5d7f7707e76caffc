"""Writing what a person asked for, with one clear line where the disk says no."""

from pathlib import Path

from publisher.errors import StorageError


def write_file(path: Path, content: str | bytes) -> None:
    """Write `content`, making the folder where it is missing.

    Raises:
        StorageError: it cannot be written, and why.
    """
    raw = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from None
