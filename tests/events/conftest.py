"""A mailbox by either protocol, an outbox, and scans of the one into the other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config.options.mailbox import Mailbox
from publisher.outbox.outbox import Outbox
from tests.events.servers import PASSWORD, USER, ImapServer, Pop3Server, Server

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SERVERS = {"imap": ImapServer, "pop3": Pop3Server}


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox.open("sqlite:///publisher.db", folder=tmp_path) as opened:
        yield opened


@pytest.fixture(params=["imap", "pop3"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(protocol: str) -> Iterator[Server]:
    with SERVERS[protocol]() as running:
        yield running


@pytest.fixture
def mailbox(server: Server, protocol: str) -> Callable[..., Mailbox]:
    """The options of the server's mailbox, and others."""

    def make(**options: object) -> Mailbox:
        given = {
            "address": "bounces@gazette.example",
            "protocol": protocol,
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "username": USER,
            "password": PASSWORD,
            "timeout": 5,
        }
        return Mailbox.model_validate(given | options)

    return make
