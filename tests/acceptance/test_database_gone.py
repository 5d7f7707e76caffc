"""The database is replaced, deleted, moved or restored in use: one line, and stop."""

import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import AT, READERS, Inbox, Site
from tests.acceptance.test_clock import limit, wait_for


def copied_over(database: Path) -> None:
    shutil.copyfile(database.with_name("backup.db"), database)


def moved_over(database: Path) -> None:
    database.with_name("backup.db").replace(database)


def moved_over_without_log(database: Path) -> None:
    database.with_name("backup.db").replace(database)
    database.with_name("publisher.db-wal").unlink()
    database.with_name("publisher.db-shm").unlink()


def deleted(database: Path) -> None:
    database.unlink()


def log_deleted(database: Path) -> None:
    database.with_name("publisher.db-wal").unlink()


def folder_moved(database: Path) -> None:
    database.parent.rename(database.parent.with_name("elsewhere"))


WAYS = (copied_over, moved_over, moved_over_without_log, deleted, log_deleted, folder_moved)


def backed_up(site: Site) -> Path:
    database = site.folder / "queue" / "publisher.db"
    source, target = sqlite3.connect(database), sqlite3.connect(database.with_name("backup.db"))
    source.backup(target)
    source.close()
    target.close()
    return database


@pytest.mark.parametrize("way", WAYS)
def test_in_the_middle_of_a_mailing(
    mailing: Site, inbox: tuple[Inbox, int], way: Callable[[Path], None]
) -> None:
    limit(mailing, rate="60 a second")
    process = mailing.start("now", "--at", AT)
    wait_for(inbox[0], 40, 60)
    way(backed_up(mailing))
    begun, before = time.monotonic(), inbox[0].mails.total()
    out, said = process.communicate(timeout=30)
    assert time.monotonic() - begun < 15
    assert process.returncode == 1, said
    assert "Traceback" not in said
    lines = said.splitlines()
    assert sum("was replaced while" in line or "is gone: " in line for line in lines) == 1, said
    assert not out
    assert inbox[0].mails.total() - before < 60, "it goes on sending"
    assert set(inbox[0].mails.values()) == {1}


@pytest.mark.parametrize("way", WAYS)
def test_a_service_that_has_nothing_to_do_notices(
    mailing: Site, way: Callable[[Path], None]
) -> None:
    service = mailing.start("run")
    assert service.stderr is not None
    service.stderr.readline()
    time.sleep(1)
    way(backed_up(mailing))
    _, said = service.communicate(timeout=30)
    assert service.returncode == 1, said
    assert said.count("publisher.db") == 1
    assert "Traceback" not in said


def test_what_other_processes_do_to_it_is_no_reason(mailing: Site) -> None:
    """They checkpoint the log, empty it, and change rows of their own."""
    limit(mailing, rate="100 a second")
    process = mailing.start("now", "--at", AT)
    database = sqlite3.connect(mailing.folder / "queue" / "publisher.db", timeout=30)
    modes = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"]
    while process.poll() is None:
        for mode in modes:
            database.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
            database.execute("UPDATE channels SET reason = reason")
            database.commit()
            time.sleep(0.01)
    database.close()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert Counter(row["state"] for row in mailing.json("queue", "list")) == {"sent": READERS}


@pytest.mark.slow
def test_a_stop_is_heeded_while_the_database_is_waited_for(
    mailing: Site, inbox: tuple[Inbox, int]
) -> None:
    limit(mailing, rate="60 a second")
    process = mailing.start("run")
    mailing.publish("pause", "mail")
    mailing.publish("now", "--at", AT, code=3)
    mailing.publish("resume", "mail")
    wait_for(inbox[0], 40, 60)
    holder = sqlite3.connect(mailing.folder / "queue" / "publisher.db", timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    try:
        _, said = process.communicate(timeout=110)
    finally:
        holder.close()
    assert "could not be recorded" in said.splitlines()[-1]
