"""A mailing of the sample digest, sent by whole processes of `publish now`."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.programs import HERE
from tests.conftest import Server

PUBLISH = str(Path(sys.executable).with_name("publish"))
SAMPLE = HERE.parent / "sample"
AT = "2026-05-15T07:00"
SECONDS = "SELECT (max(sent_at) - min(started_at)) / 1000000.0 FROM deliveries"
DONE = "SELECT count(*) FROM deliveries WHERE state = 'sent'"


class Rows(ABC):
    """Where subscribers wait, and where a mailing's rows go: a fresh copy for each run."""

    name: str

    @abstractmethod
    def base(self) -> str:
        """The URL of the database that is filled once."""

    @abstractmethod
    def fresh(self) -> str:
        """The URL of a copy of it, the copy before it thrown away."""

    @abstractmethod
    def ask(self, command: str) -> float:
        """The one number that a SELECT on the copy gives."""

    def server_cpu(self) -> float:
        """CPU seconds that the database's own processes have used so far."""
        return 0.0


class Sqlite(Rows):
    """A file, with synchronous=FULL as Publisher always sets it."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._base = folder / "base" / "publisher.db"
        self._copy = folder / "copy" / "publisher.db"
        self._base.parent.mkdir()

    def base(self) -> str:
        """The URL of the file that is filled once."""
        return f"sqlite:///{self._base}"

    def fresh(self) -> str:
        """A copy of the file."""
        shutil.rmtree(self._copy.parent, ignore_errors=True)
        shutil.copytree(self._base.parent, self._copy.parent)
        return f"sqlite:///{self._copy}"

    def ask(self, command: str) -> float:
        """The one number of a SELECT."""
        with closing(sqlite3.connect(self._copy, timeout=60)) as connection:
            return float(connection.execute(command).fetchone()[0] or 0)


class Postgresql(Rows):
    """A server of its own on loopback, with fsync and synchronous_commit on."""

    name = "PostgreSQL"

    def __init__(self, server: Server) -> None:
        self._server = server
        self._base = server.new_database("template0")
        self._copy = ""

    def base(self) -> str:
        """The URL of the database that is filled once."""
        return self._server.url(self._base)

    def fresh(self) -> str:
        """A copy, with statistics such as autovacuum would have gathered by then."""
        if self._copy:
            self._server.drop(self._copy)
        self._copy = self._server.new_database(self._base)
        with psycopg.connect(self._server.url(self._copy), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        return self._server.url(self._copy)

    def ask(self, command: str) -> float:
        """The one number of a SELECT."""
        with psycopg.connect(self._server.url(self._copy)) as connection:
            row = connection.execute(command.encode()).fetchone()
        return float(row[0] or 0) if row else 0.0

    def server_cpu(self) -> float:
        """Of the server, its workers, and those of its workers that have ended."""
        ticks = sum(_ticks(self._server.process.pid).values())
        return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(parent: int) -> dict[int, int]:
    """CPU ticks by process number, of `parent` with its ended children, and of the living ones."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        number = int(stat.parent.name)
        if number == parent:
            found[number] = sum(map(int, fields[11:15]))
        elif int(fields[1]) == parent:
            found[number] = sum(map(int, fields[11:13]))
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """One mailing: seconds in all and of the sending part by the ledger, CPU, most memory in MB."""

    emails: int
    seconds: float
    ledger_seconds: float
    cpu: float
    server_cpu: float
    memory: float


