import threading
from datetime import UTC, datetime, timedelta

import pytest

from publisher.model.deliveries import Delivery, Outcome, State
from publisher.outbox.deliveries import claims as deliveries
from publisher.outbox.deliveries.workers import worker_name
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.outbox.fixture_types import Mails, Notes

LEASE = timedelta(minutes=5)
ELSEWHERE = "another-machine:1:boot-1"


def claim(outbox: Outbox, now: datetime, limit: int = 100, worker: str = "") -> list[Delivery]:
    worker = worker or worker_name()
    return claim_rows(outbox, "mail", limit, worker=worker, lease=LEASE, now=now)


def ask(outbox: Outbox, now: datetime, worker: str = "") -> list[Delivery]:
    worker = worker or worker_name()
    return outbox.deliveries.claim_unknown("mail", 10, worker=worker, lease=LEASE, now=now)


def row(outbox: Outbox, number: int) -> Delivery:
    return outbox.operator.find(ids=[number])[0]


def test_claims_are_committed_and_ordered(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(5)
    claimed = claim(outbox, now, limit=3)
    assert [found.id for found in claimed] == ids[:3]
    assert {found.state for found in outbox.operator.find(ids=ids[:3])} == {State.SENDING}
    assert {found.state for found in outbox.operator.find(ids=ids[3:])} == {State.QUEUED}
    assert [found.id for found in claim(outbox, now)] == ids[3:]
    assert claim(outbox, now) == []


def test_a_claim_starts_the_row(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    first = claim(outbox, now)[0]
    assert (first.started_at, first.last_started, first.attempts) == (now, now, 0)
    outbox.deliveries.settle([Outcome(first.id, State.QUEUED)], now)
    later = now + timedelta(hours=1)
    again = claim(outbox, later)[0]
    assert (again.started_at, again.last_started, again.attempts) == (now, later, 1)


def test_only_the_channels_own_rows(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    assert claim_rows(outbox, "fediverse", 9, worker="w", lease=LEASE, now=now) == []


def test_rows_wait_until_they_are_due(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    first = claim(outbox, now)[0]
    later = now + timedelta(minutes=10)
    outbox.deliveries.settle(
        [Outcome(first.id, State.QUEUED, "busy", "421", not_before=later)], now
    )
    assert outbox.stats.next_due("mail") == later
    assert claim(outbox, later - timedelta(seconds=1)) == []
    assert [found.error for found in claim(outbox, later)] == ["busy"]


def test_a_sent_row_keeps_its_receipt(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    number = claim(outbox, now)[0].id
    sent = Outcome(number, State.SENT, remote_id="7", remote_url="https://n.example/7")
    outbox.deliveries.settle([sent], now)
    outbox.deliveries.settle([Outcome(number, State.REJECTED, "too late")], now)
    outbox.deliveries.settle([Outcome(number, State.SENT, remote_id="8")], now)
    found = row(outbox, number)
    assert (found.state, found.remote_id, found.remote_url) == (
        State.SENT,
        "7",
        "https://n.example/7",
    )
    assert (found.sent_at, found.attempts, found.error) == (now, 1, "")


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED, State.UNKNOWN])
def test_other_ends(outbox: Outbox, mails: Mails, now: datetime, state: State) -> None:
    mails(1)
    number = claim(outbox, now)[0].id
    outbox.deliveries.settle([Outcome(number, state, "no", "550", attempt=False)], now)
    found = row(outbox, number)
    assert (found.state, found.error, found.status, found.attempts) == (state, "no", "550", 0)
    assert found.sent_at is None
    assert claim(outbox, now) == []
    assert ask(outbox, now) == []


def test_sending_is_no_outcome(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    with pytest.raises(ValueError, match="sending"):
        outbox.deliveries.settle([Outcome(claim(outbox, now)[0].id, State.SENDING)], now)


def test_an_unclaimed_row_is_only_ever_confirmed(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    first, second = mails(2)
    outbox.deliveries.settle([Outcome(first, State.REJECTED), Outcome(second, State.SENT)], now)
    assert [found.state for found in outbox.operator.find()] == [State.QUEUED, State.SENT]


def test_outcomes_are_settled_all_or_none(outbox: Outbox, mails: Mails, now: datetime) -> None:
    first, second = mails(2)
    claim(outbox, now)
    with pytest.raises(ValueError, match="sending"):
        outbox.deliveries.settle([Outcome(first, State.SENT), Outcome(second, State.SENDING)], now)
    assert row(outbox, first).state is State.SENDING


def test_unknown_rows_are_asked_about_when_due(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    number = claim(outbox, now)[0].id
    later = now + timedelta(minutes=1)
    outbox.deliveries.settle([Outcome(number, State.UNKNOWN, "no answer", not_before=later)], now)
    assert ask(outbox, now) == []
    asked = ask(outbox, later)
    assert [(found.id, found.state) for found in asked] == [(number, State.UNKNOWN)]
    assert ask(outbox, later) == []
    assert outbox.stats.next_due("mail") is None, "nothing is queued"
    assert len(ask(outbox, later + LEASE)) == 1


def test_a_worker_without_a_lease_has_no_say(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    number = claim(outbox, now, worker=ELSEWHERE)[0].id
    late = now + LEASE
    assert [found.id for found in outbox.deliveries.recover(late)] == [number]
    assert len(ask(outbox, late)) == 1
    outbox.deliveries.settle([Outcome(number, State.QUEUED)], late, worker=ELSEWHERE)
    assert row(outbox, number).state is State.UNKNOWN
    outbox.deliveries.settle([Outcome(number, State.SENT, remote_id="1")], late, worker=ELSEWHERE)
    assert row(outbox, number).state is State.SENT


def test_recovery_spares_the_living(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(2)
    claim(outbox, now, limit=1)
    claim(outbox, now, limit=1, worker=ELSEWHERE)
    assert outbox.deliveries.recover(now + LEASE - timedelta(seconds=1)) == []


def test_recovery_names_what_is_lost(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    number = claim(outbox, now, worker=ELSEWHERE)[0].id
    late = now + LEASE
    found = outbox.deliveries.recover(late)[0]
    assert (found.id, found.state) == (number, State.UNKNOWN)
    assert found.error == "the sender died while this message was in flight"
    assert found.recipient == "reader0@example.org"
    assert outbox.deliveries.recover(late) == []
    assert [again.id for again in ask(outbox, late)] == [number]


def test_a_lease_can_be_renewed(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    claim(outbox, now, worker=ELSEWHERE)
    outbox.deliveries.renew(ELSEWHERE, LEASE, now + timedelta(minutes=4))
    assert outbox.deliveries.recover(now + timedelta(minutes=8)) == []
    assert len(outbox.deliveries.recover(now + timedelta(minutes=9))) == 1


def test_a_clock_set_back_loses_nothing(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(1)
    number = claim(outbox, now)[0].id
    yesterday = now - timedelta(days=1)
    assert outbox.deliveries.recover(yesterday) == []
    outbox.deliveries.settle([Outcome(number, State.QUEUED)], yesterday)
    assert len(claim(outbox, yesterday)) == 1


def test_a_clock_set_forward_only_makes_unknown(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    mails(1)
    number = claim(outbox, now, worker=ELSEWHERE)[0].id
    assert len(outbox.deliveries.recover(now + timedelta(days=9))) == 1
    outbox.deliveries.settle([Outcome(number, State.SENT)], now, worker=ELSEWHERE)
    assert row(outbox, number).state is State.SENT


def test_a_clock_set_forward_takes_nothing_from_a_process_that_lives_here(
    outbox: Outbox, mails: Mails, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails(1)
    claim(outbox, now)
    ahead = now + timedelta(days=3)
    assert outbox.deliveries.recover(ahead) == []
    assert outbox.deliveries.recover(ahead) == []
    monkeypatch.setattr(deliveries, "RENEWS_WITHIN", 0.0)  # it had time enough
    assert len(outbox.deliveries.recover(ahead)) == 1


def test_a_reader_who_left_gets_no_second_attempt(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    mails(2)
    first, second = (found.id for found in claim(outbox, now))
    outbox.subscribers.remove("daily", "reader0@example.org")
    outbox.deliveries.settle([Outcome(first, State.QUEUED), Outcome(second, State.QUEUED)], now)
    assert [found.state for found in outbox.operator.find()] == [State.CANCELLED, State.QUEUED]


def test_threads_never_share_a_row(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(300)
    taken: list[int] = []

    def work(name: str) -> None:
        while rows := claim(outbox, now, limit=7, worker=name):
            outbox.deliveries.settle(
                [Outcome(found.id, State.SENT) for found in rows], now, worker=name
            )
            taken.extend(found.id for found in rows)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == ids
    assert outbox.stats.counts()["mail"]["sent"] == 300


def test_notes_and_mails_share_nothing(outbox: Outbox, mails: Mails, notes_draft: Notes) -> None:
    mails(1)
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    soon = datetime.now(UTC)
    claimed = claim_rows(outbox, "fediverse", 9, worker="w", lease=LEASE, now=soon)
    assert [found.kind for found in claimed] == ["note"]
