"""What a driver complains about, in one line, with what to do next."""

from typing import Final

from sqlalchemy.exc import DBAPIError

from publisher.errors import StorageError

MAY_WRITE: Final = "check that you may write to the file and to its folder"
_IS_HELD: Final = "another program holds it; wait for that to end, then run the command again"
_SQLITE: Final = {
    "SQLITE_CANTOPEN": "check that the folder exists and that you may write to it",
    "SQLITE_READONLY": MAY_WRITE,
    "SQLITE_PERM": MAY_WRITE,
    "SQLITE_FULL": "free some space on the disk, then run the command again",
    "SQLITE_IOERR": "check that the disk works and has space left",
    "SQLITE_BUSY": _IS_HELD,
    "SQLITE_LOCKED": _IS_HELD,
    "SQLITE_NOTADB": "move the file away, or name another one under `database` in config.yaml",
    "SQLITE_CORRUPT": "restore it from a backup, or repair it with sqlite3's .recover",
}
_POSTGRESQL: Final = {
    "password": "check user and password under `database` in config.yaml",
    "authentication": "check user and password under `database` in config.yaml",
    "does not exist": "create it, or correct `database` in config.yaml",
    "permission denied": "let this user write there, or correct `database` in config.yaml",
    "read-only": "name the primary server under `database` in config.yaml",
    "No space left": "free some space on the server's disk, then run the command again",
    "too many clients": "raise the server's max_connections, or stop what else uses it",
}
_OURS: Final = {"IntegrityError", "DataError", "ProgrammingError", "NotSupportedError"}
_ASK_THE_SERVER: Final = "check that the server runs and that `database` in config.yaml is right"
_NOT_ALLOWED: Final = "42501"  # PostgreSQL's insufficient_privilege


def storage_error(error: Exception, place: str) -> StorageError | None:
    """A StorageError that explains SQLAlchemy's error or a driver's own.

    None where it is a mistake of ours, not the database's.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    kinds = {kind.__name__ for kind in type(cause).__mro__}
    if kinds & _OURS and getattr(cause, "sqlstate", "") != _NOT_ALLOWED:
        return None
    text = " ".join(str(cause).split("\n", 1)[0].split())
    name = getattr(cause, "sqlite_errorname", None)
    if name is None:
        hint = next((h for words, h in _POSTGRESQL.items() if words in text), _ASK_THE_SERVER)
    else:
        hint = _SQLITE.get("_".join(name.split("_")[:2]), "see what the message says")
    return StorageError(f"the database {place} failed: {text}", hint)
