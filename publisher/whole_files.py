"""Files that others read at any moment: they see the old one or the new one, whole."""

import errno
import os
from pathlib import Path


def replace_file(
    path: Path, content: bytes, *, mode: int | None = None, before: bytes | None = None
) -> None:
    """Put `content` in the place of what is there; `mode`: with these rights.

    Raises:
        OSError: it cannot be written, or is not what it was `before`; then it is as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        if mode is not None:
            beside.chmod(mode)
        if before is not None and path.read_bytes() != before:
            raise OSError(errno.EBUSY, "it has changed meanwhile")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
