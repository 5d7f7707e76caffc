"""Those who take part: the sink, the sender, the database, each of which can be hurt."""

import socket
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.acceptance.conftest import AT, COMMAND, TITLES, Site
from tests.conftest import Server

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
LOOK = 0.002
ALL = "SELECT id, CAST(id AS TEXT), recipient, state, error FROM deliveries"


class Row(NamedTuple):
    """What the rows say of one subscriber; `key` is what its email's Message-ID begins with."""

    id: int
    key: str
    recipient: str
    state: str
    error: str


class Database(ABC):
    """Where the rows are; read with a driver of its own, by nothing that is under test."""

    url: str

    @abstractmethod
    def query(self, command: str) -> Sequence[Any]:
        """The rows of one SELECT."""

    @abstractmethod
    def cut_off(self, seconds: float) -> None:
        """Nobody can write for so long."""

    def rows(self) -> list[Row]:
        """Every delivery."""
        return [Row(*each) for each in self.query(ALL)]

    def held_by(self, pid: int) -> set[str]:
        """The keys of the rows that the process `pid` has in sending, or left there."""
        rows = self.query("SELECT CAST(id AS TEXT), worker FROM deliveries WHERE state = 'sending'")
        return {key for key, worker in rows if worker.split(":")[1] == str(pid)}

    def in_doubt(self, pid: int) -> set[str]:
        """The keys of the rows that are unknown, or will be, by no fault of the process `pid`."""
        rows = self.query(
            "SELECT CAST(id AS TEXT) FROM deliveries WHERE state IN ('sending', 'unknown')"
        )
        return {key for (key,) in rows} - self.held_by(pid)


class Sqlite(Database):
    """A file; cut off by somebody who holds the lock to write."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "publisher.db"
        self.url = f"sqlite:///{self._file}"

    def query(self, command: str) -> Sequence[Any]:
        with closing(sqlite3.connect(self._file, timeout=PATIENCE)) as connection:
            return connection.execute(command).fetchall()

    def cut_off(self, seconds: float) -> None:
        with closing(sqlite3.connect(self._file, timeout=PATIENCE)) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)


class Postgresql(Database):
    """A database of a server that is ended at once, and started again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.url = server.url(server.new_database("template0"))

    def query(self, command: str) -> Sequence[Any]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(command.encode()).fetchall()

    def cut_off(self, seconds: float) -> None:
        self._server.cut()
        time.sleep(seconds)
        self._server.start()


class Sink:
    """The mail server's process; its log outlives it."""

    def __init__(self, folder: Path, late: float) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self._log = folder / "accepted.log"
        self._log.touch()
        self._late = late
        self.start()

    def start(self) -> None:
        """Listen; at the same port as ever."""
        words = [sys.executable, "-m", "tests.chaos.sink", str(self.port), str(self._log)]
        self._process = subprocess.Popen([*words, str(self._late)], cwd=ROOT)
        wait_until(self._listens)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End at once; answers that were not sent yet are lost."""
        self._process.kill()
        self._process.wait()

    def cut_off(self, seconds: float) -> None:
        """Be gone for so long."""
        self.kill()
        time.sleep(seconds)
        self.start()

    def accepted(self) -> list[str]:
        """The key of every accepted mail, in the order of acceptance."""
        names = self._log.read_text(encoding="utf-8", errors="replace").split()
        return [name.partition("-")[0] for name in names]

    def count(self) -> int:
        """How many emails were accepted."""
        return self._log.read_bytes().count(b"\n")


class Sender:
    """A mailing in a folder of its own, and the process that works on it."""

    def __init__(self, folder: Path, sink: Sink, database: Database, connections: int) -> None:
        self._folder = folder
        self._site = Site(folder)
        self._site.write_posts(TITLES)
        channel = {"adapter": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none"}
        self._site.configure(
            {"mail": channel | {"connections": connections}}, database=database.url
        )
        self._said = folder / "said.log"
        self._last: subprocess.Popen[bytes] | None = None

    def add_subscribers(self, number: int) -> None:
        """Subscribe so many people."""
        addresses = "\n".join(f"subscriber{each}@example.com" for each in range(number))
        (self._folder / "subscribers.csv").write_text(f"email\n{addresses}\n")
        self._run("subscribers", "import", "subscribers.csv")

    def start(self) -> subprocess.Popen[bytes]:
        """The real command, at work on the one edition."""
        return self._start([COMMAND, "now", "--at", AT])

    def start_with_clock(self, step: float) -> subprocess.Popen[bytes]:
        """The same program with a clock that jumps by `step` seconds at SIGUSR1."""
        config = str(self._folder / "config.yaml")
        words = [sys.executable, "-m", "tests.chaos.stepped", config, AT, str(step)]
        return self._start(words, cwd=ROOT)

    def finish(self) -> None:
        """Send what is left, as often as it takes: a row may be resting after trouble."""
        for _ in range(5):
            if self.start().wait(PATIENCE * 5) in {0, 1}:
                return
        raise AssertionError(f"it does not finish:\n{self.said()}")

    def resolve(self, rows: Sequence[Row], answer: str) -> None:
        """Say what became of unknown rows."""
        for start in range(0, len(rows), 200):
            some = [str(row.id) for row in rows[start : start + 200]]
            self._run("resolve", *some, answer)

    def said(self) -> str:
        """The last of what the senders told their operator."""
        return self._said.read_text(encoding="utf-8", errors="replace")[-3_000:]

    def _run(self, *words: str) -> None:
        if self._start([COMMAND, *words]).wait(PATIENCE * 5):
            raise AssertionError(f"publish {words[0]} failed:\n{self.said()}")

    def _start(self, words: Sequence[str], cwd: Path | None = None) -> subprocess.Popen[bytes]:
        with self._said.open("ab") as said:
            self._last = subprocess.Popen(
                words, cwd=cwd or self._folder, stdout=subprocess.DEVNULL, stderr=said
            )
        return self._last

    def kill(self) -> None:
        """End the last process, if it runs."""
        if self._last:
            self._last.kill()
            self._last.wait()


def wait_until(fact: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look until it is so."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            raise AssertionError("it did not come true in time")
        time.sleep(LOOK)
