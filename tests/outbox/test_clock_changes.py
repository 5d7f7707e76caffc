"""A clock that is set back, or was ahead for a while: nothing waits for the old time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from publisher.outbox import Exchanger, Outbox, Outcome, State
from publisher.outbox.limits.store import Grants

Mails = Callable[[int], list[int]]
LEASE = timedelta(minutes=10)
HOUR = timedelta(hours=1)
ELSEWHERE = "elsewhere:7:1"


def claim(outbox: Outbox, now: datetime, worker: str = ELSEWHERE) -> list[int]:
    found = outbox.claim("mail", 10, worker=worker, lease=LEASE, now=now)
    return [row.id for row in found]


def test_time_that_passes_changes_nothing(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    before = outbox.deliveries()
    for hours in range(5):
        assert not outbox.keep_time(now + hours * HOUR)
    assert outbox.deliveries() == before


def test_a_wait_is_as_long_as_it_was(outbox: Outbox, mails: Mails, now: datetime) -> None:
    (number,) = mails(1)
    outbox.keep_time(now)
    claim(outbox, now)
    later = now + timedelta(minutes=5)
    outbox.settle([Outcome(number, State.QUEUED, not_before=later)], now)
    outbox.pause("mail", "too fast", later, now)
    assert outbox.keep_time(now - HOUR) == HOUR
    (row,) = outbox.deliveries()
    assert (row.not_before, row.last_started) == (later - HOUR, now - HOUR)
    assert outbox.channel("mail").paused_until == later - HOUR


def test_what_was_due_is_due(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(3)
    outbox.keep_time(now)
    assert claim(outbox, now - HOUR) == []
    outbox.keep_time(now - HOUR)
    assert claim(outbox, now - HOUR) == ids


def test_three_days_ahead_and_back(outbox: Outbox, mails: Mails, now: datetime) -> None:
    first, second = mails(2)
    outbox.keep_time(now)
    ahead = now + timedelta(days=3)
    outbox.keep_time(ahead)
    claim(outbox, ahead)
    outbox.settle([Outcome(first, State.QUEUED, not_before=ahead + HOUR)], ahead)
    assert outbox.keep_time(now) == timedelta(days=3)
    retried, held = outbox.deliveries()
    assert retried.not_before == now + HOUR
    assert (held.state, held.id) == (State.SENDING, second)
    assert [row.id for row in outbox.recover(now + LEASE)] == [second], "its lease is brought back"


def test_a_mail_that_nobody_knows_of_never_seems_younger(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    (number,) = mails(1)
    outbox.keep_time(now + 2 * HOUR)
    claim(outbox, now)
    outbox.settle([Outcome(number, State.UNKNOWN, not_before=now)], now)
    outbox.keep_time(now + HOUR)
    (row,) = outbox.deliveries()
    assert row.started_at == now - HOUR


def test_only_the_first_who_notices_brings_back(
    outbox: Outbox, mails: Mails, now: datetime, database_url: str, tmp_path: Path
) -> None:
    (number,) = mails(1)
    with Outbox.open(database_url, folder=tmp_path) as other:
        outbox.keep_time(now)
        other.keep_time(now)
        claim(outbox, now)
        outbox.settle([Outcome(number, State.QUEUED, not_before=now + 5 * HOUR)], now)
        assert outbox.keep_time(now - HOUR) == HOUR
        assert not other.keep_time(now - HOUR)
        assert outbox.deliveries()[0].not_before == now + 4 * HOUR


def test_a_new_process_notices_too(
    outbox: Outbox, mails: Mails, now: datetime, database_url: str, tmp_path: Path
) -> None:
    mails(1)
    outbox.keep_time(now)
    with Outbox.open(database_url, folder=tmp_path) as other:
        assert other.keep_time(now - HOUR) == HOUR


def test_it_is_written_down_once_a_minute(
    outbox: Outbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.keep_time(now)
    monkeypatch.setattr(outbox.database, "writing", None)
    for second in range(50):
        assert not outbox.keep_time(now + timedelta(seconds=second))
    monkeypatch.setattr("publisher.outbox.clock_changes.time.monotonic", lambda: 1e12)
    with pytest.raises(TypeError):
        outbox.keep_time(now)


def test_what_a_clock_that_was_ahead_queued_is_due_now(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    ids = mails(2)
    early = now - timedelta(days=3)
    assert outbox.start_untried("mail", early) == 2
    assert outbox.start_untried("mail", early) == 0
    assert claim(outbox, early) == ids
    assert {row.queued_at for row in outbox.deliveries()} == {early}


def test_warming_up_begins_now_at_the_latest(outbox: Outbox) -> None:
    grants = Grants(outbox.database)
    assert grants.first_use("mail warm up", 5_000) == 5_000
    assert grants.first_use("mail warm up", 3_000) == 3_000
    assert grants.first_use("mail warm up", 9_000) == 3_000


def test_a_pause_holds_for_the_very_next_claim(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(2)
    with outbox.exchanger("mail", ELSEWHERE) as exchanger:
        assert len(exchange(exchanger, now)) == 1
        outbox.pause("mail", "by hand")
        assert exchange(exchanger, now) == []
        assert claim(outbox, now) == []
        outbox.pause("mail", "by hand", now + HOUR)
        outbox.resume("mail")
        assert len(exchange(exchanger, now)) == 1


def exchange(exchanger: Exchanger, now: datetime) -> list[int]:
    tickets = exchanger.exchange([], [], 1, now=now, lease=LEASE)
    return [ticket.id for ticket in tickets]
