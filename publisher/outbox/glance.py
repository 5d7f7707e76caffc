"""The index of posts at a glance: read with the standard library alone.

Importing SQLAlchemy would take a third of the time that a warm `publish posts` needs. Whatever is
not plainly an up-to-date SQLite file, and every write, goes the usual way.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from publisher.outbox.stored import FACT, FINGERPRINT, HEAD, LOAD, REVISION, PostRow

if TYPE_CHECKING:
    from publisher.outbox.posts import Row

_PREFIX = "sqlite:///"


class Index(Protocol):
    """What reading the posts needs of an index; see PostIndex."""

    def load(self, fingerprint: str) -> tuple[dict[str, Any], bool]: ...  # noqa: D102
    def ever_indexed(self) -> bool: ...  # noqa: D102
    def save(  # noqa: D102
        self, fingerprint: str, changed: "Sequence[Row]", removed: Sequence[str]
    ) -> None: ...


@contextmanager
def open_index(url: str, folder: Path) -> Iterator[Index]:
    """The index of the database at `url`, opened as lightly as it can be.

    Raises:
        StorageError: see Outbox.open.
    """
    glance = _Glance(url, folder)
    if glance.is_usable():
        yield glance
        return
    from publisher.outbox.box import Outbox

    with closing(Outbox.open(url, folder=folder)) as outbox:
        yield outbox.index


class _Glance:
    """An SQLite file, read once and whole; saving opens the outbox."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._path = folder / url.removeprefix(_PREFIX)
        self._fact: list[tuple[Any, ...]] = []
        self._rows: list[tuple[Any, ...]] = []

    def is_usable(self) -> bool:
        """Whether this is an SQLite file with tables of this version; then it has been read."""
        if not self._url.startswith(_PREFIX) or set("?%") & set(self._url):
            return False
        if not self._path.is_file():
            return False
        try:
            return self._read()
        except sqlite3.Error:
            return False

    def load(self, fingerprint: str) -> tuple[dict[str, PostRow], bool]:
        """PostRow by path, and whether they were saved under the same `fingerprint`."""
        rows = {row[0]: PostRow._make(row) for row in self._rows}
        return rows, self._fact == [(fingerprint,)]

    def ever_indexed(self) -> bool:
        """Tell whether anything was ever saved."""
        return bool(self._fact)

    def save(self, fingerprint: str, changed: "Sequence[Row]", removed: Sequence[str]) -> None:
        """Write through the outbox.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        from publisher.outbox.box import Outbox

        with closing(Outbox.open(self._url, folder=self._folder)) as outbox:
            outbox.index.save(fingerprint, changed, removed)

    def _read(self) -> bool:
        """Read all in one transaction: the rows and their fingerprint belong together."""
        with closing(sqlite3.connect(self._path, timeout=30)) as connection:
            connection.execute("BEGIN")
            if connection.execute(REVISION).fetchall() != [(HEAD,)]:
                return False
            self._fact = connection.execute(FACT, (FINGERPRINT,)).fetchall()
            self._rows = connection.execute(LOAD).fetchall()
        return True
