"""A running service renews tokens, announces which end, and pauses a channel whose token died."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import time_machine

from publisher.config import load
from publisher.model.credentials import Credentials
from publisher.runners.service import Service
from publisher.runners.tokens import Tokens
from publisher.serializers import status
from publisher.wiring import Publisher, build
from tests.adapters.x_server import ConnectedX

CONFIG = """\
site: {{title: The Gazette, url: "https://gazette.example"}}
content: {{folder: posts}}
channels:
  x: {{adapter: x, base_url: "{base}", client_id: app-1, timeout: 2}}
  fediverse: {{adapter: mastodon, base_url: "http://127.0.0.1:9"}}
  mail: {{adapter: folder, path: out/mail}}
newsletters:
  daily: {{channel: mail, sender: News <news@gazette.example>}}
announcements:
  social: {{channels: [x, fediverse]}}
notify: {{email: ann@gazette.example, channel: mail}}
"""


@dataclass
class World:
    publisher: Publisher
    network: ConnectedX
    said: list[str] = field(default_factory=list)

    def put(self, left: timedelta, *, ends: datetime | None = None) -> None:
        self.publisher.outbox.credentials.put("x", self.network.connected(left))
        if ends:
            lasting = Credentials({"token": "t0ken-5ecret"}, None, ends)
            self.publisher.outbox.credentials.put("fediverse", lasting)

    def look(self) -> list[str]:
        """What another process, or one that was started anew, says."""
        said: list[str] = []
        Tokens(self.publisher, said.append).look()
        self.publisher.notifier.look(said.append)
        return said

    def mails(self) -> list[str]:
        folder = self.publisher.config.folder
        mails = sorted(folder.glob("out/mail/*.eml"), key=lambda path: path.stat().st_mtime_ns)
        read = (message_from_bytes(path.read_bytes(), policy=default) for path in mails)
        texts = [str(body.get_content()) for mail in read if (body := mail.get_body(("plain",)))]
        return [" ".join(text.split()) for text in texts]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "posts").mkdir()
    with ConnectedX() as network:
        (tmp_path / "config.yaml").write_text(CONFIG.format(base=network.base_url))
        with build(load(tmp_path / "config.yaml", {}, sends=True)) as publisher:
            yield World(publisher, network)


def test_a_service_renews(world: World) -> None:
    world.put(timedelta(minutes=10))
    service = Service(world.publisher, world.said.append, threading.Event())
    service.look_after_tokens()
    service.look_after_tokens()
    assert world.network.oauth.refreshed == 1 and not world.said


def test_a_token_that_dies_pauses_its_channel_alone_and_is_told_once(world: World) -> None:
    world.put(timedelta(minutes=10))
    world.network.oauth.family = ""
    tokens = Tokens(world.publisher, world.said.append)
    for _ in range(3):
        tokens.look()
        world.publisher.notifier.look(world.said.append)
    assert len(world.said) == 1 and world.said[0].startswith("x paused: ")
    assert "`publish connect x`" in world.said[0]
    asked = [each for each in world.network.requests if each.path == "/2/oauth2/token"]
    assert len(asked) == 1, "a dead token is not tried again and again"
    (mail,) = world.mails()
    assert "x is paused" in mail and "Run: publish connect x" in mail
    now = datetime.now(UTC)
    paused = [
        n
        for n in world.publisher.config.channels
        if world.publisher.outbox.channels.get(n).is_paused(now)
    ]
    assert paused == ["x"]
    assert not [each for each in world.network.oauth.given if each in mail + world.said[0]]


def test_a_network_in_trouble_is_told_once_and_pauses_nothing(world: World) -> None:
    world.put(timedelta(minutes=10))
    world.network._stop()
    tokens = Tokens(world.publisher, world.said.append)
    tokens.look()
    tokens.look()
    assert len(world.said) == 1
    assert not world.publisher.outbox.channels.get("x").paused


def test_an_end_is_announced_once_a_stage(world: World) -> None:
    start = datetime(2026, 3, 1, 7, tzinfo=UTC)
    ends = start + timedelta(days=20)
    days: dict[int, list[str]] = {}
    with time_machine.travel(start, tick=False) as clock:
        world.put(timedelta(days=365), ends=ends)
        for day in range(22):
            said = world.look() + world.look()
            if said:
                days[day] = said
            clock.shift(timedelta(days=1))
        shown = status(world.publisher)["channels"]
        assert shown["fediverse"]["token_ends"] == ends and shown["mail"]["token_ends"] is None
        assert list(days) == [6, 13, 17, 19, 20], "14, 7, 3 days and one before, and the end"
        assert [len(each) for each in days.values()] == [1] * 5
        words = "fediverse: its token ends on 2026-03-21 07:00 UTC, in 14 days"
        assert days[6] == [f"{words}; run: publish connect fediverse"]
        assert len(world.mails()) == 5
        world.put(timedelta(days=365), ends=datetime.now(UTC) + timedelta(days=60))
        assert not world.look()


def test_what_is_stored_shows_nowhere(world: World) -> None:
    world.put(timedelta(minutes=10), ends=datetime.now(UTC) + timedelta(days=2))
    shown = json.dumps(status(world.publisher), default=str) + " ".join(world.look())
    assert "5ecret" not in shown + repr(world.publisher.adapters["x"])
    assert "5ecret" not in repr(world.publisher.outbox.credentials.read("x"))
