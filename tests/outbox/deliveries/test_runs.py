from datetime import UTC, datetime, timedelta

from publisher.model.deliveries import Outcome, Scope, State
from publisher.outbox.outbox import Outbox
from tests.outbox.fixture_types import Editions, Mails, Notes

LEASE = timedelta(minutes=5)
DAY = timedelta(days=1)


def test_a_scope_holds_what_was_open_and_what_comes(
    outbox: Outbox,
    mails: Mails,
    notes_draft: Notes,
    edition_draft: Editions,
    now: datetime,
) -> None:
    ids = mails(4)
    slot = edition_draft().slot + DAY
    finish(outbox, now - DAY, 1)
    scope = outbox.runs.scope(["mail"], ["daily"], slot, datetime.now(UTC))
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    finish(outbox, now, 1)
    outbox.operator.cancel(ids=[ids[2]])
    outbox.editions.enqueue_edition(edition_draft(slot=slot))
    assert listed(outbox, scope) == [*ids[1:], *(ids[-1] + number for number in range(2, 6))]
    states = {State.QUEUED: 5, State.SENT: 1, State.CANCELLED: 1}
    assert outbox.runs.tally(scope) == {("mail", state): count for state, count in states.items()}


def test_the_slots_own_rows_belong_to_it_though_they_are_finished(
    outbox: Outbox,
    mails: Mails,
    notes_draft: Notes,
    edition_draft: Editions,
    now: datetime,
) -> None:
    ids = mails(2)
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    finish(outbox, now - DAY, 2)
    channels, slot = ["mail", "fediverse"], edition_draft().slot
    again = outbox.runs.scope(channels, ["daily"], slot, now)
    assert listed(outbox, again) == [*ids, ids[-1] + 1]
    assert outbox.runs.tally(again) == {("mail", State.SENT): 2, ("fediverse", State.QUEUED): 1}
    notes = outbox.runs.scope(["mail"], ["social"], slot, now)
    assert listed(outbox, notes) == [ids[-1] + 1]
    other = outbox.runs.scope(["mail"], ["daily"], slot + DAY, now)
    assert listed(outbox, other) == []


def finish(outbox: Outbox, now: datetime, count: int) -> None:
    """Send so many rows, whatever moment they were queued for."""
    with outbox.exchanges.exchanger("mail", "w") as exchanger:
        asked = now + 2 * DAY
        rows = exchanger.exchange([], count, now=asked, lease=LEASE)
        sent = [Outcome(row.id, State.SENT) for row in rows]
        outbox.deliveries.settle(sent, now, exchanger.worker)


def listed(outbox: Outbox, scope: Scope) -> list[int]:
    """The rows of a scope, two on a page."""
    found: list[int] = []
    while page := outbox.runs.touched(scope, after=found[-1] if found else 0, limit=2):
        found += [row.id for row in page]
    return found
