import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from publisher.config import load
from publisher.durations import micros
from publisher.signing import Purpose
from publisher.web.app import make_app
from publisher.web.limits import once
from publisher.web.readers import challenge
from publisher.web.readers.challenge import BITS, ROUNDS, WAIT, WITHIN, proves
from publisher.wiring import Publisher, build
from tests.web.client import HOST, Answer, Client
from tests.web.conftest import CONFIG
from tests.web.people import added, everybody, link, queued, states

ANN = {"email": "ann@example.org", "name": 'Ann "<b>"', "topic": ["tv", "sports"]}
ALMOST = timedelta(seconds=1)


class Watch:
    """A clock that stands until it is turned."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def guarded(tmp_path: Path, database_url: str) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    text = CONFIG.replace(f'"https://{HOST}"', f'"https://{HOST}", challenge: true')
    text += f"database: {database_url}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {}, sends=False)) as built:
        yield built


@pytest.fixture
def clock(guarded: Publisher) -> Watch:
    watch = Watch(guarded.clock())
    guarded.clock = watch
    return watch


@pytest.fixture
def asking(guarded: Publisher, clock: Watch) -> Client:
    assert guarded.clock is clock
    return Client(make_app(guarded))


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest in four is a proof: Python is not to work for a second."""
    monkeypatch.setattr(challenge, "BITS", 2)


def solved(token: str, bits: int = 2) -> str:
    """What a program does that was written by docs/how-to/web.md."""
    proof = []
    for each in range(ROUNDS):
        tried = 0
        while _zeros(hashlib.sha256(f"{token}:{each}:{tried}".encode()).digest()) < bits:
            tried += 1
        proof.append(str(tried))
    return "-".join(proof)


def _zeros(digest: bytes) -> int:
    return len(digest) * 8 - int.from_bytes(digest).bit_length()


def held(answer: Answer) -> dict[str, list[str]]:
    """The hidden fields of a page, as a browser sends them."""
    assert answer.status == 422, answer.text
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?>', answer.text
    ):
        found.setdefault(name, []).append(unescape(value))
    return found


def proved(answer: Answer) -> dict[str, list[str]]:
    fields = held(answer)
    return {**fields, "proof": [solved(fields["challenge"][0])]}


def test_without_it_no_page_has_a_script(client: Client, publisher: Publisher) -> None:
    for path in ("/", "/subscribe", "/choices", "/sent"):
        answer = client.get(path)
        assert "<script" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]
    assert client.post("/subscribe", {"email": "ann@example.org"}).status == 303
    assert states(publisher) == {"ann@example.org": "pending"}


def test_with_it_only_the_challenge_has_one_and_only_that(asking: Client) -> None:
    assert "<script" not in asking.get("/subscribe").text
    answer = asking.post("/subscribe", ANN)
    policy = answer.headers["content-security-policy"]
    assert re.search(r"; script-src 'sha256-[\w+/]+=*'; style-src 'sha256-", policy)
    assert "unsafe" not in policy and "form-action 'self' " in policy
    assert answer.text.count("<script>") == 1 and "<b>" not in answer.text


def test_a_proof_lets_a_form_through_as_it_was_typed(asking: Client, guarded: Publisher) -> None:
    answer = asking.post("/subscribe", ANN, referer="https://gazette.example/about/?a=b")
    assert everybody(guarded) == []
    fields = proved(answer)
    assert fields["name"] == ['Ann "<b>"'] and fields["topic"] == ["tv", "sports"]
    assert asking.post("/subscribe?lang=de", fields).headers["location"] == "/sent?lang=de"
    (reader,) = everybody(guarded)
    assert (reader.email, reader.state, reader.language) == ("ann@example.org", "pending", "de")
    contact = guarded.outbox.subscribers.show("ann@example.org")
    assert contact is not None and contact.consent is not None
    assert contact.consent.source == "https://gazette.example/about/"
    assert queued(guarded) == [("ann@example.org", "confirmation")]


