"""Bluesky's own server, as `make test-all` installs it, with an account for each test."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from publisher.adapters.bluesky import Bluesky
from publisher.testing import Kept

PATIENCE = 90.0
MAIN_PASSWORD = "the-accounts-own"


def _installed() -> Path:
    """The folder where the server and its Node are, from the environment."""
    where = os.environ.get("BLUESKY", "")
    if not where:
        pytest.fail(
            "run `make test-all`, which installs the server, or leave out the marker bluesky"
        )
    return Path(where).absolute()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Account:
    """An account of the server, and an app password for it."""

    server: "Server"
    handle: str
    did: str
    app_password: str

    @property
    def options(self) -> dict[str, Any]:
        own = {"handle": self.handle, "app_password": self.app_password}
        return {"base_url": self.server.base_url, **own}

    def channel(self, store: Kept | None = None, **options: Any) -> Bluesky:
        settings = Bluesky.settings.model_validate({**self.options, **options})
        made = Bluesky(settings, name="bluesky")
        made.use_credentials(store or Kept())
        return made

    def records(self) -> list[Any]:
        asked = {"repo": self.did, "collection": "app.bsky.feed.post"}
        found: list[Any] = self.server.get("com.atproto.repo.listRecords", **asked)["records"]
        return found


class Server:
    """The reference server, from when it answers."""

    def __init__(self, folder: Path) -> None:
        self.base_url = f"http://localhost:{_free_port()}"
        self._numbers = itertools.count(1)
        here, ports = Path(__file__).parent, [self.base_url.rpartition(":")[2], str(_free_port())]
        installed = _installed()
        script = installed / "start.mjs"
        shutil.copy(here / "start.mjs", script)
        [node] = installed.glob("node_modules/node-linux-*/bin/node")
        command = [str(node), str(script), *ports, str(folder)]
        environment = {**os.environ, "LOG_ENABLED": "false"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        assert self._process.stdout is not None
        self._said = self._process.stdout.readline()
        end = time.monotonic() + PATIENCE
        while self._said != b"ready\n":
            assert self._said and time.monotonic() < end, "the server did not start"
            self._said = self._process.stdout.readline()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)
        if self._process.stdout:
            self._process.stdout.close()

    def get(self, name: str, /, **query: str) -> Any:
        response = requests.get(f"{self.base_url}/xrpc/{name}", query, timeout=PATIENCE)
        response.raise_for_status()
        return response.json()

    def post(self, name: str, token: str = "", /, **content: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        where = f"{self.base_url}/xrpc/{name}"
        response = requests.post(where, json=content, headers=headers, timeout=PATIENCE)
        response.raise_for_status()
        return response.json() if response.content else {}

    def account(self) -> Account:
        """A new one, with an app password as its owner would make it."""
        handle = f"gazette{next(self._numbers)}.test"
        made = self.post(
            "com.atproto.server.createAccount",
            handle=handle,
            email=f"{handle}@mail.example",
            password=MAIN_PASSWORD,
        )
        name = "com.atproto.server.createAppPassword"
        password = self.post(name, made["accessJwt"], name="publisher")["password"]
        return Account(self, handle, made["did"], password)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("pds"))
    yield made
    made.stop()


@pytest.fixture
def account(server: Server) -> Account:
    return server.account()
