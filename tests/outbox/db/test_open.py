import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, insert
from sqlalchemy.exc import IntegrityError

from publisher.errors import StorageError
from publisher.model.posts import IndexEntry
from publisher.outbox.db.tables import facts
from publisher.outbox.outbox import Outbox
from tests.contacts import subscribe
from tests.outbox.fixture_types import Together

URL = "sqlite:///queue/publisher.db"
OPEN = "Outbox.open(sys.argv[1], folder=__import__('pathlib').Path(sys.argv[2]))"


def failure(url: str, folder: Path, patience: float = 0.1) -> StorageError:
    with pytest.raises(StorageError) as caught:
        Outbox.open(url, folder=folder, patience=patience)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_relative_path_starts_at_the_folder(tmp_path: Path) -> None:
    Outbox.open(URL, folder=tmp_path).close()
    assert (tmp_path / "queue" / "publisher.db").is_file()


def test_a_row_survives_reopening(empty_database_url: str, tmp_path: Path) -> None:
    with Outbox.open(empty_database_url, folder=tmp_path) as outbox:
        outbox.subscribers.add("daily", "ann@example.org")
    with Outbox.open(empty_database_url, folder=tmp_path) as outbox:
        assert outbox.subscribers.count_active("daily") == 1


def test_commits_are_durable_and_readers_are_not_blocked(tmp_path: Path) -> None:
    with (
        Outbox.open(URL, folder=tmp_path) as outbox,
        outbox.database.reading() as connection,
    ):
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_alembic_stays_out_of_the_way(database_url: str, tmp_path: Path) -> None:
    Outbox.open(database_url, folder=tmp_path).close()
    code = f"import sys\nfrom publisher.outbox.outbox import Outbox\n{OPEN}\nprint(*sys.modules)"
    command = [sys.executable, "-c", code, database_url, str(tmp_path)]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert "sqlalchemy" in loaded
    assert not {"alembic", "sqlalchemy.orm", "mako"} & set(loaded)
    assert ("psycopg" in loaded) == database_url.startswith("postgresql")


def test_ten_processes_open_a_new_database(
    empty_database_url: str, tmp_path: Path, together: Together
) -> None:
    code = "print(outbox.subscribers.add('daily', 'ann@example.org'))"
    answers = together(10, code, empty_database_url, tmp_path)
    assert sorted(answers) == ["added"] + ["already subscribed"] * 9
    with Outbox.open(empty_database_url, folder=tmp_path) as outbox:
        assert outbox.subscribers.count_active("daily") == 1


def set_revision(url: str, folder: Path, revision: str) -> None:
    with Outbox.open(url, folder=folder) as outbox, outbox.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 - ours


def test_a_newer_database_is_refused(database_url: str, tmp_path: Path) -> None:
    set_revision(database_url, tmp_path, "9999")
    error = failure(database_url, tmp_path)
    assert error.message.endswith("is from a newer Publisher (revision 9999)")
    assert error.hint == "upgrade Publisher"


def test_another_programs_database_is_refused(database_url: str, tmp_path: Path) -> None:
    set_revision(database_url, tmp_path, "3fa9c1d2")
    assert "belongs to another program" in failure(database_url, tmp_path).message


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "publisher.db").write_text("no database " * 100, encoding="ascii")
    error = failure("sqlite:///publisher.db", tmp_path)
    assert "file is not a database" in error.message
    assert "move the file away" in error.hint


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    error = failure("sqlite:///.", tmp_path)
    assert "unable to open database file" in error.message


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "queue").write_text("", encoding="ascii")
    error = failure(URL, tmp_path)
    assert "cannot be created" in error.message


