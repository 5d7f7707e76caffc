"""Tokens that a network renews: in time, by one process, stored before they are used."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.adapters.base import send_whole
from publisher.adapters.x import X
from publisher.errors import AuthExpired, RateLimited, Unavailable
from publisher.model.credentials import Credentials
from publisher.outbox.outbox import Outbox
from publisher.testing import KEY, NOTE
from publisher.testing.servers import Reply
from tests.adapters.x_server import ConnectedX

TOKENS = "/2/oauth2/token"
SOON, OVER = timedelta(minutes=10), timedelta(minutes=-1)


@pytest.fixture
def network() -> Iterator[ConnectedX]:
    with ConnectedX() as network:
        yield network


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox.open("sqlite:///queue/publisher.db", folder=tmp_path) as outbox:
        yield outbox


@pytest.fixture
def x(network: ConnectedX, outbox: Outbox) -> X:
    outbox.credentials.put("x", network.stored)
    return made(network, outbox)


def made(network: ConnectedX, outbox: Outbox) -> X:
    adapter = X(X.settings.model_validate(network.options), name="x")
    adapter.use_credentials(outbox.credentials.of("x"))
    return adapter


def leave(network: ConnectedX, outbox: Outbox, left: timedelta) -> None:
    outbox.credentials.put("x", network.connected(left))


def now_stored(outbox: Outbox) -> Credentials:
    found = outbox.credentials.read("x")
    assert found is not None
    return found


def test_it_is_renewed_ahead_and_not_before(x: X, network: ConnectedX, outbox: Outbox) -> None:
    x.refresh()
    assert network.oauth.refreshed == 0
    leave(network, outbox, SOON)
    x.refresh()
    x.refresh()
    assert network.oauth.refreshed == 1
    new = now_stored(outbox)
    assert new.values["refresh"] == network.oauth.family
    assert new.expires_at is not None and new.expires_at > datetime.now(UTC) + SOON
    assert send_whole(x, NOTE, KEY).remote_id


def test_one_that_is_over_is_renewed_before_a_note(
    x: X, network: ConnectedX, outbox: Outbox
) -> None:
    leave(network, outbox, OVER)
    assert send_whole(x, NOTE, KEY).remote_id
    assert (network.oauth.refreshed, network.arrived) == (1, 1)


def test_one_that_the_network_ended_early_is_renewed_once(x: X, network: ConnectedX) -> None:
    network.oauth.good.clear()
    assert send_whole(x, NOTE, KEY).remote_id
    assert (network.oauth.refreshed, network.arrived) == (1, 1)


def test_one_that_another_process_renewed_is_used(
    x: X, network: ConnectedX, outbox: Outbox
) -> None:
    leave(network, outbox, SOON)
    made(network, outbox).refresh()
    assert send_whole(x, NOTE, KEY).remote_id
    assert network.oauth.refreshed == 1


def test_a_dead_one_names_the_command(x: X, network: ConnectedX, outbox: Outbox) -> None:
    leave(network, outbox, OVER)
    network.oauth.family = ""
    with pytest.raises(AuthExpired, match="connect it anew: `publish connect x`") as caught:
        x.send(NOTE, KEY)
    assert "5ecret" not in str(caught.value) and network.attempts == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, b"<html>"),
        Reply(404, b"<html>Not here</html>"),
        Reply(400, {"title": "odd"}),
        Reply(403, b"<html>Checking your browser</html>"),
    ],
)
def test_a_service_in_trouble_kills_no_token(
    x: X, network: ConnectedX, outbox: Outbox, reply: Reply
) -> None:
    leave(network, outbox, OVER)
    network.replies[TOKENS] = reply
    with pytest.raises(Unavailable) as caught:
        x.send(NOTE, KEY)
    assert not isinstance(caught.value, AuthExpired)
    del network.replies[TOKENS]
    assert send_whole(x, NOTE, KEY).remote_id


def test_a_limit_is_one(x: X, network: ConnectedX, outbox: Outbox) -> None:
    leave(network, outbox, OVER)
    network.replies[TOKENS] = Reply(429, {"error": "slow down"})
    with pytest.raises(RateLimited):
        x.refresh()


@pytest.mark.parametrize(
    "odd",
    [[], {"access_token": 7}, {"access_token": "a b"}, {"access_token": ""}, {"access_token": "é"}],
)
def test_an_answer_that_makes_no_sense_is_a_lost_one(
    x: X, network: ConnectedX, outbox: Outbox, odd: object
) -> None:
    leave(network, outbox, OVER)
    network.replies[TOKENS] = Reply(200, odd)
    with pytest.raises(Unavailable, match="was lost; it is tried again"):
        x.refresh()
    assert now_stored(outbox).asked_at is not None


def test_a_lost_answer_is_tried_once_more_and_then_told(
    x: X, network: ConnectedX, outbox: Outbox
) -> None:
    leave(network, outbox, OVER)
    network.oauth.loses = 1
    with pytest.raises(Unavailable, match="the answer to a renewal was lost") as lost:
        x.send(NOTE, KEY)
    assert not isinstance(lost.value, AuthExpired)
    with pytest.raises(AuthExpired, match="was lost, and with it the token") as told:
        x.send(NOTE, KEY)
    assert "`publish connect x`" in str(told.value)
    assert network.attempts == 0
    outbox.credentials.put("x", network.connected(timedelta(hours=2)))
    assert send_whole(x, NOTE, KEY).remote_id


PROCESS = """
import json, sys
from pathlib import Path
from publisher.adapters.x import X
from publisher.outbox.outbox import Outbox

url, folder, options = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
with Outbox.open(url, folder=folder) as outbox:
    x = X(X.settings.model_validate(options), name="x")
    x.use_credentials(outbox.credentials.of("x"))
    print("ready", flush=True)
    sys.stdin.readline()
    x.refresh()
    print(outbox.credentials.read("x").version, x.check().account, flush=True)
"""


def test_processes_renew_once(network: ConnectedX, database_url: str, tmp_path: Path) -> None:
    """The network ends the whole family where a refresh token is used twice."""
    with Outbox.open(database_url, folder=tmp_path) as outbox:
        outbox.credentials.put("x", network.connected(SOON))
    options = json.dumps({**network.options, "timeout": 10})
    command = [sys.executable, "-c", PROCESS, database_url, str(tmp_path), options]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in processes:
        assert each.stdout is not None and each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [each.communicate(timeout=60)[0] for each in processes]
    assert told == ["2 @gazette\n"] * 3
    assert network.oauth.refreshed == 1 and network.oauth.family
