"""Opening a database by its URL: SQLite in a file, or PostgreSQL through psycopg."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from publisher import private
from publisher.errors import StorageError
from publisher.outbox.db.engine import BEGUN, WRITES, Database
from publisher.outbox.db.identity import Identity
from publisher.outbox.db.migrate import bring_up_to_date
from publisher.outbox.deliveries.keys import SQLITE_FUNCTION, delivery_key

_EXAMPLES: Final = "use sqlite:///queue/publisher.db or postgresql://user:password@host/name"
_CONNECT_SECONDS: Final = 10
_OURS: Final = "queue"
_ROOM_FOR_KEYS: Final = "PRAGMA cache_size = -16384"
"""16 MB: a million tokens come in no order, and with 2 MB it takes twice as long."""

_ROOM_TO_READ: Final = "PRAGMA cache_size = -2000"
"""SQLite's own 2 MB: what is read once need not stay in memory."""

_POSTGRESQL: Final = ("postgresql", "postgres", "postgresql+psycopg")


def open_database(url: str, folder: Path, patience: float) -> Database:
    """A database whose tables are ours and up to date.

    Args:
        url: as in config.yaml; a relative SQLite path starts at `folder`.
        folder: the folder of config.yaml.
        patience: seconds to wait for another program's lock on SQLite.

    Raises:
        StorageError: see Outbox.open.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError("`database` is not the URL of a database", _EXAMPLES) from None
    if parsed.drivername == "sqlite":
        database = _open_sqlite(parsed, folder, patience)
    elif parsed.drivername in _POSTGRESQL:
        database = _open_postgresql(parsed)
    else:
        raise StorageError(f"unknown kind of database: {parsed.drivername}", _EXAMPLES)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def _open_sqlite(url: URL, folder: Path, patience: float) -> Database:
    """One file; its rows are durable once committed.

    WAL lets readers go on while one writes. `synchronous=FULL` makes a commit survive a power cut:
    a row that says `sending` must never be forgotten.
    """
    if not url.database or url.database == ":memory:":
        raise StorageError("an SQLite database must be a file", _EXAMPLES)
    path = folder / url.database
    if path.exists() and not may_write(path):
        return _open_to_read(path.absolute(), patience)
    _make_folder(path.parent)
    _keep_private(path)
    engine = create_engine(
        url.set(database=str(path)), connect_args={"timeout": patience, "check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    identity = Identity(str(path))
    return Database(engine, str(path), patience, identity.look, identity.close)


def may_write(path: Path) -> bool:
    """Whether a file, and what SQLite needs beside it, can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _open_to_read(path: Path, patience: float) -> Database:
    """A file that cannot be written: nothing is made beside it either.

    Where there is a log, whoever writes it has its index there as well. Without one, SQLite need
    not look for changes.
    """
    log = path.with_name(f"{path.name}-wal")
    unchanging = "" if log.exists() and log.stat().st_size else "&immutable=1"
    place = f"{path.as_uri()}?mode=ro{unchanging}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(place, uri=True, timeout=patience, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "connect", _prepare_reading)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, str(path), patience, is_read_only=True)


def _make_folder(folder: Path) -> None:
    try:
        private.make_folder(folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"the folder {folder} cannot be created: {reason}"
        raise StorageError(message, "check `database` in config.yaml and the rights") from error


def _keep_private(path: Path) -> None:
    """Readers' addresses are for the owner's eyes only; SQLite gives -wal and -shm the same rights.

    A folder of another name than `queue` may hold what others are to read.
    """
    with suppress(OSError):
        private.make_file(path)
    for suffix in ("", "-wal", "-shm"):
        private.tighten(path.with_name(path.name + suffix))
    if path.parent.name == _OURS:
        private.tighten(path.parent)


def _prepare_reading(connection: sqlite3.Connection, _record: Any) -> None:
    """Set up a new connection; the driver must not begin transactions by itself."""
    connection.isolation_level = None
    connection.create_function(SQLITE_FUNCTION, 2, delivery_key, deterministic=True)


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    """Set up a new connection that may write."""
    _prepare_reading(connection, record)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        _switch_to_wal(connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Once in a file's life; where another process is at it, it has done it for us."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a reader that turns writer could only fail."""
    writes = connection.get_execution_options().get(WRITES)
    if writes != BEGUN:
        connection.exec_driver_sql(_ROOM_FOR_KEYS if writes else _ROOM_TO_READ)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(url: URL) -> Database:
    place = "/".join(filter(None, (f"{url.host or 'localhost'}:{url.port or 5432}", url.database)))
    limits = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    driver = url.set(drivername="postgresql+psycopg")
    try:
        engine: Engine = create_engine(driver, pool_pre_ping=True, connect_args=limits)
    except (ImportError, NoSuchModuleError) as error:
        message = "the driver for PostgreSQL is not installed"
        raise StorageError(message, 'run: pip install "publisher-bot[postgres]"') from error
    return Database(engine, place)
