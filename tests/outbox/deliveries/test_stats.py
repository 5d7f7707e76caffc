from datetime import datetime, timedelta
from decimal import Decimal

from publisher.model.deliveries import Outcome, State
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.outbox.fixture_types import Mails, Notes

LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def test_an_empty_outbox_counts_nothing(outbox: Outbox, now: datetime) -> None:
    assert outbox.stats.counts() == {}
    assert outbox.stats.waiting() == {State.QUEUED: 0, State.SENDING: 0, State.UNKNOWN: 0}
    assert outbox.stats.next_due("mail") is None
    assert outbox.budget.spent_since("mail", now) == Decimal(0)


def test_counts_name_every_state(
    outbox: Outbox, mails: Mails, notes_draft: Notes, now: datetime
) -> None:
    mails(6)
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    rows = claim_rows(outbox, "mail", 4, worker="w", lease=LEASE, now=now)
    ends = (State.SENT, State.REJECTED, State.UNKNOWN)
    outbox.deliveries.settle(
        [Outcome(row.id, end) for row, end in zip(rows, ends, strict=False)], now
    )
    outbox.operator.cancel([rows[3].id + 1])
    assert outbox.stats.counts()["mail"] == dict.fromkeys(map(str, State), 1)
    assert outbox.stats.counts()["fediverse"]["queued"] == 1
    assert outbox.stats.waiting("mail") == {State.QUEUED: 1, State.SENDING: 1, State.UNKNOWN: 1}
    assert outbox.stats.waiting()[State.QUEUED] == 2


def test_money_is_exact(outbox: Outbox, notes_draft: Notes, now: datetime) -> None:
    urls = [f"https://e.example/{number}" for number in range(3)]
    outbox.editions.enqueue_notes(notes_draft(*urls))
    rows = claim_rows(outbox, "fediverse", 3, worker="w", lease=LEASE, now=now)
    outbox.deliveries.settle(
        [Outcome(rows[0].id, State.REJECTED), Outcome(rows[1].id, State.SENT)], now
    )
    assert outbox.budget.spent_since("fediverse", now) == Decimal("0.4")
    assert outbox.budget.spent_since("fediverse", now + SECOND) == 0


def test_the_next_due_row(outbox: Outbox, mails: Mails, now: datetime) -> None:
    mails(2)
    rows = claim_rows(outbox, "mail", 2, worker="w", lease=LEASE, now=now)
    assert outbox.stats.next_due("mail") is None
    hour, day = now + timedelta(hours=1), now + timedelta(days=1)
    outbox.deliveries.settle(
        [
            Outcome(rows[0].id, State.QUEUED, not_before=day),
            Outcome(rows[1].id, State.UNKNOWN, not_before=hour),
        ],
        now,
    )
    assert outbox.stats.next_due("mail") == day
