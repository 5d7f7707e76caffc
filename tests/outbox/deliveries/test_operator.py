from datetime import UTC, datetime, timedelta

import pytest

from publisher.model.deliveries import Outcome, State
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.outbox.fixture_types import Editions, Mails, Notes

LEASE = timedelta(minutes=5)


def settled(outbox: Outbox, now: datetime, *states: State) -> list[int]:
    """Claim as many rows as there are states, and end each in its own."""
    rows = claim_rows(outbox, "mail", len(states), worker="w", lease=LEASE, now=now)
    ends = [Outcome(row.id, state) for row, state in zip(rows, states, strict=True)]
    outbox.deliveries.settle(ends, now)
    return [row.id for row in rows]


def states(outbox: Outbox) -> list[State]:
    return [row.state for row in outbox.operator.find()]


def test_lists_are_filtered(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(4)
    settled(outbox, now, State.SENT, State.REJECTED)

    def found(**wanted: object) -> list[int]:
        return [row.id for row in outbox.operator.find(**wanted)]  # type: ignore[arg-type]  # any filter

    assert found() == ids
    assert found(limit=2) == ids[:2]
    assert found(after=ids[1]) == ids[2:]
    assert found(state=State.SENT) == ids[:1]
    assert found(state="queued") == ids[2:]
    assert found(edition=1, owner="daily", channel="mail") == ids
    assert found(edition=2) == []
    assert found(owner="weekly") == []
    assert found(channel="x") == []
    assert found(ids=[ids[3], ids[0], 999]) == [ids[0], ids[3]]
    assert found(ids=ids, state="queued", limit=1) == [ids[2]]
    assert found(ids=[]) == []


def test_more_ids_than_a_statement_takes(outbox: Outbox, mails: Mails) -> None:
    ids = mails(3)
    assert len(outbox.operator.find(ids=range(40_000))) == 3
    assert outbox.operator.cancel(range(40_000)) == len(ids)


def test_cancel_takes_only_what_is_queued(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(4)
    claim_rows(outbox, "mail", 1, worker="w", lease=LEASE, now=now)
    assert outbox.operator.cancel(ids[:2]) == 1
    assert states(outbox) == [State.SENDING, State.CANCELLED, State.QUEUED, State.QUEUED]
    assert outbox.operator.cancel(channel="x") == 0
    assert outbox.operator.cancel(edition=1) == 2
    assert outbox.operator.cancel([]) == 0
    assert claim_rows(outbox, "mail", 9, worker="w", lease=LEASE, now=now) == []


def test_cancel_wants_to_know_what(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="condition"):
        outbox.operator.cancel()


def test_retry_takes_rejected_and_cancelled(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(4)
    settled(outbox, now, State.SENT, State.REJECTED, State.UNKNOWN)
    outbox.operator.cancel(ids[3:])
    assert outbox.operator.retry(ids) == 2
    assert states(outbox) == [State.SENT, State.QUEUED, State.UNKNOWN, State.QUEUED]
    again = claim_rows(outbox, "mail", 9, worker="w", lease=LEASE, now=now)
    assert [(row.id, row.attempts) for row in again] == [(ids[1], 0), (ids[3], 0)]


def test_retry_spares_readers_who_left(outbox: Outbox, mails: Mails, now: datetime) -> None:
    ids = mails(2)
    settled(outbox, now, State.REJECTED, State.REJECTED)
    outbox.subscribers.suppress("reader0@example.org", "complained")
    assert outbox.operator.retry(ids) == 1
    assert states(outbox) == [State.CANCELLED, State.QUEUED]


def test_notes_have_no_reader_to_leave(outbox: Outbox, notes_draft: Notes) -> None:
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    number = outbox.operator.find()[0].id
    assert outbox.operator.cancel([number]) == 1
    assert outbox.operator.retry([number]) == 1


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("sent", State.SENT), ("retry", State.QUEUED), ("drop", State.CANCELLED)],
)
def test_resolve_takes_only_unknown(
    outbox: Outbox, mails: Mails, now: datetime, verdict: str, state: State
) -> None:
    ids = mails(4)
    settled(outbox, now, State.UNKNOWN, State.SENT, State.REJECTED)
    assert outbox.operator.resolve(ids, verdict) == 1  # type: ignore[arg-type]  # one of the three
    assert states(outbox) == [state, State.SENT, State.REJECTED, State.QUEUED]
    assert outbox.operator.resolve(ids, "sent") == 0


def test_resolved_as_sent_was_sent_when_it_started(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    mails(1)
    ids = settled(outbox, now, State.UNKNOWN)
    outbox.operator.resolve(ids, "sent")
    assert outbox.operator.find()[0].sent_at == now


def test_resolve_knows_three_words(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="unknown resolution 'gone'"):
        outbox.operator.resolve([1], "gone")  # type: ignore[arg-type]  # the mistake under test


def test_resolve_waits_for_a_worker_that_is_asking(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    mails(1)
    number = claim_rows(outbox, "mail", 1, worker="w", lease=LEASE, now=now)[0].id
    outbox.deliveries.settle([Outcome(number, State.UNKNOWN, not_before=now)], now)
    outbox.deliveries.claim_unknown("mail", 1, worker="w", lease=LEASE, now=now)
    assert outbox.operator.resolve([number], "retry") == 0
    assert outbox.operator.resolve([number], "drop") == 0
    assert outbox.operator.resolve([number], "sent") == 1


def test_prune_forgets_only_what_is_over(
    outbox: Outbox, mails: Mails, edition_draft: Editions, now: datetime
) -> None:
    mails(3)
    settled(outbox, now, State.SENT, State.UNKNOWN)
    slot = edition_draft().slot
    later = slot + timedelta(days=1)
    outbox.editions.enqueue_edition(edition_draft(slot=later))
    outbox.operator.cancel(edition=2)
    assert outbox.operator.prune(slot) == 0
    assert outbox.operator.prune(later) == 1
    assert [row.state for row in outbox.operator.find(edition=1)] == [State.UNKNOWN, State.QUEUED]
    assert outbox.editions.get(1).rendered.subject == "Today"
    assert len(outbox.editions.included("daily", datetime.fromtimestamp(0, UTC))) == 2
    assert not outbox.editions.enqueue_edition(edition_draft()).new
    assert outbox.operator.prune(later + timedelta(days=1)) == 3
    with pytest.raises(KeyError):
        outbox.editions.get(2)
    assert [found.decisions for found in outbox.editions.history("daily")] == [{}, {}]
    assert [found.edition_id for found in outbox.editions.history("daily")] == [None, 1]


def test_prune_keeps_notes(outbox: Outbox, notes_draft: Notes) -> None:
    draft = notes_draft("https://e.example/a")
    outbox.editions.enqueue_notes(draft)
    outbox.operator.cancel(channel="fediverse")
    later = draft.slot + timedelta(days=1)
    assert outbox.operator.prune(later) == 0
    assert (
        outbox.editions.enqueue_notes(notes_draft("https://e.example/a", slot=later)).deliveries
        == 0
    )