def test_a_proof_counts_once(asking: Client, guarded: Publisher, clock: Watch) -> None:
    fields = proved(asking.post("/subscribe", ANN))
    assert asking.post("/subscribe", fields).status == 303
    for _ in range(2):
        again = asking.post("/subscribe", fields)
        assert again.status == 409 and "used already" in again.text
    elsewhere = Client(make_app(guarded))  # another server, after a restart
    assert elsewhere.post("/subscribe", fields).status == 409
    clock.turn(WITHIN - ALMOST)
    assert asking.post("/subscribe", fields).status == 409
    assert len(queued(guarded)) == 1
    clock.turn(ALMOST * 2)
    assert "challenge" in held(asking.post("/subscribe", fields)), "too old: a new one"


def test_who_only_waits_counts_once_as_well(
    asking: Client, guarded: Publisher, clock: Watch
) -> None:
    fields = held(asking.post("/subscribe", ANN))
    clock.turn(WAIT)
    assert asking.post("/subscribe", fields).status == 303
    assert asking.post("/subscribe", fields).status == 409
    assert len(queued(guarded)) == 1


def test_nothing_is_kept_of_it_once_it_is_over(
    asking: Client, guarded: Publisher, clock: Watch
) -> None:
    fields = proved(asking.post("/subscribe", ANN))
    assert asking.post("/subscribe", fields).status == 303
    guarded.outbox.limits.forget(micros(clock() + WITHIN - ALMOST))
    assert asking.post("/subscribe", fields).status == 409
    guarded.outbox.limits.forget(micros(clock() + WITHIN + ALMOST))
    with guarded.outbox.database.writing() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM buckets").scalars().all()
    assert rows and [name for name in rows if name.startswith("once ")] == []


def test_a_button_pressed_too_early_says_how_long(asking: Client, clock: Watch) -> None:
    first = asking.post("/subscribe", ANN)
    assert "wait for 5 seconds" in first.text
    clock.turn(WAIT - ALMOST * 2)
    early = asking.post("/subscribe", held(first))
    assert "too early" in early.text and "wait for 2 seconds" in early.text
    assert "<script" not in early.text
    assert "script-src" not in early.headers["content-security-policy"]
    assert held(early)["challenge"] == held(first)["challenge"], "the wait goes on"
    clock.turn(ALMOST)
    assert "wait for a second" in asking.post("/subscribe", held(early)).text
    clock.turn(ALMOST)
    assert asking.post("/subscribe", held(early)).status == 303


def test_a_proof_is_for_one_content_and_one_form(asking: Client, guarded: Publisher) -> None:
    good = proved(asking.post("/subscribe", ANN))
    token = good["challenge"][0]
    for change in (
        {"email": ["bob@example.org"]},
        {"name": ["Bob"]},
        {"topic": ["tv"]},
        {"from": ["https://evil.example/"]},
        {"next": ["https://gazette.example/"]},
        {"challenge": [token[:-1]]},
        {"challenge": [token[:-1] + ("A" if token[-1] != "A" else "B")]},
        {"challenge": ["\u00e9" * 81]},
        {"challenge": ["x" * 400]},
        {"challenge": [""]},
    ):
        answer = asking.post("/subscribe", {**good, **change})
        assert held(answer)["challenge"][0] not in {token, ""}, change
        assert "<script" not in answer.text, "nothing runs in circles"
    fields = proved(asking.post("/choices", {"email": "ann@example.org"}))
    assert held(asking.post("/subscribe", fields))["challenge"] != fields["challenge"]
    assert everybody(guarded) == []
    assert asking.post("/subscribe", good).status == 303, "none of that has used it up"


def test_tokens_for_other_ends_are_none(asking: Client, guarded: Publisher, clock: Watch) -> None:
    signer, reader = guarded.outbox.keys.signer(), added(guarded, "bob@example.org")
    undo = signer.sign(Purpose.FORM, reader.token, clock() + WITHIN)
    for token in (undo, link(guarded, reader)):
        answer = asking.post("/subscribe", {**ANN, "challenge": token})
        assert held(answer)["challenge"][0] != token
    token = held(asking.post("/subscribe", ANN))["challenge"][0]
    assert asking.post(f"/resubscribe/{token}").status == 404


