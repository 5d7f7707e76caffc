"""A short run of `make chaos`: every kind of trouble twice, on each kind of database."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.campaign import Campaign, draw
from tests.chaos.parties import Postgresql, Row, Sender, Sink, Sqlite
from tests.chaos.reckoning import reckon
from tests.chaos.troubles import Kind, Stage
from tests.conftest import Server

READERS, CONNECTIONS = 300, 4


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    sink = Sink(tmp_path, late=0.02)
    yield sink
    sink.kill()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Not the session's: this one is ended in the middle of things."""
    server = Server()
    yield server
    server.stop()


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_whatever_happens_every_reader_gets_the_mail_once(
    database: str, tmp_path: Path, sink: Sink, request: pytest.FixtureRequest
) -> None:
    seed = random.randrange(10**6)  # noqa: S311 - no secret
    print(f"seed {seed}")  # noqa: T201 - to repeat a failure
    chance = random.Random(seed)  # noqa: S311
    rows = (
        Sqlite(tmp_path)
        if database == "sqlite"
        else Postgresql(request.getfixturevalue("own_server"))
    )
    sender = Sender(tmp_path, sink, rows, CONNECTIONS)
    sender.add_subscribers(READERS)
    kinds = draw(2 * len(Kind), list(Kind), chance)
    said: list[str] = []
    campaign = Campaign(Stage(sender, sink, rows, chance), READERS, CONNECTIONS, kinds, said.append)
    try:
        campaign.run()
    finally:
        sender.kill()
    assert campaign.faults == [], [*said, sender.said()]
    assert campaign.happened.total() > 0
    assert sorted(sink.accepted()) == sorted(row.key for row in rows.rows())


def row(key: str, state: str, error: str = "") -> Row:
    return Row(1, key, f"{key}@example.com", state, error)


def test_the_reckoning_sees_every_broken_promise() -> None:
    rows = [
        row("a", "sent"),
        row("b", "sent"),
        row("c", "queued"),
        row("d", "unknown", "why"),
        row("e", "unknown"),
    ]
    found = reckon(rows, ["a", "a", "d", "x"], subscribers=6)
    assert found.lost == ["b", "a subscriber without a row"]
    assert found.doubled == ["a"]
    assert [each.key for each in found.open] == ["c"]
    assert found.strangers == ["x"]
    assert [each.key for each in found.arrived] == ["d"]
    assert [each.key for each in found.missed] == ["e"]
    assert [each.key for each in found.unnamed] == ["e"]
    assert len(found.faults) == 6


def test_a_clean_mailing_has_no_faults() -> None:
    rows = [row("a", "sent"), row("b", "sent")]
    assert reckon(rows, ["b", "a"], subscribers=2).faults == []
