"""A clock that is set back, or was ahead for a while: nothing waits for the old time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from publisher.model.deliveries import Outcome, State
from publisher.outbox.deliveries.bulk import Exchanger
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.outbox.fixture_types import Mails, Notes

LEASE = timedelta(minutes=10)
HOUR = timedelta(hours=1)
ELSEWHERE = "elsewhere:7:1"


def claim(outbox: Outbox, now: datetime, worker: str = ELSEWHERE) -> list[int]:
    found = claim_rows(outbox, "mail", 10, worker=worker, lease=LEASE, now=now)
    return [row.id for row in found]


def test_time_that_passes_changes_nothing(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    before = outbox.operator.find()
    for hours in range(5):
        assert not outbox.clock.keep(now + hours * HOUR)
    assert outbox.operator.find() == before


def test_a_wait_is_as_long_as_it_was(outbox: Outbox, mails: Mails, now: datetime) -> None:
    (number,) = mails(1)
    outbox.clock.keep(now)
    claim(outbox, now)
    later = now + timedelta(minutes=5)
    outbox.deliveries.settle([Outcome(number, State.QUEUED, not_before=later)], now)
    outbox.channels.pause("mail", "too fast", later, now)
    assert outbox.clock.keep(now - HOUR) == HOUR
    (row,) = outbox.operator.find()
    assert (row.not_before, row.last_started) == (later - HOUR, now - HOUR)
    assert outbox.channels.get("mail").paused_until == later - HOUR


def test_what_was_due_is_due(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(3)
    outbox.clock.keep(now)
    assert claim(outbox, now - HOUR) == []
    outbox.clock.keep(now - HOUR)
    assert claim(outbox, now - HOUR) == ids


def test_three_days_ahead_and_back(outbox: Outbox, mails: Mails, now: datetime) -> None:
    first, second = mails(2)
    outbox.clock.keep(now)
    ahead = now + timedelta(days=3)
    outbox.clock.keep(ahead)
    claim(outbox, ahead)
    outbox.deliveries.settle([Outcome(first, State.QUEUED, not_before=ahead + HOUR)], ahead)
    assert outbox.clock.keep(now) == timedelta(days=3)
    retried, held = outbox.operator.find()
    assert retried.not_before == now + HOUR
    assert (held.state, held.id) == (State.SENDING, second)
    assert [row.id for row in outbox.deliveries.recover(now + LEASE)] == [second], (
        "its lease is brought back"
    )


def test_a_mail_that_nobody_knows_of_never_seems_younger(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    (number,) = mails(1)
    outbox.clock.keep(now + 2 * HOUR)
    claim(outbox, now)
    outbox.deliveries.settle([Outcome(number, State.UNKNOWN, not_before=now)], now)
    outbox.clock.keep(now + HOUR)
    (row,) = outbox.operator.find()
    assert row.started_at == now - HOUR


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.UNKNOWN])
def test_what_a_note_is_dated_stays_whatever_the_clock_does(
    outbox: Outbox, notes_draft: Notes, now: datetime, state: State
) -> None:
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    number = outbox.operator.find()[0].id
    outbox.clock.keep(now + 2 * HOUR)
    claim_rows(outbox, "fediverse", 1, worker=ELSEWHERE, lease=LEASE, now=now + 2 * HOUR)
    if state is not State.SENDING:
        outbox.deliveries.settle([Outcome(number, state)], now + 2 * HOUR)
    outbox.clock.keep(now)
    claim_rows(outbox, "fediverse", 1, worker=ELSEWHERE, lease=LEASE, now=now)
    (row,) = outbox.operator.find()
    assert (row.started_at, row.dated_at) == (now, now + 2 * HOUR)


def test_only_the_first_who_notices_brings_back(
    outbox: Outbox, mails: Mails, now: datetime, database_url: str, tmp_path: Path
) -> None:
    (number,) = mails(1)
    with Outbox.open(database_url, folder=tmp_path) as other:
        outbox.clock.keep(now)
        other.clock.keep(now)
        claim(outbox, now)
        outbox.deliveries.settle([Outcome(number, State.QUEUED, not_before=now + 5 * HOUR)], now)
        assert outbox.clock.keep(now - HOUR) == HOUR
        assert not other.clock.keep(now - HOUR)
        assert outbox.operator.find()[0].not_before == now + 4 * HOUR


def test_a_new_process_notices_too(
    outbox: Outbox, mails: Mails, now: datetime, database_url: str, tmp_path: Path
) -> None:
    mails(1)
    outbox.clock.keep(now)
    with Outbox.open(database_url, folder=tmp_path) as other:
        assert other.clock.keep(now - HOUR) == HOUR


def test_it_is_written_down_once_a_minute(
    outbox: Outbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.clock.keep(now)
    monkeypatch.setattr(outbox.database, "writing", None)
    for second in range(50):
        assert not outbox.clock.keep(now + timedelta(seconds=second))
    monkeypatch.setattr("publisher.outbox.clock_changes.time.monotonic", lambda: 1e12)
    with pytest.raises(TypeError):
        outbox.clock.keep(now)


def test_what_a_clock_that_was_ahead_queued_is_due_now(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    ids = mails(2)
    early = now - timedelta(days=3)
    assert outbox.clock.start_untried("mail", early) == 2
    assert outbox.clock.start_untried("mail", early) == 0
    assert claim(outbox, early) == ids
    assert {row.queued_at for row in outbox.operator.find()} == {early}


def test_warming_up_begins_now_at_the_latest(outbox: Outbox) -> None:
    grants = outbox.limits
    assert grants.first_use("mail warm up", 5_000) == 5_000
    assert grants.first_use("mail warm up", 3_000) == 3_000
    assert grants.first_use("mail warm up", 9_000) == 3_000


def test_a_pause_holds_for_the_very_next_claim(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(2)
    with outbox.exchanges.exchanger("mail", ELSEWHERE) as exchanger:
        assert len(exchange(exchanger, now)) == 1
        outbox.channels.pause("mail", "by hand")
        assert exchange(exchanger, now) == []
        assert claim(outbox, now) == []
        outbox.channels.pause("mail", "by hand", now + HOUR)
        outbox.channels.resume("mail")
        assert len(exchange(exchanger, now)) == 1


def exchange(exchanger: Exchanger, now: datetime) -> list[int]:
    tickets = exchanger.exchange([], 1, now=now, lease=LEASE)
    return [ticket.id for ticket in tickets]
