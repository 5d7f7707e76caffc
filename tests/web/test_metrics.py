"""Figures for Prometheus, and whether all is well: for whoever has the token, and cheaply."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.config import load
from publisher.errors import ConfigurationError
from publisher.web.app import make_app
from publisher.wiring import Publisher, build
from tests.contacts import subscribe
from tests.web.client import Client
from tests.web.conftest import CONFIG
from tests.web.editions import publish

TOKEN = "prometheus-may-look"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    text = CONFIG.replace("web: {", 'web: {metrics: "${METRICS}", ')
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {"METRICS": TOKEN}, sends=False)) as built:
        yield built


def test_there_are_no_figures_by_themselves(client: Client) -> None:
    assert client.get("/metrics").status == 404
    assert client.get("/metrics", authorization="Bearer ").status == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer x", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_nothing_is_said(watched: Publisher, given: str) -> None:
    answer = Client(make_app(watched)).get("/metrics", authorization=given)
    assert answer.status == 401
    assert "publisher_" not in answer.text


def test_a_token_that_is_not_set_stops_the_start(watched: Publisher) -> None:
    with pytest.raises(ConfigurationError):
        load(watched.config.file, {}, sends=False)


def test_the_figures_are_those_of_the_database(watched: Publisher) -> None:
    subscribe(watched.outbox, "daily", [("ben@reader.example", "Ben")])
    publish(watched.outbox)
    publish(watched.outbox, day=1, sent=False)
    now = datetime.now(UTC)
    watched.outbox.figures.note_tick(now)
    client = Client(make_app(watched))
    client.get("/subscribe")
    client.get("/unsubscribe/secret-token")
    text = client.get("/metrics", authorization=f"Bearer {TOKEN}").text
    lines = text.splitlines()
    assert 'publisher_deliveries{channel="mail",state="sent"} 2.0' in lines
    assert 'publisher_deliveries{channel="mail",state="queued"} 2.0' in lines
    assert 'publisher_subscribers{newsletter="daily",state="active"} 2.0' in lines
    assert 'publisher_web_requests_total{page="subscribe.show",status="200"} 1.0' in lines
    assert any(line.startswith('publisher_queue_age_seconds{channel="mail"}') for line in lines)
    (tick,) = (line for line in lines if line.startswith("publisher_last_tick_seconds "))
    assert float(tick.split()[1]) == pytest.approx(now.timestamp(), abs=1)
    assert "reader.example" not in text and "secret-token" not in text


def test_health_says_when_publishing_was_last_seen(watched: Publisher) -> None:
    client = Client(make_app(watched))
    known = {"status": "ok", "database": "ok", "last_tick": None}
    assert client.get("/health", accept="application/json").json == known
    watched.outbox.figures.note_tick(datetime(2026, 5, 11, 7, tzinfo=UTC))
    seen = client.get("/health", accept="application/json").json["last_tick"]
    assert seen == "2026-05-11T07:00:00+00:00"
