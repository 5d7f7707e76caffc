"""Tokens are renewed by one process at a time, and stored before they are used."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import OutcomeUnknown, Unavailable
from publisher.model.credentials import Credentials, Renew
from publisher.outbox.credentials import RENEWING
from publisher.outbox.deliveries.workers import worker_name
from publisher.outbox.outbox import Outbox

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
SECRET = "r3fresh-1"


def test_what_is_stored_is_read_again(outbox: Outbox) -> None:
    assert outbox.credentials.read("bluesky") is None
    ends = NOW + timedelta(days=90)
    new = Credentials({"refresh": SECRET}, NOW, ends)
    stored = outbox.credentials.put("bluesky", new)
    assert stored == Credentials({"refresh": SECRET}, NOW, ends, 1)
    assert outbox.credentials.of("bluesky").read() == stored
    assert outbox.credentials.of("x").read() is None
    assert SECRET not in repr(stored)


def test_forgotten_is_gone(outbox: Outbox) -> None:
    outbox.credentials.put("x", Credentials({"token": SECRET}))
    assert outbox.credentials.forget("x")
    assert not outbox.credentials.forget("x")
    assert outbox.credentials.read("x") is None


def test_the_first_credentials_are_made_once(outbox: Outbox) -> None:
    store = outbox.credentials.of("bluesky")
    first = store.renewed(None, lambda _: Credentials({"access": "1"}))
    assert first.version == 1
    assert store.renewed(None, lambda _: pytest.fail("they are there")) == first


def test_who_comes_with_old_ones_gets_the_new_ones(outbox: Outbox) -> None:
    old = outbox.credentials.put("x", Credentials({"access": "1"}))
    new = outbox.credentials.of("x").renewed(old, lambda _: Credentials({"access": "2"}))
    assert new.version == 2
    assert outbox.credentials.of("x").renewed(old, lambda _: pytest.fail("twice")) == new


def test_two_processes_renew_once(database_url: str, tmp_path: Path) -> None:
    with (
        Outbox.open(database_url, folder=tmp_path) as one,
        Outbox.open(database_url, folder=tmp_path) as other,
    ):
        old = one.credentials.put("x", Credentials({"access": "1"}))
        begun, asked = threading.Event(), []

        def renew(found: Credentials | None) -> Credentials:
            asked.append(found)
            begun.wait(5)
            return Credentials({"access": str(len(asked) + 1)})

        found: list[Credentials] = []
        stores = [outbox.credentials.of("x") for outbox in (one, other)]
        threads = [
            threading.Thread(target=lambda s=store: found.append(s.renewed(old, renew)))
            for store in stores
        ]
        for thread in threads:
            thread.start()
        begun.set()
        for thread in threads:
            thread.join(20)
        assert [each.values for each in found] == [{"access": "2"}] * 2
        assert asked == [old]


def test_a_renewal_that_fails_leaves_the_right_to_others(outbox: Outbox) -> None:
    store = outbox.credentials.of("x")
    old = outbox.credentials.put("x", Credentials({"access": "1"}))

    def fails(_: Credentials | None) -> Credentials:
        raise Unavailable("no answer")

    with pytest.raises(Unavailable):
        store.renewed(old, fails)
    assert store.read() == old
    assert store.renewed(old, lambda _: Credentials({"access": "2"})).version == 2


def test_who_dies_while_renewing_holds_nobody_up_for_ever(outbox: Outbox) -> None:
    old = outbox.credentials.put("x", Credentials({"access": "1"}))
    assert outbox.credentials.begin("x", old, "elsewhere 1 now", NOW)
    assert not outbox.credentials.begin("x", old, "here", NOW)
    assert outbox.credentials.begin("x", old, "here", NOW + RENEWING)


def test_a_clock_that_jumps_takes_nothing_from_a_process_that_lives(outbox: Outbox) -> None:
    old = outbox.credentials.put("x", Credentials({"access": "1"}))
    assert outbox.credentials.begin("x", old, worker_name(), NOW)
    later = NOW + 10 * RENEWING
    assert not outbox.credentials.begin("x", old, "another", later, waited=False)
    assert outbox.credentials.begin("x", old, "another", later, waited=True)


def test_what_a_person_connects_wins_over_a_renewal(outbox: Outbox) -> None:
    old = outbox.credentials.put("x", Credentials({"access": "1"}))

    def meanwhile(_: Credentials | None) -> Credentials:
        outbox.credentials.put("x", Credentials({"access": "by hand"}))
        return Credentials({"access": "renewed"})

    new = outbox.credentials.of("x").renewed(old, meanwhile)
    assert new.values == {"access": "by hand"} and outbox.credentials.read("x") == new


def test_a_lost_answer_is_remembered_until_something_comes_of_it(outbox: Outbox) -> None:
    store = outbox.credentials.of("x")
    old = outbox.credentials.put("x", Credentials({"access": "1"}))
    asked: list[datetime | None] = []

    def answers(error: Exception | None) -> Renew:
        def renew(found: Credentials | None) -> Credentials:
            asked.append(found.asked_at if found else None)
            if error:
                raise error
            return Credentials({"access": "2"})

        return renew

    with pytest.raises(Unavailable, match="was lost; it is tried again"):
        store.renewed(old, answers(OutcomeUnknown("x.example: no answer in time")))
    with pytest.raises(Unavailable):
        store.renewed(old, answers(Unavailable("x.example: no connection")))
    new = store.renewed(old, answers(None))
    assert asked[0] is None and asked[1] is not None and asked[2] == asked[1]
    assert new.asked_at is None and store.read() == new


def test_who_dies_while_renewing_leaves_word(outbox: Outbox) -> None:
    old = outbox.credentials.put("x", Credentials({"access": "1"}))
    assert outbox.credentials.begin("x", old, "elsewhere 1 now", NOW)
    found = outbox.credentials.read("x")
    assert found is not None and found.asked_at == NOW


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    with Outbox.open("sqlite:///queue/publisher.db", folder=tmp_path) as outbox:
        outbox.credentials.put("x", Credentials({"access": SECRET}))
        files = list((tmp_path / "queue").iterdir())
        assert len(files) > 1, "the write-ahead log holds it as well"
        assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
