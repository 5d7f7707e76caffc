"""Commands that only show work where nothing can be written, and write nothing."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.outbox.db import open as opening
from tests.cli.conftest import SUMMER, Terminal

SHOWS = [
    ["status"],
    ["status", "--json"],
    ["posts"],
    ["plan"],
    ["plan", "daily", "--at", SUMMER],
    ["why", "a_baker_wins_the_county_prize.md"],
    ["queue", "list"],
    ["queue", "show", "1"],
    ["check", "--offline"],
    ["subscribers", "list"],
    ["subscribers", "export"],
    ["now", "--dry-run"],
    ["preview", "--out", "seen"],
]


@pytest.fixture
def locked(peopled: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A site with rows in its database, on a disk that takes nothing more."""
    peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
    peopled.post("new.md", "title: Something new", "date: 2026-03-05-20-00-00")
    monkeypatch.setattr(opening, "may_write", lambda _: False)
    return peopled


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("words", SHOWS, ids=" ".join)
def test_what_only_shows_writes_nothing(locked: Terminal, words: list[str]) -> None:
    before = files(locked.folder / "queue")
    locked.publish(*words)
    assert files(locked.folder / "queue") == before


@pytest.mark.parametrize("words", [["now"], ["pause", "mail"]], ids=" ".join)
def test_what_changes_something_says_so(locked: Terminal, words: list[str]) -> None:
    assert "cannot be written here" in locked.refused(*words, code=1)


def test_what_a_killed_process_left_in_the_log_is_seen(locked: Terminal) -> None:
    program = """
import os, sqlite3
c = sqlite3.connect("queue/publisher.db")
c.execute("UPDATE deliveries SET error = 'left in the log'")
c.commit()
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", program], cwd=locked.folder, check=False)
    assert (locked.folder / "queue" / "publisher.db-wal").stat().st_size
    assert "left in the log" in locked.publish("queue", "list")


def test_one_of_an_older_publisher_is_not_upgraded(locked: Terminal) -> None:
    database = sqlite3.connect(locked.folder / "queue" / "publisher.db")
    database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.commit()
    database.close()
    assert "older Publisher" in locked.refused("status", code=1)
