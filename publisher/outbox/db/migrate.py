"""Which revision a database has, and bringing it to ours."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from publisher.errors import StorageError
from publisher.outbox.db.engine import Database
from publisher.outbox.db.tables import metadata
from publisher.outbox.post_index.stored import HEAD, REVISION

_TABLE: Final = "alembic_version"
_VERSION_TABLE: Final = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
    " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
_STAMP: Final = "INSERT INTO alembic_version (version_num) VALUES (:head)"
MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"


def bring_up_to_date(database: Database) -> None:
    """Create or migrate the tables if need be, one process at a time.

    Raises:
        StorageError: the database is from a newer Publisher, of another program, or not usable.
    """
    with database.reading() as connection:
        current = _revision(connection, database.place)
    if current == HEAD:
        return
    if database.is_read_only:
        age = f"from an older Publisher (revision {current})" if current else "empty"
        message = f"the database {database.place} is {age} and cannot be written here"
        raise StorageError(message, "run publish status once as a user who may write to it")
    with database.writing("schema") as connection:
        current = _revision(connection, database.place)
        if not current:  # without Alembic, which takes longer to import than the tables to make
            connection.execute(text(_VERSION_TABLE))
            metadata.create_all(connection, checkfirst=False)
            connection.execute(text(_STAMP), {"head": HEAD})
        elif current != HEAD:
            upgrade(connection)


def _revision(connection: Connection, place: str) -> str:
    """The revision that the database has; '' where there are no tables yet."""
    if not inspect(connection).has_table(_TABLE):
        return ""
    found = str(connection.scalar(text(REVISION)) or "")
    if found and not found.isdecimal():
        hint = "name another one under `database` in config.yaml"
        raise StorageError(f"the database {place} belongs to another program", hint)
    if found > HEAD:
        message = f"the database {place} is from a newer Publisher (revision {found})"
        raise StorageError(message, "upgrade Publisher")
    return found


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision by the migrations, from any other or from none."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