AS_READER = """
import os, shutil, sys
from pathlib import Path
from publisher.errors import StorageError
from publisher.outbox.outbox import Outbox
folder = Path(sys.argv[1])
Outbox.open("sqlite:///scratch/p.db", folder=folder).close()  # loads all that only root may read
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    Outbox.open(sys.argv[2], folder=folder).post_index.save("v1", [], [])
except StorageError as error:
    print(error.message, "|", error.hint)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user can reach: pytest's own are private."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "scratch").mkdir()
        yield folder


def as_reader(url: str, folder: Path) -> str:
    """What opening and writing says to someone who has no right to write there."""
    command = [sys.executable, "-c", AS_READER, str(folder), url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def rights(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    yield
    path.chmod(before)


def test_a_folder_that_may_not_be_written(open_folder: Path) -> None:
    Outbox.open(URL, folder=open_folder).close()
    queue = open_folder / "queue"
    with rights(queue / "publisher.db", 0o444), rights(queue, 0o555):
        told = as_reader(URL, open_folder)
    assert told == "", "it can be read all the same"


def test_a_folder_that_may_not_be_made(open_folder: Path) -> None:
    with rights(open_folder, 0o555):
        assert "cannot be created: Permission denied" in as_reader(URL, open_folder)


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    with Outbox.open(URL, folder=tmp_path) as outbox:
        outbox.close()
        event.listen(
            outbox.database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA max_page_count = 1"),
        )
        rows = [IndexEntry(f"{number}.md", 1, 1, None, "x" * 9000) for number in range(100)]
        with pytest.raises(StorageError, match="disk is full") as caught:
            outbox.post_index.save("v1", rows, [])
        assert "free some space" in caught.value.hint
        assert not outbox.post_index.ever_indexed()


def test_a_lock_held_too_long(tmp_path: Path) -> None:
    with Outbox.open(URL, folder=tmp_path, patience=0.1) as outbox:
        other = sqlite3.connect(tmp_path / "queue" / "publisher.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked") as caught:
            outbox.post_index.save("v1", [], [])
        assert "another program holds it" in caught.value.hint
        assert outbox.post_index.load("v1") == ({}, False), "readers go on"
        other.execute("ROLLBACK")
        other.close()
        outbox.post_index.save("v1", [], [])


def test_a_damaged_file(tmp_path: Path) -> None:
    with Outbox.open(URL, folder=tmp_path) as outbox:
        subscribe(outbox, "daily", [(f"r{n}@example.org", "") for n in range(5000)])
    path = tmp_path / "queue" / "publisher.db"
    content = bytearray(path.read_bytes())
    content[8192:-8192] = b"\xff" * (len(content) - 16384)
    path.write_bytes(content)
    with pytest.raises(StorageError, match="malformed") as caught:  # noqa: SIM117 - opening may fail as well
        with Outbox.open(URL, folder=tmp_path) as outbox:
            list(outbox.subscribers.stream())
    assert "backup" in caught.value.hint


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_memory_is_no_place_for_an_outbox(url: str, tmp_path: Path) -> None:
    assert failure(url, tmp_path).message == "an SQLite database must be a file"


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "queue/hunter2.db", "", "://hunter2"])
def test_other_urls(url: str, tmp_path: Path) -> None:
    error = failure(url, tmp_path)
    assert "hunter2" not in error.message + error.hint
    assert "sqlite:///queue/publisher.db" in error.hint


def test_a_wrong_password_is_not_shown(postgres_url: str, tmp_path: Path) -> None:
    url = postgres_url.replace("correct%20horse", "hunter2")
    assert url != postgres_url
    error = failure(url, tmp_path)
    assert "password authentication failed" in error.message
    assert "hunter2" not in error.message + error.hint + repr(error.__cause__)
    assert "user and password" in error.hint


def test_a_password_in_the_query_is_not_shown(tmp_path: Path) -> None:
    error = failure("postgresql://u@127.0.0.1:1/d?password=hunter2&connect_timeout=2", tmp_path)
    assert "hunter2" not in error.message + error.hint + repr(error.__cause__)


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    error = failure("postgresql://u:hunter2@127.0.0.1:1/d", tmp_path)
    assert error.message.startswith("the database 127.0.0.1:1/d failed: ")
    assert "check that the server runs" in error.hint
    assert "hunter2" not in error.message + error.hint


def test_a_database_that_is_not_there(postgres_url: str, tmp_path: Path) -> None:
    error = failure(postgres_url.rsplit("/", 1)[0] + "/nowhere", tmp_path)
    assert '"nowhere" does not exist' in error.message
    assert "create it" in error.hint


def test_a_server_that_came_back(postgres_url: str, tmp_path: Path) -> None:
    with Outbox.open(postgres_url, folder=tmp_path) as outbox:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        outbox.post_index.save("v1", [], [])
        assert outbox.post_index.ever_indexed()


def test_a_mistake_of_ours_is_no_storage_error(outbox: Outbox) -> None:
    row = {"name": "twice", "value": ""}
    with pytest.raises(IntegrityError), outbox.database.writing() as connection:
        connection.execute(insert(facts), [row, row])
    assert not outbox.post_index.ever_indexed()
