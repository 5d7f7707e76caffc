from datetime import datetime, timedelta

import pytest

from publisher.model.deliveries import Outcome, State
from publisher.outbox.deliveries import paging as listing
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.outbox.fixture_types import Mails

LEASE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_PAGE", 2)


def end(outbox: Outbox, now: datetime, *states: State) -> None:
    rows = claim_rows(outbox, "mail", len(states), worker="w", lease=LEASE, now=now)
    ends = [Outcome(row.id, state) for row, state in zip(rows, states, strict=True)]
    outbox.deliveries.settle(ends, now)


def test_a_list_is_read_a_page_at_a_time(outbox: Outbox, mails: Mails) -> None:
    ids = mails(5)
    rows = outbox.listing.deliveries()
    assert next(rows).id == ids[0]
    outbox.operator.cancel(ids[3:])
    assert [row.id for row in rows] == ids[1:]
    assert [row.state for row in outbox.listing.deliveries(limit=4)][3] is State.CANCELLED


@pytest.mark.parametrize("channel", [None, "mail"])
def test_every_state_is_found(
    outbox: Outbox, mails: Mails, now: datetime, channel: str | None
) -> None:
    ids = mails(6)
    end(outbox, now, State.SENT, State.REJECTED, State.UNKNOWN)
    claim_rows(outbox, "mail", 1, worker="w", lease=LEASE, now=now)
    outbox.operator.cancel(ids[4:5])
    order = [State.SENT, State.REJECTED, State.UNKNOWN, State.SENDING, State.CANCELLED]
    for number, state in zip(ids, [*order, State.QUEUED], strict=True):
        found = outbox.listing.deliveries(channel=channel, state=state, edition=1)
        assert [row.id for row in found] == [number]
    (edition,) = outbox.listing.editions()
    assert edition.counts == dict.fromkeys(State, 1)
    assert list(outbox.listing.deliveries(edition=2)) == []


def test_an_editions_subject_stands_in_for_it(outbox: Outbox, mails: Mails) -> None:
    mails(1)
    assert (outbox.listing.subject(1), outbox.listing.subject(9)) == ("Today", "")


def test_more_rejected_rows_than_one_transaction_takes(
    outbox: Outbox, mails: Mails, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.outbox.deliveries.operator._CHUNK", 2)
    mails(5)
    end(outbox, now, *[State.REJECTED] * 5)
    assert outbox.operator.retry_all(channel="fediverse") == 0
    assert outbox.operator.retry_all(channel="mail", edition=1) == 5
    assert {row.state for row in outbox.listing.deliveries()} == {State.QUEUED}


def test_only_what_is_over_is_retried(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="sent rows cannot be retried"):
        outbox.operator.retry_all(State.SENT)