class Mailing:
    """So many subscribers of the sample site's newsletter; every `send` mails all of them again."""

    def __init__(self, folder: Path, rows: Rows, subscribers: int) -> None:
        self.subscribers = subscribers
        self.rows = rows
        self._folder = folder
        self._configure(rows.base(), port=25, connections=1)
        addresses = folder / "subscribers.csv"
        names = (f"subscriber{each}@example.org,Reader {each}\n" for each in range(subscribers))
        addresses.write_text("email,name\n" + "".join(names), encoding="utf-8")
        self._run("subscribers", "import", str(addresses))
        self._run("posts")

    def send(self, port: int, *, connections: int = 10, processes: int = 1) -> Sent:
        """Plan the edition and mail it, by so many processes that start together."""
        self._configure(self.rows.fresh(), port, connections)
        server = self.rows.server_cpu()
        begun = time.perf_counter()
        ended = [_wait(each) for each in [self._start() for _ in range(processes)]]
        seconds = time.perf_counter() - begun
        server = self.rows.server_cpu() - server
        done = int(self.rows.ask(DONE))
        if done != self.subscribers:
            raise SystemExit(f"{done:,} emails of {self.subscribers:,} were sent:\n{self._said()}")
        return Sent(
            emails=done,
            seconds=seconds,
            ledger_seconds=self.rows.ask(SECONDS),
            cpu=sum(used.ru_utime + used.ru_stime for used in ended),
            server_cpu=server,
            memory=max(used.ru_maxrss for used in ended) / 1024,
        )

    def steps(self, port: int) -> dict[str, float]:
        """CPU microseconds an email of each step run alone."""
        server = self.rows.server_cpu()
        found = self._steps("benchmarks.steps", port)
        if used := self.rows.server_cpu() - server:
            found["database's own"] = used / self.subscribers * 1e6
        return found

    def planning(self) -> float:
        """Seconds that a plan for all subscribers takes."""
        return self._steps("benchmarks.planning", 25)["seconds"]

    def _steps(self, module: str, port: int) -> dict[str, float]:
        self._configure(self.rows.fresh(), port, connections=10)
        words = [sys.executable, "-m", module, str(self._folder / "config.yaml"), AT]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
        found: dict[str, float] = json.loads(done.stdout)
        return found

    def digest(self) -> bytes:
        """One subscriber's email, for the peers: lines end with LF, as in a file."""
        self._run("preview", "daily", "--at", AT, "--out", str(self._folder / "preview"))
        found = next((self._folder / "preview").glob("*.eml"))
        return found.read_bytes().replace(b"\r\n", b"\n")

    def start(self, port: int, connections: int = 10) -> subprocess.Popen[bytes]:
        """One process at work on a fresh copy, for those who look while it sends."""
        self._configure(self.rows.fresh(), port, connections)
        return self._start()

    def _configure(self, database: str, port: int, connections: int) -> None:
        smtp = {"adapter": "smtp", "host": "127.0.0.1", "port": port, "security": "none"}
        sender = "The Example Gazette <news@gazette.example>"
        config = {
            "site": {
                "title": "The Example Gazette",
                "url": "https://gazette.example",
                "timezone": "Europe/London",
                "address": "The Example Gazette, 1 Net Alley, Saltmere",
            },
            "content": {
                "folder": str(SAMPLE / "source" / "_posts"),
                "generator": "jigsaw",
                "path": "/articles/{-title}",
            },
            "database": database,
            "channels": {"mail": smtp | {"connections": connections, "per_connection": 1_000_000}},
            "newsletters": {"daily": {"channel": "mail", "sender": sender, "latest": 10}},
            "web": {"url": "https://letters.gazette.example"},
        }
        text = json.dumps(config, indent=1)
        (self._folder / "config.yaml").write_text(text, encoding="utf-8")

    def _start(self) -> subprocess.Popen[bytes]:
        return self._process("now", "--at", AT)

    def _process(self, *words: str) -> subprocess.Popen[bytes]:
        command = [PUBLISH, "-c", str(self._folder / "config.yaml"), *words]
        with (self._folder / "said.log").open("ab") as said:
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)

    def _run(self, *words: str) -> None:
        if self._process(*words).wait():
            raise SystemExit(f"publish {' '.join(words)} failed:\n{self._said()}")

    def _said(self) -> str:
        return (self._folder / "said.log").read_text(encoding="utf-8", errors="replace")[-2_000:]


def _wait(process: subprocess.Popen[bytes]) -> Any:
    """What the process used; its fate shows in the rows."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage
