from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from publisher.outbox import Outbox, Outcome, State
from publisher.outbox.deliveries import paging as listing

Mails = Callable[[int], list[int]]
LEASE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_PAGE", 2)


def end(outbox: Outbox, now: datetime, *states: State) -> None:
    rows = outbox.claim("mail", len(states), worker="w", lease=LEASE, now=now)
    ends = [Outcome(row.id, state) for row, state in zip(rows, states, strict=True)]
    outbox.settle(ends, now)


def test_a_list_is_read_a_page_at_a_time(outbox: Outbox, mails: Mails) -> None:
    ids = mails(5)
    rows = outbox.each_delivery()
    assert next(rows).id == ids[0]
    outbox.cancel(ids[3:])
    assert [row.id for row in rows] == ids[1:]
    assert [row.state for row in outbox.each_delivery(limit=4)][3] is State.CANCELLED


@pytest.mark.parametrize("channel", [None, "mail"])
def test_every_state_is_found(
    outbox: Outbox, mails: Mails, now: datetime, channel: str | None
) -> None:
    ids = mails(6)
    end(outbox, now, State.SENT, State.REJECTED, State.UNKNOWN)
    outbox.claim("mail", 1, worker="w", lease=LEASE, now=now)
    outbox.cancel(ids[4:5])
    order = [State.SENT, State.REJECTED, State.UNKNOWN, State.SENDING, State.CANCELLED]
    for number, state in zip(ids, [*order, State.QUEUED], strict=True):
        found = outbox.each_delivery(channel=channel, state=state, edition=1)
        assert [row.id for row in found] == [number]
    (edition,) = outbox.each_edition()
    assert edition.counts == dict.fromkeys(State, 1)
    assert list(outbox.each_delivery(edition=2)) == []


def test_an_editions_subject_stands_in_for_it(outbox: Outbox, mails: Mails) -> None:
    mails(1)
    assert (outbox.subject(1), outbox.subject(9)) == ("Today", "")


def test_more_rejected_rows_than_one_transaction_takes(
    outbox: Outbox, mails: Mails, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.outbox.deliveries.operator._CHUNK", 2)
    mails(5)
    end(outbox, now, *[State.REJECTED] * 5)
    assert outbox.retry_all(channel="fediverse") == 0
    assert outbox.retry_all(channel="mail", edition=1) == 5
    assert {row.state for row in outbox.each_delivery()} == {State.QUEUED}


def test_only_what_is_over_is_retried(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="sent rows cannot be retried"):
        outbox.retry_all(State.SENT)
