"""For every network and whatever it does: at most one post exists, and the row tells the truth."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from publisher.adapters.base import Adapter, Finds, FindsSteps, KeepsCredentials
from publisher.adapters.bluesky import Bluesky
from publisher.adapters.discord import Discord
from publisher.adapters.linkedin import LinkedIn
from publisher.adapters.mastodon import Mastodon
from publisher.adapters.matrix import Matrix
from publisher.adapters.slack import Slack
from publisher.adapters.telegram import Telegram
from publisher.adapters.webhook import WebhookAdapter
from publisher.adapters.x import X
from publisher.testing import USUAL, Behaviour, Kept
from publisher.testing.servers import Reply
from tests.adapters import discord_server, slack_server
from tests.adapters.bluesky_server import BlueskyServer
from tests.adapters.linkedin_server import LinkedInServer
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.matrix_server import MatrixServer
from tests.adapters.telegram_server import TelegramServer
from tests.adapters.webhook_server import Receiver
from tests.adapters.x_server import XServer
from tests.dispatch.conftest import Open, Station

NETWORKS: dict[str, tuple[type[Adapter[Any]], Any]] = {
    "mastodon": (Mastodon, MastodonServer),
    "x": (X, XServer),
    "bluesky": (Bluesky, BlueskyServer),
    "linkedin": (LinkedIn, LinkedInServer),
    "telegram": (Telegram, TelegramServer),
    "discord": (Discord, discord_server.DiscordServer),
    "discord-bot": (Discord, discord_server.BotServer),
    "slack": (Slack, slack_server.SlackServer),
    "slack-bot": (Slack, slack_server.BotServer),
    "matrix": (Matrix, MatrixServer),
    "webhook": (WebhookAdapter, Receiver),
}
DENYING = {"telegram", "slack-bot"}
CANNOT_TELL = {"telegram", "discord", "slack"}
PLANS = [
    (name, how)
    for name in NETWORKS
    for how in sorted(USUAL | ({Behaviour.DENIES} if name in DENYING else set()))
]


class Played(NamedTuple):
    """What a test has in hand."""

    station: Station
    network: Any
    adapter: Adapter[Any]


@contextmanager
def one_queued(name: str, station: Open) -> Iterator[Played]:
    """A network of this name that works, and a note for it in the queue."""
    kind, server = NETWORKS[name]
    with server() as network:
        settings = kind.settings.model_validate(network.options)
        adapter = kind.variant(settings)(settings, name="network")
        if isinstance(adapter, KeepsCredentials):
            adapter.use_credentials(Kept())
        made = station(adapter)
        made.clock.now = datetime.now(UTC)
        made.queue("a")
        yield Played(made, network, adapter)


@pytest.fixture
def played(request: pytest.FixtureRequest, station: Open) -> Iterator[Played]:
    name, how = request.param
    with one_queued(name, station) as played:
        played.network.behave(how)
        played.station.send(eager=True)
        yield played


def how_it_finds(adapter: Adapter[Any]) -> str:
    """The method that dispatch asks."""
    return "find_step" if isinstance(adapter, FindsSteps) else "find"


def the_truth(played: Played) -> bool:
    """Whether the row says what the network holds."""
    held, state = played.network.arrived, played.station.state
    return bool(held <= 1 and {"sent": held == 1, "unknown": True}.get(state, held == 0))


@pytest.mark.parametrize(
    "played", PLANS, ids=[f"{name}-{how}" for name, how in PLANS], indirect=True
)
def test_one_post_at_most_and_the_truth(played: Played, request: pytest.FixtureRequest) -> None:
    name, how = request.node.callspec.params["played"]
    assert the_truth(played)
    was_lost = played.station.state == "unknown"
    played.network.behave(Behaviour.WORKS)
    for minutes in (1, 5, 30):
        played.station.clock.move(minutes=minutes)
        played.station.send(eager=True)
        assert the_truth(played)
    played.station.outbox.channels.resume("network")
    played.station.send(eager=True)
    assert the_truth(played)
    knows = isinstance(played.adapter, Finds) or bool(played.adapter.repeatable_for)
    assert knows == (name not in CANNOT_TELL)
    if how in {Behaviour.REJECTS, Behaviour.DENIES}:
        assert played.station.state == "rejected"
    else:
        assert played.station.state == ("unknown" if was_lost and not knows else "sent")


@pytest.mark.parametrize("how", [Behaviour.FAILS, Behaviour.RESETS], ids=str)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_that_shows_a_post_late_has_one(
    name: str, how: Behaviour, station: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one_queued(name, station) as (made, network, adapter):
        shown_at = made.clock.now + timedelta(minutes=4)
        if isinstance(adapter, Finds):
            find = getattr(adapter, how_it_finds(adapter))

            def finds_late(*asked: Any) -> Any:
                return find(*asked) if made.clock.now > shown_at else None

            monkeypatch.setattr(adapter, how_it_finds(adapter), finds_late)
        network.behave(how)
        made.send(eager=True)
        network.behave(Behaviour.WORKS)
        for minutes in (0.6, 0.6, 1, 2, 4, 30):
            made.clock.move(minutes=minutes)
            made.send(eager=True)
            assert network.arrived == 1
        assert made.state == ("unknown" if name in CANNOT_TELL else "sent")


@pytest.mark.parametrize("how", [Behaviour.FAILS, Behaviour.NEVER_ANSWERS], ids=str)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_clock_that_is_set_back_makes_no_second_post(
    name: str, how: Behaviour, station: Open
) -> None:
    with one_queued(name, station) as (made, network, adapter):
        network.behave(how)
        find = getattr(adapter, how_it_finds(adapter), None)
        if find:  # so that it is not found at once
            setattr(adapter, how_it_finds(adapter), lambda *_: None)
        made.send(eager=True)
        assert made.state == "unknown"
        if find:
            setattr(adapter, how_it_finds(adapter), find)
        network.behave(Behaviour.WORKS)
        made.clock.move(minutes=-20)
        for _ in range(3):
            made.clock.move(minutes=7)
            made.send(eager=True)
            assert network.arrived == 1
        assert made.state == ("unknown" if name in CANNOT_TELL else "sent")


SHAPES: dict[str, object] = {
    "null": None,
    "a number": 7,
    "a text": "ok then",
    "a list": [],
    "a list of things": [{"id": "1"}],
    "nothing": {},
    "other things": {"id": {"id": [1]}, "data": 1, "result": [], "uri": 7, "ts": {}, "ok": True},
    "an id that is none": {"id": "a\nb", "uri": "at://x", "ts": " ", "event_id": "", "ok": True},
    "deep": json.loads("[" * 900 + "]" * 900),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_success_of_another_shape_is_no_mistake_of_ours(
    name: str, shape: str, station: Open
) -> None:
    with one_queued(name, station) as (made, network, _):
        network.garbled = Reply(200, SHAPES[shape])
        network.behave(Behaviour.GARBLES)
        made.send(eager=True)
        assert made.state in {"sent", "unknown"} and network.arrived == 1
        assert "bug" not in made.row.error and "Error" not in made.row.error, made.row.error
        if made.state == "unknown":
            assert "the answer cannot be read" in made.row.error
        else:  # it was found, or any answer will do
            assert name not in CANNOT_TELL - {"slack"} and made.row.remote_id.isprintable()


def test_a_copy_that_is_refused_is_there_though_it_is_not_shown(
    station: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one_queued("x", station) as (made, network, adapter):
        monkeypatch.setattr(adapter, "find_step", lambda *_: None)
        network.behave(Behaviour.FAILS)
        made.send(eager=True)
        network.behave(Behaviour.WORKS)
        for minutes in (6, 6):
            made.clock.move(minutes=minutes)
            made.send(eager=True)
        assert "duplicate" in made.row.error
        assert made.state == "unknown"
        monkeypatch.undo()
        made.clock.move(minutes=1)
        made.send(eager=True)
        assert (made.state, network.arrived) == ("sent", 1)
