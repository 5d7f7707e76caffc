"""The index of posts: what the last reading found, so that the next reads only what changed."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Connection, bindparam, delete, select

from publisher.model.posts import IndexEntry
from publisher.outbox.db.engine import Store, batched, upsert
from publisher.outbox.db.tables import facts, posts
from publisher.outbox.db.types import storable
from publisher.outbox.post_index.stored import FINGERPRINT, LOAD, UPSERT

_AT_ONCE = 2_000
_ROOM = "PRAGMA cache_size = -4096"
"""4 MB until the next transaction: more is no faster, and a first reading holds enough already."""


class PostIndex(Store):
    """The index as publisher.content wants it."""

    def load(self, fingerprint: str) -> tuple[dict[str, IndexEntry], bool]:
        """Entries by path, and whether they were saved under the same `fingerprint`."""
        with self.database.reading() as connection:
            known = _stored(connection)
            cursor = connection.connection.cursor()  # SQLAlchemy's rows take twice as long
            cursor.execute(LOAD)
            rows = {row[0]: IndexEntry._make(row) for row in cursor.fetchall()}
            cursor.close()
        return rows, known == fingerprint

    def ever_indexed(self) -> bool:
        """Tell whether anything was ever saved, be it that a folder is empty."""
        with self.database.reading() as connection:
            return _stored(connection) is not None

    def remembered(self, prefix: str) -> dict[str, str]:
        """The texts that were kept under names that begin with `prefix`."""
        named = facts.c.name.startswith(prefix, autoescape=True)
        with self.database.reading() as connection:
            rows = connection.execute(select(facts.c.name, facts.c.value).where(named))
            return {name: text for name, text in rows if name.startswith(prefix)}

    def remember(self, texts: Mapping[str, str]) -> None:
        """Keep texts under their names; a database that can only be read stays as it is.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        if self.database.is_read_only or not texts:
            return
        rows = [{"name": storable(name), "value": text} for name, text in texts.items()]
        with self.database.writing("posts") as connection:
            upsert(connection, facts, rows)

    def expect_save(self) -> None:
        """Nothing to prepare: the database is open."""

    def save(self, fingerprint: str, changed: Sequence[IndexEntry], removed: Sequence[str]) -> None:
        """Write what changed and forget what is gone, in one transaction.

        A database that can only be read stays as it is: the next reading finds the same again.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        if self.database.is_read_only:
            return
        with self.database.writing("posts") as connection:
            if removed:
                gone = delete(posts).where(posts.c.path == bindparam("gone"))
                connection.execute(gone, [{"gone": path} for path in removed])
            if changed:
                self._write(connection, changed)
            upsert(connection, facts, [{"name": FINGERPRINT, "value": fingerprint}])

    def _write(self, connection: Connection, changed: Sequence[IndexEntry]) -> None:
        """Plain tuples to the driver: SQLAlchemy's own way takes twice as long for 25,000 rows.

        In the order of their paths, which is that of the table's index, little of it need be held.
        """
        is_sqlite = self.database.dialect == "sqlite"
        if is_sqlite:
            connection.exec_driver_sql(_ROOM)
        mark = "?" if is_sqlite else "%s"
        statement = UPSERT.format(marks=", ".join([mark] * len(IndexEntry._fields)))
        for some in batched(sorted(changed, key=attrgetter("path")), _AT_ONCE):
            rows = [(storable(path), *numbers, storable(text)) for path, *numbers, text in some]
            connection.exec_driver_sql(statement, rows)


def _stored(connection: Connection) -> str | None:
    """The fingerprint of the last saving."""
    return connection.scalar(select(facts.c.value).where(facts.c.name == FINGERPRINT))
