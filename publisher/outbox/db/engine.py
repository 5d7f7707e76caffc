"""The one way to the database: short transactions, and errors that people understand."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Connection, Engine, Executable, Select, Table, func, select
from sqlalchemy.exc import DBAPIError

from publisher.errors import StorageError
from publisher.outbox.db.errors import MAY_WRITE, storage_error

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

PAGE = 1_000
"""So many rows of a list are in memory at once."""

WRITES = "publisher_writes"
"""The execution option that makes SQLite take its write lock when the transaction begins."""

BEGUN = "begun"
"""A value of that option: whoever opens the transaction has begun it with the driver already."""


@dataclass(eq=False)
class Database:
    """An engine, the name people know it by, and how long to wait for a lock, in seconds.

    `look` raises where the database is no longer the one that was opened, `forget` forgets it.
    """

    engine: Engine
    place: str
    patience: float = 0.0
    look: Callable[[], None] = lambda: None
    forget: Callable[[], None] = lambda: None
    is_read_only: bool = False
    _is_known: bool = False
    _joint: threading.local = field(default_factory=threading.local)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
        self.forget()
        self._is_known = False

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def driver_options(self) -> dict[str, Any]:
        """What the driver connects with, for whoever needs connections of its own; a secret."""
        _, options = self.engine.dialect.create_connect_args(self.engine.url)
        return dict(options)

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that only reads.

        Raises:
            StorageError: the database cannot be reached or read.
        """
        return self._transaction(writes=False)

    def writing(self, lock: str = "") -> AbstractContextManager[Connection]:
        """Open a transaction that is committed at the end, or rolled back by an exception.

        `lock` names work of which only one may happen at a time; see `take_lock`.

        Raises:
            StorageError: the database cannot be reached or written.
        """
        if self.is_read_only:
            raise StorageError(f"the database {self.place} cannot be written here", MAY_WRITE)
        return self._transaction(writes=True, lock=lock)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Open one transaction for all that this thread reads and writes meanwhile.

        What would be a transaction of its own is a savepoint of this one: what fails in it is
        rolled back alone, and what succeeds is written only when this ends. There is one such
        transaction at a time, of all processes: it may take several locks, in any order.

        Raises:
            StorageError: the database cannot be reached or written; then nothing is.
        """
        before: Connection | None = getattr(self._joint, "connection", None)
        with self.writing("together") as connection:
            self._joint.connection = connection
            try:
                yield
            finally:
                self._joint.connection = before

    @contextmanager
    def workbench(self) -> Iterator[Connection]:
        """Open a connection for temporary tables, which are gone at the end; see `transaction`.

        Raises:
            StorageError: the database cannot be reached, read or written.
        """
        with self._translated(), self.engine.connect() as connection:
            try:
                yield connection
            finally:
                connection.invalidate()

    @contextmanager
    def _transaction(self, *, writes: bool, lock: str = "") -> Iterator[Connection]:
        joint: Connection | None = getattr(self._joint, "connection", None)
        if joint is not None:
            with self._translated(), joint.begin_nested():
                take_lock(joint, lock)
                yield joint
            return
        if self._is_known:  # SQLite would make a new file where there is none any more
            self.look()
        with (
            self._translated(),
            self.engine.connect() as connection,
            transaction(connection, writes=writes, lock=lock),
        ):
            self.look()
            self._is_known = True
            yield connection
        if writes:
            self.look()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """A driver's error becomes a StorageError."""
        try:
            yield
        except DBAPIError as error:
            known = self.explain(error)
            if known is None:
                raise
            raise known from error

    def explain(self, error: Exception) -> StorageError | None:
        """SQLAlchemy's error or the driver's, as people understand it; None if it is a bug."""
        return storage_error(error, self.place)


@contextmanager
def transaction(connection: Connection, *, writes: bool, lock: str = "") -> Iterator[None]:
    """Begin a transaction on a connection, and end it.

    One that fills temporary tables only does not count as one that writes: nobody waits for it.
    """
    connection.execution_options(**{WRITES: writes})
    with connection.begin():
        take_lock(connection, lock)
        yield


class Store:
    """What every part of the outbox stands on."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def scalar(self, query: Select[T]) -> T | None:
        """The one value of the first row that `query` finds, in a transaction of its own."""
        with self.database.reading() as connection:
            return connection.scalar(query)

    def rows(self, query: Select[Any]) -> Sequence[Any]:
        """What `query` finds, in a transaction of its own."""
        with self.database.reading() as connection:
            return connection.execute(query).all()

    def execute(self, statement: Executable) -> int:
        """Execute one statement in a transaction of its own; says how many rows it changed."""
        with self.database.writing() as connection:
            return connection.execute(statement).rowcount

    def pages(self, wanted: Select[Any], key: Column[Any], most: int = PAGE) -> Iterator[Any]:
        """The rows of `wanted` by `key`, one of its columns, in which no two are alike.

        They are read `most` at a time, and no transaction is open while one is looked at.
        """
        page = rest = wanted.order_by(key).limit(most)
        while True:
            rows = self.rows(rest)
            yield from rows
            if len(rows) < most:
                return
            rest = page.where(key > rows[-1]._mapping[key])  # noqa: SLF001 - its public name


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """`rows`, so many at a time."""
    coming = iter(rows)
    while batch := list(islice(coming, size)):
        yield batch


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`; where one of the same primary key is there, its other columns change."""
    new, keys = dialect_insert(connection, table), table.primary_key.columns.keys()
    changed = {name: new.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def dialect_insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def take_lock(connection: Connection, name: str) -> None:
    """Wait until no other transaction holds the lock of that name; it ends with the transaction.

    SQLite has one writer at a time anyway.
    """
    if name and connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(func.hashtext(f"publisher {name}"))
        connection.execute(select(lock))
