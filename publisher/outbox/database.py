"""The one way to the database: short transactions, and errors that people understand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.exc import DBAPIError

from publisher.outbox.faults import storage_error

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

WRITES = "publisher_writes"
"""The execution option that makes SQLite take its write lock when the transaction begins."""


class Database:
    """An engine and the name people know it by."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

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
        with self._transaction(writes=True) as connection:
            if turn and self.dialect == "postgresql":
                lock = func.pg_advisory_xact_lock(func.hashtext(f"publisher {turn}"))
                connection.execute(select(lock))
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        """Begin, hand out, end; a driver's error becomes a StorageError."""
        try:
            with self.engine.connect() as connection:
                connection.execution_options(**{WRITES: writes})
                with connection.begin():
                    yield connection
        except DBAPIError as error:
            told = storage_error(error, self.place)
            if told is None:
                raise
            raise told from error

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows ON CONFLICT."""
        if self.dialect == "sqlite":
            from sqlalchemy.dialects import sqlite

            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)


class Store:
    """What every part of the outbox stands on."""

    def __init__(self, database: Database) -> None:
        self.database = database


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)
