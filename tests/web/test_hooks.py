"""Webhooks of form services at /hooks/SERVICE."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.config import load
from publisher.events.forms import Service
from publisher.outbox.outbox import Outbox
from publisher.web.app import make_app
from publisher.wiring import Publisher, build
from tests.events.test_forms import BODIES, SECRET, signed
from tests.web.client import Answer, Client
from tests.web.conftest import CONFIG

FORMS = """\
forms:
  tally: {secret: "${HOOK}"}
  netlify: {secret: "${HOOK}"}
  formspree: {secret: "${HOOK}"}
"""
ANN = "ann@reader.example"
TALLY = Service.TALLY


@pytest.fixture
def publisher(tmp_path: Path, database_url: str) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    text = f"{CONFIG}{FORMS}database: {database_url}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {"HOOK": SECRET})) as built:
        yield built


def payload(service: Service, at: datetime | None = None) -> Any:
    """A submission of this moment."""
    now = (at or datetime.now(UTC)).isoformat()
    given = json.loads(json.dumps(BODIES[service]))
    if service is Service.FORMSPREE:
        given["submission"]["_date"] = now
    else:
        given["createdAt" if service is TALLY else "created_at"] = now
    return given


def post(client: Client, service: Service, given: Any, secret: str = SECRET) -> Answer:
    body = json.dumps(given).encode()
    headers = signed(service, body, secret, datetime.now(UTC))
    return client.ask("POST", f"/hooks/{service}", body, headers)


def states(outbox: Outbox) -> list[str]:
    contact = outbox.subscribers.show(ANN)
    return [each.state.value for each in contact.subscriptions] if contact else []


@pytest.mark.parametrize("service", Service)
def test_a_submission_is_asked_back_once(
    client: Client, publisher: Publisher, service: Service
) -> None:
    given = payload(service)
    for _ in range(3):
        answer = post(client, service, given)
        assert (answer.status, answer.json) == (202, {"status": "accepted"})
    assert states(publisher.outbox) == ["pending"]
    (row,) = publisher.outbox.operator.find()
    assert row.edition_id is not None and row.recipient == ANN
    assert publisher.outbox.editions.get(row.edition_id).kind == "confirmation"
    contact = publisher.outbox.subscribers.show(ANN)
    assert contact is not None and contact.history[0].reason == f"by a form of {service} (r1)"


def test_a_replay_brings_nobody_back(client: Client, publisher: Publisher) -> None:
    given, readers = payload(TALLY), publisher.outbox.readers
    post(client, TALLY, given)
    (row,) = publisher.outbox.operator.find()
    readers.confirm(row.token, row.queued_at, publisher.clock())
    readers.leave(row.token, "on the page", publisher.clock())
    assert post(client, TALLY, given).status == 202
    assert states(publisher.outbox) == ["unsubscribed"]
    assert len(publisher.outbox.operator.find()) == 1


def test_forgeries_and_what_is_old_change_nothing(client: Client, publisher: Publisher) -> None:
    assert post(client, TALLY, payload(TALLY), "another secret").status == 401
    assert post(client, TALLY, payload(TALLY), "absent").status == 401
    old = payload(TALLY, datetime.now(UTC) - timedelta(days=30))
    assert post(client, TALLY, old).status == 401
    assert client.ask("POST", "/hooks/tally", b"{}", {}).status == 401
    assert client.ask("POST", "/hooks/other", b"{}", {}).status == 404
    assert client.get("/hooks/tally").status == 405
    assert not publisher.outbox.operator.find() and not states(publisher.outbox)


def test_what_is_of_no_use_is_not_asked_for_again(client: Client, publisher: Publisher) -> None:
    netlify = payload(Service.NETLIFY)
    for data in ({"email": "not an address"}, {"message": "hi"}, {"email": ANN, "newsletter": "x"}):
        answer = post(client, Service.NETLIFY, netlify | {"data": data})
        assert (answer.status, answer.json) == (200, {"status": "ignored"})
    assert not publisher.outbox.operator.find()


def test_a_body_may_be_larger_than_a_form_and_no_giant(client: Client) -> None:
    netlify = payload(Service.NETLIFY)
    netlify["data"]["message"] = "m" * 100_000
    assert post(client, Service.NETLIFY, netlify).status == 202
    netlify["data"]["message"] = "m" * 400_000
    assert post(client, Service.NETLIFY, netlify).status == 413


def test_a_secret_that_is_not_there_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG + FORMS, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {}, sends=False)) as publisher:
        assert post(Client(make_app(publisher)), TALLY, payload(TALLY), "absent").status == 401


def test_services_that_are_not_named_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        assert post(Client(make_app(publisher)), TALLY, payload(TALLY)).status == 404
