"""Webhooks of form services: signed ones are read, others are refused, none breaks anything."""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.events.forms import (
    NotASubmissionError,
    NotGenuineError,
    Service,
    Submission,
    read_submission,
)

NOW = datetime(2026, 5, 11, 7, 0, tzinfo=UTC)
SECRET = "the service's secret"
WHEN = "2026-05-11T06:59:58.123Z"
BODIES: dict[Service, dict[str, Any]] = {
    Service.FORMSPREE: {
        "form": "mvzvldzo",
        "keys": ["email", "name", "topics"],
        "submission": {
            "_date": "2026-05-11T06:59:58.123456+00:00",
            "_id": "r1",
            "email": "ann@reader.example",
            "name": "Ann",
            "topics": ["tv", "sports"],
        },
    },
    Service.NETLIFY: {
        "id": "r1",
        "number": 7,
        "form_name": "newsletter",
        "email": "ann@reader.example",
        "created_at": WHEN,
        "data": {
            "Email": "ann@reader.example",
            "Name": "Ann",
            "topics": "tv, sports",
            "ip": "192.0.2.1",
            "bot-field": "",
        },
    },
    Service.TALLY: {
        "eventId": "e1",
        "eventType": "FORM_RESPONSE",
        "createdAt": WHEN,
        "data": {
            "responseId": "r1",
            "formId": "wA1",
            "createdAt": WHEN,
            "fields": [
                {"key": "q1", "label": "Where do we write to?", "type": "INPUT_EMAIL",
                 "value": "ann@reader.example"},
                {"key": "q2", "label": "Name", "type": "INPUT_TEXT", "value": "Ann"},
                {"key": "q3", "label": "Topics", "type": "CHECKBOXES", "value": ["a", "b"],
                 "options": [{"id": "a", "text": "tv"}, {"id": "b", "text": "sports"}]},
                {"key": "q4", "label": "Empty", "type": "INPUT_TEXT", "value": None},
            ],
        },
    },
}  # fmt: skip


def jws(body: bytes, secret: str = SECRET, **claims: str) -> str:
    def part(value: bytes) -> str:
        return urlsafe_b64encode(value).decode().rstrip("=")

    given = {"iss": "netlify", "sha256": hashlib.sha256(body).hexdigest()} | claims
    head = json.dumps({"alg": "HS256", "typ": "JWT"}).encode()
    start = f"{part(head)}.{part(json.dumps(given).encode())}"
    return f"{start}.{part(hmac.digest(secret.encode(), start.encode(), 'sha256'))}"


def signed(
    service: Service, body: bytes, secret: str = SECRET, at: datetime = NOW
) -> dict[str, str]:
    key = secret.encode()
    if service is Service.FORMSPREE:
        seconds = int(at.timestamp())
        mac = hmac.new(key, f"{seconds}.".encode() + body, "sha256").hexdigest()
        return {"formspree-signature": f"t={seconds},v1={mac}"}
    if service is Service.NETLIFY:
        return {"x-webhook-signature": jws(body, secret)}
    return {"tally-signature": b64encode(hmac.digest(key, body, "sha256")).decode()}


def read(service: Service, payload: object, **more: str) -> Submission:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return read_submission(service, signed(service, body) | more, body, SECRET, NOW)


@pytest.mark.parametrize("service", Service)
def test_what_a_reader_typed(service: Service) -> None:
    found = read(service, BODIES[service])
    assert (found.id, found.email, found.name) == ("r1", "ann@reader.example", "Ann")
    assert abs(found.at - NOW) < timedelta(seconds=3)
    assert "topics: tv, sports" in [line.lower() for line in found.lines]


@pytest.mark.parametrize("service", Service)
def test_what_is_not_signed_as_it_must_be_is_refused(service: Service) -> None:
    body = json.dumps(BODIES[service]).encode()
    headers = signed(service, body)
    (name,) = headers
    wrong = [
        ({}, body, SECRET),
        ({name: ""}, body, SECRET),
        ({name: "ü.ü.ü"}, body, SECRET),
        ({name: headers[name][:-2]}, body, SECRET),
        (headers, body + b" ", SECRET),
        (headers, body, "another"),
        (signed(service, body, ""), body, ""),
    ]
    for given_headers, given_body, secret in wrong:
        with pytest.raises(NotGenuineError):
            read_submission(service, given_headers, given_body, secret, NOW)


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("days", [-4, 4])
def test_a_replay_of_long_ago_is_refused(service: Service, days: int) -> None:
    body = json.dumps(BODIES[service]).encode()
    now = NOW + timedelta(days=days)
    with pytest.raises(NotGenuineError):
        read_submission(service, signed(service, body, at=now), body, SECRET, now)


def test_formspree_signs_the_moment_too() -> None:
    body = json.dumps(BODIES[Service.FORMSPREE]).encode()
    headers = signed(Service.FORMSPREE, body, at=NOW - timedelta(days=4))
    with pytest.raises(NotGenuineError):
        read_submission(Service.FORMSPREE, headers, body, SECRET, NOW)


@pytest.mark.parametrize("claims", [{"iss": "eve"}, {"sha256": "0" * 64}, {"sha256": "ü"}])
def test_netlifys_signature_must_be_of_this_body(claims: dict[str, str]) -> None:
    body = json.dumps(BODIES[Service.NETLIFY]).encode()
    headers = {"x-webhook-signature": jws(body, **claims)}
    with pytest.raises(NotGenuineError):
        read_submission(Service.NETLIFY, headers, body, SECRET, NOW)


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"data": 1}', b"1" * 9_999],
)
def test_what_is_no_submission_is_named(service: Service, body: bytes) -> None:
    with pytest.raises(NotASubmissionError):
        read(service, body)


def test_other_events_and_forms_and_robots_are_left_alone() -> None:
    tally = BODIES[Service.TALLY]
    with pytest.raises(NotASubmissionError):
        read(Service.TALLY, tally | {"eventType": "FORM_VIEW"})
    netlify = BODIES[Service.NETLIFY]
    for data in ({"message": "Hello"}, {"email": ""}, netlify["data"] | {"bot-field": "x"}):
        with pytest.raises(NotASubmissionError):
            read(Service.NETLIFY, netlify | {"data": data})


def test_long_and_strange_values_are_cut_and_stay_on_a_line() -> None:
    netlify = BODIES[Service.NETLIFY]
    data: dict[str, object] = {
        "email": "ann@reader.example\r\nBcc: eve@evil.example",
        "name": "A" * 9_999,
    }
    data |= {f"field {number}": {"deep": [number]} for number in range(1_000)}
    found = read(Service.NETLIFY, netlify | {"data": data})
    assert found.email == "ann@reader.example Bcc: eve@evil.example"  # which is no address
    assert len(found.name) == 500 and len(found.lines) <= 100


@given(st.binary(max_size=300), st.text(max_size=100))
def test_any_webhook_is_read_or_refused(body: bytes, header: str) -> None:
    for service in Service:
        for headers in (dict.fromkeys(signed(service, b""), header), signed(service, body)):
            with pytest.raises((NotGenuineError, NotASubmissionError)):
                read_submission(service, headers, body, SECRET, NOW)
