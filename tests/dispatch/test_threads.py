"""A thread, whatever goes wrong and wherever: each post once, in its place, and a true row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from publisher.adapters.base import Adapter, Deletes, Edits, KeepsCredentials
from publisher.adapters.bluesky import Bluesky
from publisher.adapters.folder import Folder, FolderSettings
from publisher.adapters.http.threads import MOST_POSTS
from publisher.adapters.mastodon import Mastodon
from publisher.adapters.x import X
from publisher.model.messages import Note
from publisher.runners.posted import receipt_of
from publisher.testing import USUAL, Behaviour, Kept
from tests.adapters.bluesky_server import BlueskyServer
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.x_server import XServer
from tests.dispatch.conftest import Open, Station

URL = "https://gazette.com/articles/bridge"
TEXTS = ("The bridge is open again.", "It was closed for two years.", f"Read on: {URL}")
OPENING = 9  # characters; Bluesky's links lose their protocol
NOTE = Note(text=TEXTS[0], thread=TEXTS[1:], url=URL, link=URL, title="Bridge", language="en")

NETWORKS: dict[str, tuple[type[Adapter[Any]], Any]] = {
    "mastodon": (Mastodon, MastodonServer),
    "x": (X, XServer),
    "bluesky": (Bluesky, BlueskyServer),
}
PLANS = [
    (name, how, spares)
    for name in NETWORKS
    for how in sorted(USUAL)
    for spares in range(len(TEXTS))
]


class Played(NamedTuple):
    """What a test has in hand."""

    station: Station
    network: Any
    adapter: Adapter[Any]

    def later(self, *minutes: float) -> None:
        for each in minutes:
            self.station.clock.move(minutes=each)
            self.station.send(eager=True)
            self.check()

    def check(self) -> None:
        """Each post is there once at most, behind the one before, and the row knows of them."""
        posts, row = self.network.thread(), self.station.row
        shown = [(text[:OPENING], parent) for _, text, parent in posts]
        before = ["", *(remote_id for remote_id, _, _ in posts)]
        texts = (text[:OPENING] for text in TEXTS)
        assert shown == list(zip(texts, before, strict=False))[: len(posts)]
        whole = len(posts) == len(TEXTS)
        whole_or_ended = whole or "it ends early" in (row.remark or "")
        expected = {"sent": bool(posts) and whole_or_ended, "unknown": True, "queued": not whole}
        assert expected.get(row.state.value, not posts), row
        if posts and row.state.value in {"sent", "queued"}:
            assert row.remote_id == posts[0][0]


def make(name: str, network: Any, station: Open, options: str = "") -> Played:
    kind, _ = NETWORKS[name]
    settings = kind.settings.model_validate(network.options | {"thread": 4})
    adapter = kind(settings, name="network")
    if isinstance(adapter, KeepsCredentials):
        adapter.use_credentials(Kept())
    made = station(adapter, options)
    made.clock.now = datetime.now(UTC)
    return Played(made, network, adapter)


@pytest.fixture
def played(request: pytest.FixtureRequest, station: Open) -> Iterator[Played]:
    name = request.param[0] if isinstance(request.param, tuple) else request.param
    with NETWORKS[name][1]() as network:
        made = make(name, network, station)
        made.station.queue_notes(NOTE)
        yield made


every_network = pytest.mark.parametrize("played", NETWORKS, indirect=True)


@every_network
def test_each_part_replies_to_the_one_before(played: Played) -> None:
    played.station.send(eager=True)
    played.check()
    assert played.station.state == "sent" and played.network.arrived == len(TEXTS)
    assert played.station.row.remark in {None, ""}


@pytest.mark.parametrize(
    "played", PLANS, ids=[f"{name}-{how}-{spares}" for name, how, spares in PLANS], indirect=True
)
def test_whatever_fails_wherever(played: Played, request: pytest.FixtureRequest) -> None:
    _, how, spares = request.node.callspec.params["played"]
    if spares:
        played.network.behave_after(spares, how)
    else:
        played.network.behave(how)
    played.station.send(eager=True)
    played.check()
    played.network.behave(Behaviour.WORKS)
    played.later(1, 5, 6, 30)
    played.station.outbox.channels.resume("network")
    played.later(1, 30)
    refused = how is Behaviour.REJECTS or (how is Behaviour.FORBIDS and spares > 0)
    assert played.network.arrived == (spares if refused else len(TEXTS))
    assert played.station.state == ("rejected" if refused and not spares else "sent")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_longest_thread_is_posted_at_once(name: str, station: Open) -> None:
    with NETWORKS[name][1]() as network:
        played = make(name, network, station, ", quota: 1 per day")
        texts = [f"Part {number} of it." for number in range(MOST_POSTS)]
        played.station.queue_notes(Note(text=texts[0], thread=tuple(texts[1:])))
        played.station.send(eager=True)
        assert (played.station.state, network.arrived) == ("sent", MOST_POSTS)


def halfway(played: Played) -> None:
    """One post is there; the network is busy."""
    played.network.behave_after(1, Behaviour.BUSY)
    played.station.send(eager=True)
    assert (played.station.state, played.network.arrived) == ("queued", 1)
    assert "post 2 of 3" in played.station.row.error


@pytest.mark.parametrize("how", [Behaviour.BUSY, Behaviour.FAILS], ids=str)
@pytest.mark.parametrize("limit", ["quota: 1 per day", "min_interval: 1 hour"])
@pytest.mark.parametrize("name", NETWORKS)
def test_no_limit_of_ours_tears_a_thread_apart(
    name: str, limit: str, how: Behaviour, station: Open
) -> None:
    with NETWORKS[name][1]() as network:
        played = make(name, network, station, f", {limit}")
        other = Note(text="Another.", url="https://gazette.com/other", title="Other")
        played.station.queue_notes(NOTE, other)
        network.behave_after(1, how)
        played.station.send(eager=True)
        network.behave(Behaviour.WORKS)
        for minutes in (0, 2, 10):
            played.station.clock.move(minutes=minutes)
            played.station.send()
        begun, waiting = played.station.outbox.operator.find()
        assert (begun.state.value, waiting.state.value) == ("sent", "queued")
        assert network.arrived == len(TEXTS)


@every_network
def test_what_is_cancelled_halfway_ends_there(played: Played) -> None:
    halfway(played)
    assert played.station.outbox.operator.cancel([played.station.row.id]) == 1
    row = played.station.row
    assert (row.state.value, row.remark) == ("sent", "it ends early: cancelled manually")
    assert row.remote_id == played.network.thread()[0][0]
    played.network.behave(Behaviour.WORKS)
    played.later(30)
    assert played.network.arrived == 1


@pytest.mark.parametrize(
    ("resolution", "remark", "posts"),
    [("sent", "no more of it is posted", 2), ("drop", "ends early: dropped", 2), ("retry", "", 3)],
)
def test_a_lost_answer_in_a_thread_is_resolved_by_hand(
    station: Open, resolution: Any, remark: str, posts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MastodonServer() as network:
        played = make("mastodon", network, station)
        played.station.queue_notes(NOTE)
        network.behave_after(1, Behaviour.FAILS)
        with monkeypatch.context() as patched:
            patched.setattr(played.adapter, "find_step", lambda *_: None)
            played.station.send(eager=True)
        assert played.station.state == "unknown"
        operator = played.station.outbox.operator
        assert operator.resolve([played.station.row.id], resolution) == 1
        network.behave(Behaviour.WORKS)
        for _ in range(2):
            played.station.clock.move(minutes=10)
            played.station.send(eager=True)
        assert (played.station.state, network.arrived) == ("sent", posts)
        assert remark in (played.station.row.remark or "")


@every_network
def test_a_thread_is_taken_back_whole(played: Played) -> None:
    played.station.send(eager=True)
    receipt = receipt_of(played.station.row)
    assert isinstance(played.adapter, Deletes)
    played.adapter.delete(receipt)
    played.adapter.delete(receipt)
    assert played.network.arrived == 0


@pytest.mark.parametrize("played", ["mastodon"], indirect=True)
def test_a_thread_is_edited_post_by_post(played: Played) -> None:
    played.station.send(eager=True)
    assert isinstance(played.adapter, Edits)
    better = replace(NOTE, thread=("It was closed for three years.", TEXTS[2]))
    played.adapter.edit(receipt_of(played.station.row), better)
    shown = [status["content"] for status in played.network.statuses]
    assert "two years" not in "".join(shown) and "three years" in shown[1]


@pytest.mark.parametrize("begun", [0, 1], ids=["untried", "halfway"])
def test_an_adapter_that_makes_no_threads_gets_all_of_it(
    begun: int, station: Open, tmp_path: Path
) -> None:
    with MastodonServer() as network:
        played = make("mastodon", network, station)
        played.station.queue_notes(NOTE)
        if begun:
            halfway(played)
    folder = Folder(FolderSettings(path=tmp_path / "sent"), name="network")
    played.station.dispatcher.adapters["network"] = folder  # type: ignore[index] # a dict here
    played.station.clock.move(minutes=5)
    played.station.send(eager=True)
    (text,) = (tmp_path / "sent").glob("*.txt")
    assert text.read_text().split("\n\n") == [*TEXTS[:2], f"{TEXTS[2]}\n"]
    assert played.station.state == "sent"


def test_a_month_s_budget_pays_for_a_thread_once(station: Open) -> None:
    with XServer() as network:
        played = make("x", network, station)
        network_price = played.adapter.price(NOTE)  # type: ignore[attr-defined] # it is X
        assert network_price == Decimal("0.23")
        played.station.queue_notes(NOTE, cost="0.23")
        halfway(played)
        now = played.station.clock.now
        budget = played.station.outbox.budget
        assert budget.spent_since("network", now - timedelta(days=1)) == Decimal("0.23")
        assert budget.waiting_cost("network") == 0
        network.behave(Behaviour.WORKS)
        played.later(5, 30)
        assert played.station.state == "sent"
