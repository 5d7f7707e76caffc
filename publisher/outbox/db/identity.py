"""Whether an SQLite database is still the file that was opened.

One that was replaced, deleted or written over goes on to look whole to whoever has it open, and
nobody else ever sees what is written. So each transaction looks; that takes a few microseconds.
"""

import os
import sqlite3
from contextlib import suppress
from typing import Final

from publisher.errors import DatabaseGone

_HINT: Final = "stop every publish before you replace, restore or move it, its -wal and its -shm"
_CHECKPOINTS: Final = slice(96, 100), slice(128, 132), slice(32, 40)
"""Where the WAL-index has what is copied into the file, what is about to be, and the log's salt;
see SQLite's walformat.html."""

_HEAD: Final = 136  # bytes


class Identity:
    """Knows the file at `path` and its write-ahead log, from the first look on."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: tuple[int, int] | None = None
        self._log: tuple[int, int] | None = None
        self._index: int | None = None
        self._keeper: sqlite3.Connection | None = None
        self._written: tuple[bytes, tuple[int, int]] | None = None

    def look(self) -> None:
        """Hold the file against what it was.

        Raises:
            DatabaseGone: it is another one, there is none any more, or it was written over.
        """
        before, found = self._checkpoints(), _stat(self._path)
        if found is None:
            if self._file is None:
                return
            raise DatabaseGone(f"the database {self._path} is gone: deleted or moved away", _HINT)
        if self._file is None:
            self._file = (found.st_dev, found.st_ino)
            self._keep_log()
        if self._file != (found.st_dev, found.st_ino) or self._has_lost_log():
            self._refuse()
        self._hold(before, (found.st_mtime_ns, found.st_size))

    def close(self) -> None:
        """Forget all of it, after the last connection is closed: the log is deleted with that.

        The log's index must not be closed before, for that would drop the connections' locks.
        """
        if self._keeper is not None:
            self._keeper.close()
        if self._index is not None:
            os.close(self._index)
        self._keeper = None
        self._file = self._log = self._index = self._written = None

    def _keep_log(self) -> None:
        """Keep a connection: the log stays the same as long as anybody has the file open."""
        with suppress(sqlite3.Error):
            self._keeper = sqlite3.connect(self._path, check_same_thread=False)
            self._keeper.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()

    def _has_lost_log(self) -> bool:
        found = _stat(f"{self._path}-wal")
        log = (found.st_dev, found.st_ino) if found else None
        if self._log is None:
            self._log = log
        return self._log != log

    def _hold(self, before: bytes, written: tuple[int, int]) -> None:
        """Only copying the log into it writes to the file itself; who else does writes over it."""
        known = self._written
        if known and known[1] == written:
            self._written = (before, written) if before else None
        elif before and before == self._checkpoints():
            if known and known[0] == before:
                self._refuse()
            self._written = (before, written)
        else:
            self._written = None

    def _checkpoints(self) -> bytes:
        """How much of the log was copied into the file; empty while that goes on, or not known."""
        if self._index is None:
            with suppress(OSError):
                self._index = os.open(f"{self._path}-shm", os.O_RDONLY | os.O_CLOEXEC)
        if self._index is None:
            return b""
        head = os.pread(self._index, _HEAD, 0)
        done, begun, salt = (head[part] for part in _CHECKPOINTS)
        return done + salt if done == begun else b""

    def _refuse(self) -> None:
        raise DatabaseGone(f"the database {self._path} was replaced while it was in use", _HINT)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116  several times as fast as Path.stat
    except OSError:
        return None
