"""The index of posts at a glance: read with the standard library alone.

Importing SQLAlchemy would take a third of the time that a warm `publish posts` needs. Whatever is
not plainly an up-to-date SQLite file, and every write, goes the usual way.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.model.posts import IndexEntry
from publisher.outbox.post_index.stored import FACT, FINGERPRINT, HEAD, LOAD, REVISION

if TYPE_CHECKING:
    from publisher.outbox.outbox import Outbox

_PREFIX = "sqlite:///"


@contextmanager
def open_index(url: str, folder: Path) -> "Iterator[Glance]":
    """The index of the database at `url`, opened as lightly as it can be.

    Raises:
        StorageError: see Outbox.open.
    """
    glance = Glance(url, folder)
    try:
        if not glance.is_usable():
            glance.expect_save()
        yield glance
    finally:
        glance.close()


class Glance:
    """An SQLite file, read once and whole; whatever else there is to do opens the outbox."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._path = folder / url.removeprefix(_PREFIX)
        self._fact: list[tuple[Any, ...]] = []
        self._rows: dict[str, IndexEntry] = {}
        self._outbox: Outbox | None = None

    def is_usable(self) -> bool:
        """Whether this is an SQLite file of this version, which then has been read, or none yet."""
        if not self._url.startswith(_PREFIX) or set("?%") & set(self._url):
            return False
        if not self._path.exists():
            return True
        try:
            return self._read()
        except sqlite3.Error:
            return False

    def expect_save(self) -> None:
        """Open the outbox now.

        Raises:
            StorageError: see Outbox.open.
        """
        self._opened()

    def close(self) -> None:
        """Close what was opened."""
        if self._outbox is not None:
            self._outbox.close()

    def load(self, fingerprint: str) -> tuple[dict[str, IndexEntry], bool]:
        """Entries by path, and whether they were saved under the same `fingerprint`."""
        if self._outbox is not None:
            return self._outbox.post_index.load(fingerprint)
        return self._rows, self._fact == [(fingerprint,)]

    def remembered(self, prefix: str) -> dict[str, str]:
        """See PostIndex."""
        return self._opened().post_index.remembered(prefix)

    def remember(self, texts: Mapping[str, str]) -> None:
        """See PostIndex."""
        self._opened().post_index.remember(texts)

    def ever_indexed(self) -> bool:
        """Tell whether anything was ever saved."""
        return self._outbox.post_index.ever_indexed() if self._outbox else bool(self._fact)

    def save(self, fingerprint: str, changed: Sequence[IndexEntry], removed: Sequence[str]) -> None:
        """Write through the outbox.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        self._opened().post_index.save(fingerprint, changed, removed)

    def _opened(self) -> "Outbox":
        from publisher.outbox.outbox import Outbox

        if self._outbox is None:
            self._outbox = Outbox.open(self._url, folder=self._folder)
        return self._outbox

    def _read(self) -> bool:
        """Read all in one transaction: the rows and their fingerprint belong together."""
        with closing(sqlite3.connect(self._path, timeout=30)) as connection:
            connection.execute("BEGIN")
            if connection.execute(REVISION).fetchall() != [(HEAD,)]:
                return False
            self._fact = connection.execute(FACT, (FINGERPRINT,)).fetchall()
            self._rows = {row[0]: IndexEntry._make(row) for row in connection.execute(LOAD)}
        return True
