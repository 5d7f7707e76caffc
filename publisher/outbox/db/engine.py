"""The one way to the database: short transactions, and errors that people understand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.exc import DBAPIError

from publisher.errors import StorageError
from publisher.outbox.db.errors import storage_error

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

WRITES = "publisher_writes"
"""The execution option that makes SQLite take its write lock when the transaction begins."""

_MAY_WRITE = "check that you may write to the file and to its folder"

BEGUN = "begun"
"""A value of that option: whoever opens the transaction has begun it with the driver already."""


class Database:
    """An engine, the name people know it by, and how long to wait for a lock, in seconds."""

    def __init__(
        self,
        engine: Engine,
        place: str,
        patience: float = 0.0,
        look: Callable[[], None] = lambda: None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`look` raises where the database is not the one any more that was opened."""
        self.engine = engine
        self.place = place
        self.patience = patience
        self.look = look
        self._close = close
        self._is_known = False
        self.is_read_only = False

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
        self._close()
        self._is_known = False

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def driver_options(self) -> dict[str, Any]:
        """What the driver connects with, for whoever needs connections of its own; a secret."""
        _, options = self.engine.dialect.create_connect_args(self.engine.url)
        return dict(options)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads.

        Raises:
            StorageError: the database cannot be reached or read.
        """
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self, turn: str = "") -> Iterator[Connection]:
        """Open a transaction that is committed at the end, or rolled back by an exception.

        `turn` names work of which only one may happen at a time. SQLite has one writer anyway.

        Raises:
            StorageError: the database cannot be reached or written.
        """
        if self.is_read_only:
            raise StorageError(f"the database {self.place} cannot be written here", _MAY_WRITE)
        with self._transaction(writes=True) as connection:
            take_turn(connection, turn)
            yield connection

    @contextmanager
    def workbench(self) -> Iterator["Workbench"]:
        """Open a connection for temporary tables, which are gone at the end.

        Raises:
            StorageError: the database cannot be reached, read or written.
        """
        with self._told(), self.engine.connect() as connection:
            try:
                yield Workbench(connection)
            finally:
                connection.invalidate()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        """Begin, hand out, end."""
        if self._is_known:  # SQLite would make a new file where there is none any more
            self.look()
        with self._told(), self.engine.connect() as connection:
            connection.execution_options(**{WRITES: writes})
            with connection.begin():
                self.look()
                self._is_known = True
                yield connection
        if writes:
            self.look()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A driver's error becomes a StorageError."""
        try:
            yield
        except DBAPIError as error:
            told = storage_error(error, self.place)
            if told is None:
                raise
            raise told from error

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows ON CONFLICT."""
        return _insert(self.dialect, table)


class Workbench:
    """A connection with tables of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def gathering(self) -> Iterator[Connection]:
        """Open a transaction that writes temporary tables only, and keeps nobody waiting."""
        self._connection.execution_options(**{WRITES: False})
        with self._connection.begin():
            yield self._connection

    @contextmanager
    def writing(self, turn: str = "") -> Iterator[Connection]:
        """See Database.writing; the temporary tables are there."""
        self._connection.execution_options(**{WRITES: True})
        with self._connection.begin():
            take_turn(self._connection, turn)
            yield self._connection


class Store:
    """What every part of the outbox stands on."""

    def __init__(self, database: Database) -> None:
        self.database = database


def dialect_insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """The same within a transaction."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def take_turn(connection: Connection, turn: str) -> None:
    """Wait until no other transaction has this turn; it ends with the transaction."""
    if turn and connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(func.hashtext(f"publisher {turn}"))
        connection.execute(select(lock))
