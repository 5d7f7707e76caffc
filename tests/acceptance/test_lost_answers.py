"""Whatever a network does to the answer: one post, never two, and the row says so."""

from collections.abc import Iterator

import pytest

from publisher.testing import Behaviour
from tests.acceptance.conftest import AT, Site
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.x_server import XServer

Server = MastodonServer | XServer


@pytest.fixture(params=[MastodonServer, XServer], ids=["mastodon", "x"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with request.param() as running:
        yield running


@pytest.fixture
def connected(site: Site, server: Server) -> Site:
    adapter = "mastodon" if isinstance(server, MastodonServer) else "x"
    site.configure({"network": {"adapter": adapter, **server.options}})
    return site


LOST = [
    Behaviour.NEVER_ANSWERS,
    Behaviour.RESETS,
    Behaviour.CUTS,
    Behaviour.FAILS,
    Behaviour.GARBLES,
]


@pytest.mark.parametrize("behaviour", LOST, ids=lambda each: each.name)
def test_a_lost_answer_is_asked_for_and_found(
    connected: Site, server: Server, behaviour: Behaviour
) -> None:
    server.behave(behaviour)
    rows = connected.json("now", "--at", AT)
    assert [row["state"] for row in rows] == ["sent"]
    assert rows[0]["remote_id"]
    server.behave(Behaviour.WORKS)
    connected.publish("now", "--at", AT)
    assert server.arrived == 1


def test_too_many_requests_waits_and_then_sends_once(connected: Site, server: Server) -> None:
    server.behave(Behaviour.LIMITS)
    rows = connected.json("now", "--at", AT, code=3)
    assert [(row["state"], row["attempts"]) for row in rows] == [("queued", 0)]
    assert connected.json("status")[0]["channels"]["network"]["paused"]
    server.behave(Behaviour.WORKS)
    connected.publish("resume", "network")
    connected.publish("now", "--at", AT)
    assert server.arrived == 1


def test_a_refused_account_pauses_until_a_person_resumes(connected: Site, server: Server) -> None:
    server.behave(Behaviour.REFUSES_ACCOUNT)
    assert [row["state"] for row in connected.json("now", "--at", AT, code=3)] == ["queued"]
    server.behave(Behaviour.WORKS)
    assert [row["state"] for row in connected.json("now", "--at", AT, code=3)] == ["queued"]
    assert server.arrived == 0
    connected.publish("resume", "network")
    connected.publish("now", "--at", AT)
    assert server.arrived == 1


def test_a_server_that_is_down_loses_nothing(connected: Site, server: Server) -> None:
    server.behave(Behaviour.DOWN)
    assert [row["state"] for row in connected.json("now", "--at", AT, code=3)] == ["queued"]
    server.behave(Behaviour.WORKS)
    assert [row["state"] for row in connected.json("now", "--at", AT)] == ["sent"]
    assert server.arrived == 1


def test_a_refused_note_is_rejected_once(connected: Site, server: Server) -> None:
    server.behave(Behaviour.REJECTS)
    rows = connected.json("now", "--at", AT, code=1)
    assert [row["state"] for row in rows] == ["rejected"]
    assert rows[0]["error"]
    assert server.attempts == 1


def test_no_secret_in_anything_that_is_printed(connected: Site, server: Server) -> None:
    printed = ""
    for behaviour in (Behaviour.REFUSES_ACCOUNT, Behaviour.GARBLES, Behaviour.WORKS):
        server.behave(behaviour)
        for words in (["now", "--at", AT], ["check"], ["queue", "list"], ["status"]):
            done = connected.run(*words)
            printed += done.stdout + done.stderr
    database = (connected.folder / "queue" / "publisher.db").read_bytes()
    for secret in server.secrets:
        assert secret not in printed
        assert secret.encode() not in database
