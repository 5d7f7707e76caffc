"""`publish run` reads the mailbox, and says what it found."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import load
from publisher.model.deliveries import EditionDraft, Rendered
from publisher.runners.service import Service
from publisher.signing import Purpose
from publisher.wiring import Publisher, build
from tests.contacts import subscribe
from tests.events.emails import complaint, dsn, letter
from tests.events.servers import PASSWORD, ImapServer

CONFIG = """\
site: {{title: Gazette, url: https://gazette.example}}
content: {{folder: posts}}
channels: {{mail: {{adapter: folder}}}}
newsletters: {{daily: {{channel: mail, sender: news@gazette.example}}}}
mailbox:
  address: bounces@gazette.example
  host: 127.0.0.1
  port: {port}
  security: none
  username: bounces
  password: ${{MAILBOX_PASSWORD}}
"""
SLOT = datetime(2026, 3, 1, 7, tzinfo=UTC)
EDITION = EditionDraft(
    owner="daily",
    channel="mail",
    slot=SLOT,
    read_at=SLOT,
    included=[],
    decisions={},
    rendered=Rendered("Today", "<p>News</p>", "News"),
    sender="news@gazette.example",
    list_id="",
)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def publisher(tmp_path: Path, server: ImapServer) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(port=server.port))
    with build(load(file, {"MAILBOX_PASSWORD": PASSWORD})) as made:
        subscribe(made.outbox, "daily", [("ann@reader.example", ""), ("bob@reader.example", "")])
        made.outbox.editions.enqueue_edition(EDITION)
        yield made


def test_a_tick_reads_what_has_arrived(publisher: Publisher, server: ImapServer) -> None:
    signer = publisher.outbox.keys.signer()
    ann, bob = (
        f"{row.id}-{signer.mark(Purpose.REPORT, str(row.id))}"
        for row in publisher.outbox.operator.find()
    )
    said: list[str] = []
    service = Service(publisher, said.append, threading.Event())
    hostile = dsn(ann).replace(b"User unknown", b"User \x1b[2J unknown\x07")
    for raw in (hostile, complaint(bob), letter()):
        server.box.add(raw)
    service.read_mailbox()
    assert said == ["mailbox: 1 hard bounce, 1 complaint"]
    assert publisher.outbox.subscribers.count_active("daily") == 0
    (bounce,) = publisher.outbox.bounces.stream()
    assert bounce.text.isprintable() and bounce.text.endswith("User [2J unknown")
    service.read_mailbox()
    assert len(said) == 1


def test_without_a_mailbox_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(port=1).partition("mailbox:")[0])
    with build(load(file, {})) as made:
        assert made.incoming.look(print) == {}
        assert (made.incoming.name, made.incoming.check()) == ("", 0)
        made.incoming.again()