WRONG = ["", "-", "-" * (ROUNDS - 1), "1", "-".join("1" * ROUNDS), "\u0661" * 9, "9" * 400]


@pytest.mark.parametrize("proof", WRONG)
def test_what_proves_nothing(asking: Client, proof: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenge, "BITS", BITS)
    fields = held(asking.post("/subscribe", ANN))
    early = asking.post("/subscribe", {**fields, "proof": [proof]})
    assert held(early)["challenge"] == fields["challenge"]


def test_every_round_needs_its_own_proof() -> None:
    good = solved("token").split("-")
    assert proves("token", "-".join(good))
    assert not proves("token", "-".join(good[1:] + good[:1]))
    assert not proves("token", "-".join([*good, "1"]))
    assert not proves("nekot", "-".join(good))


def test_mistakes_are_shown_before_anything_is_to_be_solved(asking: Client) -> None:
    answer = asking.post("/subscribe", {"email": "ann"})
    assert answer.status == 422 and 'href="#email"' in answer.text
    assert 'name="challenge"' not in answer.text


def test_a_robot_in_the_trap_is_told_nothing(asking: Client, guarded: Publisher) -> None:
    form = {**ANN, "homepage": "https://spam.example"}
    assert asking.post("/subscribe", form).status == 303
    assert everybody(guarded) == []


def test_the_form_that_sends_links_has_it_too(asking: Client, guarded: Publisher) -> None:
    added(guarded)
    known = asking.post("/choices", {"email": "ann@example.org"})
    unknown = asking.post("/choices", {"email": "bob@example.org"})
    assert known.status == unknown.status == 422 and queued(guarded) == []
    assert len(known.body) == len(unknown.body), "nobody is told who is known"
    fields = proved(known)
    assert asking.post("/choices", fields).status == 303
    assert asking.post("/choices", fields).status == 409
    assert queued(guarded) == [("ann@example.org", "choices")]


def test_a_program_is_given_the_puzzle_in_json(asking: Client, guarded: Publisher) -> None:
    form = {"email": "ann@example.org", "newsletter": "daily"}
    own = {"origin": "https://gazette.example", "referer": "https://gazette.example/news/"}
    asked = asking.post_json("/subscribe", form, **own)
    assert asked.headers["access-control-allow-origin"] == "https://gazette.example"
    assert (asked.status, asked.json["errors"]) == (422, {"challenge": "missing"})
    puzzle = asked.json["challenge"]
    assert set(puzzle) == {"token", "rounds", "bits", "wait"} and puzzle["wait"] == 5
    held = {**form, "challenge": puzzle["token"]}
    early = asking.post_json("/subscribe", {**held, "proof": "\ud800"}, **own)
    assert early.json["errors"] == {"challenge": "invalid"}
    assert early.json["challenge"]["token"] == puzzle["token"]
    done = asking.post_json("/subscribe", {**held, "proof": solved(puzzle["token"])}, **own)
    assert (done.status, done.json) == (202, {"status": "confirmation sent"})
    contact = guarded.outbox.subscribers.show("ann@example.org")
    assert contact is not None and contact.consent is not None
    assert contact.consent.source == "https://gazette.example/news/"
    used = asking.post_json("/subscribe", {**held, "proof": solved(puzzle["token"])}, **own)
    assert (used.status, used.json) == (409, {"error": "409"})


def test_limits_count_beside_it(asking: Client, guarded: Publisher) -> None:
    statuses = []
    for number in range(32):
        form = proved(asking.post("/subscribe", {"email": f"reader{number}@example.org"}))
        statuses.append(asking.post("/subscribe", form).status)
    assert statuses == [303] * 30 + [429] * 2
    assert len(everybody(guarded)) == 30


def test_two_of_the_same_at_once_are_one(asking: Client, guarded: Publisher) -> None:
    limits = asking.app.state.services.limits
    want, signer = once("nonce", WITHIN), guarded.outbox.keys.signer()
    now = guarded.clock()
    assert limits.allow_many(now, [[want], [want]]) == [True, False]
    assert limits.is_refused(want, now)
    assert limits.allow(signer, now, "203.0.113.9")
