"""Whoever runs it is told once, by email and by webhook."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from publisher.config import load
from publisher.dispatch import Notifier
from publisher.model.deliveries import State
from publisher.outbox.db.tables import deliveries
from publisher.wiring import Publisher, build

CONFIG = """\
site: {title: The Gazette, url: "https://gazette.example"}
content: {folder: posts}
channels:
  mail: {adapter: folder, path: out/mail}
newsletters:
  daily: {channel: mail, sender: News <news@gazette.example>}
"""
START = datetime(2026, 3, 5, 7, tzinfo=UTC)
SLOT = datetime(2026, 3, 5, 7, tzinfo=UTC)


@dataclass
class Hook:
    """A webhook that answers as it is told."""

    url: str
    status: int = 204
    told: list[dict[str, Any]] = field(default_factory=list)

    def take(self, request: Request) -> Response:
        self.told.append(json.loads(request.data))
        return Response(status=self.status)


@dataclass
class World:
    publisher: Publisher
    now: datetime = START
    said: list[str] = field(default_factory=list)

    def other(self) -> Notifier:
        """What a restart, or another process, would have."""
        its = self.publisher
        return Notifier(its.config, its.outbox, its.adapters, lambda: self.now)

    def look(self, **how: bool) -> None:
        self.other().look(self.said.append, **how)

    def mails(self) -> list[str]:
        return [path.read_text() for path in self.publisher.config.folder.glob("out/mail/*.eml")]


@pytest.fixture
def hook(httpserver: HTTPServer) -> Hook:
    hook = Hook(httpserver.url_for("/secret-word?key=other-secret"))
    httpserver.expect_request("/secret-word").respond_with_handler(hook.take)
    return hook


def world_in(folder: Path, notify: str) -> Iterator[World]:
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text(f"{CONFIG}notify: {notify}\n", encoding="utf-8")
    with build(load(folder / "config.yaml", {})) as publisher:
        yield World(publisher)


@pytest.fixture
def world(tmp_path: Path, hook: Hook) -> Iterator[World]:
    yield from world_in(tmp_path, f"{{webhook: '{hook.url}'}}")


@pytest.fixture
def by_mail(tmp_path: Path) -> Iterator[World]:
    yield from world_in(tmp_path, "{email: op@gazette.example, channel: mail}")


def make_unknown(world: World, *keys: str, asked: bool = False) -> None:
    texts = [column.name for column in deliveries.c if not column.nullable]
    blank = dict.fromkeys(set(texts) - {"id"}, "")
    for key in keys:
        row = blank | {
            "key": key,
            "channel": "mail",
            "kind": "email",
            "owner": "daily",
            "slot": SLOT,
            "recipient": f"{key}@example.org",
            "state": State.UNKNOWN,
            "attempts": 1,
            "queued_at": SLOT,
            "not_before": START if asked else None,
        }
        with world.publisher.outbox.database.writing() as connection:
            connection.execute(deliveries.insert().values(row))


def test_a_pause_is_told_once_whoever_looks(world: World, hook: Hook) -> None:
    world.publisher.outbox.channels.pause("mail", "the account is suspended")
    world.look()
    world.look()
    (told,) = hook.told
    assert (told["event"], told["about"], told["site"]) == ("channel_paused", "mail", "The Gazette")
    assert "mail is paused: the account is suspended" in told["text"]
    assert "publish resume mail" in told["text"]
    assert told["content"] == told["text"]
    assert world.said == []


def test_the_next_pause_is_told_again(world: World, hook: Hook) -> None:
    for _ in range(2):
        world.publisher.outbox.channels.pause("mail", "the account is suspended")
        world.look()
        world.publisher.outbox.channels.resume("mail")
        world.look()
    assert len(hook.told) == 2


def test_a_server_that_slows_us_down_all_day_is_told_once_a_day(world: World, hook: Hook) -> None:
    for hour in range(30):
        world.now = START + timedelta(hours=hour)
        until = world.now + timedelta(minutes=5)
        world.publisher.outbox.channels.pause(
            "mail", f"{hour} too many, says the server", until, world.now
        )
        world.look()
        world.now = until
        world.look()
    assert [told["at"][:13] for told in hook.told] == ["2026-03-05T07", "2026-03-06T08"]


def test_what_a_person_paused_is_no_news(world: World, hook: Hook) -> None:
    world.publisher.outbox.channels.pause("mail", "holiday")
    world.other().paused_by_a_person("mail")
    world.look()
    assert hook.told == []


def test_unknown_messages_are_told_and_more_of_them_an_hour_later(world: World, hook: Hook) -> None:
    make_unknown(world, "a", "b")
    world.look()
    assert "nobody can tell whether 2 messages arrived" in hook.told[0]["text"]
    make_unknown(world, "c")
    world.look()
    assert len(hook.told) == 1
    world.now += timedelta(hours=1)
    world.look()
    world.look()
    assert "3 messages" in hook.told[1]["text"] and len(hook.told) == 2


def test_what_will_be_asked_about_is_told_only_at_the_end(world: World, hook: Hook) -> None:
    make_unknown(world, "a", asked=True)
    world.look()
    assert hook.told == []
    world.look(at_the_end=True)
    assert "1 message arrived" in hook.told[0]["text"]


def test_a_slot_that_fails_is_told_once_until_it_works(world: World, hook: Hook) -> None:
    for minutes in (0, 1, 60):
        moment = SLOT + timedelta(minutes=minutes)
        world.other().slot_failed(world.said.append, "daily", moment, "digest.mjml.j2:3: no end")
    world.look()
    (told,) = hook.told
    assert (told["event"], told["about"]) == ("slot_failed", "daily")
    assert "digest.mjml.j2:3: no end" in told["text"]
    world.other().slot_planned(world.said.append, "daily")
    world.other().slot_failed(world.said.append, "daily", SLOT, "again")
    world.look()
    assert len(hook.told) == 2


def test_a_webhook_that_fails_is_tried_later_and_its_address_stays_secret(
    world: World, hook: Hook
) -> None:
    hook.status = 404
    world.publisher.outbox.channels.pause("mail", "no login")
    world.look()
    world.look()
    assert len(hook.told) == 1
    (said,) = world.said
    assert said.startswith("notify: ") and "404" in said
    assert "secret" not in said
    hook.status = 200
    for _ in range(2):
        world.now += timedelta(minutes=1)
        world.look()
    assert len(hook.told) == 2


def test_a_server_error_may_have_been_a_success_so_once_is_enough(world: World, hook: Hook) -> None:
    hook.status = 500
    world.publisher.outbox.channels.pause("mail", "no login")
    world.look()
    world.now += timedelta(hours=2)
    world.look()
    assert len(hook.told) == 1


def test_an_email_goes_out_past_the_pause_it_tells_of(by_mail: World) -> None:
    by_mail.publisher.outbox.channels.pause("mail", "no login <b>")
    by_mail.look()
    by_mail.look()
    (mail,) = by_mail.mails()
    assert "To: op@gazette.example" in mail
    assert "From: News <news@gazette.example>" in mail
    assert "Subject: [The Gazette] mail is paused: no login <b>" in mail
    assert "no login &lt;b&gt;" in mail
    assert by_mail.publisher.outbox.operator.find() == []


def test_a_database_that_fails_costs_a_line(world: World, hook: Hook) -> None:
    with world.publisher.outbox.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE notices")
    world.look()
    world.other().slot_failed(world.said.append, "daily", SLOT, "x")
    assert len(world.said) == 2
    assert hook.told == []
