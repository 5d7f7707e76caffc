"""The archive shows what somebody has got, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from publisher.model.deliveries import EditionDraft, Outcome, State
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.contacts import subscribe

SLOT = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def slugs(outbox: Outbox) -> list[str]:
    outbox.archive.refresh()
    return [each.slug for each in outbox.archive.listed("daily")]


def enqueue(outbox: Outbox, draft: EditionDraft) -> int:
    number = outbox.editions.enqueue_edition(draft).edition_id
    assert number is not None
    return number


def send_one(outbox: Outbox, now: datetime) -> None:
    lease = timedelta(minutes=5)
    (row,) = claim_rows(outbox, "mail", 1, worker="w", lease=lease, now=now)
    outbox.deliveries.settle([Outcome(row.id, State.SENT)], now)


def test_an_edition_is_shown_once_somebody_has_got_it(
    outbox: Outbox, edition_draft: Callable[..., EditionDraft], now: datetime
) -> None:
    subscribe(outbox, "daily", [("ada@example.org", "Ada"), ("ben@example.org", "Ben")])
    number = enqueue(outbox, edition_draft())
    assert slugs(outbox) == []
    assert outbox.archive.find("daily", f"slot-{number}") is None
    send_one(outbox, now)
    (slug,) = slugs(outbox)
    found = outbox.archive.find("daily", slug)
    assert found is not None
    assert (found.id, found.subject) == (number, "Today")
    assert found.published_at.tzinfo is UTC


def test_what_was_cancelled_before_anybody_got_it_is_not_shown(
    outbox: Outbox, edition_draft: Callable[..., EditionDraft]
) -> None:
    subscribe(outbox, "daily", [("ada@example.org", "Ada")])
    enqueue(outbox, edition_draft())
    outbox.operator.cancel(ids=[row.id for row in outbox.operator.find()])
    assert slugs(outbox) == []


def test_neighbours_pages_and_what_is_hidden(
    outbox: Outbox, edition_draft: Callable[..., EditionDraft], now: datetime
) -> None:
    subscribe(outbox, "daily", [("ada@example.org", "Ada")])
    numbers = []
    for day in range(3):
        numbers.append(enqueue(outbox, edition_draft(SLOT + timedelta(days=day))))
        send_one(outbox, now)
    shown = slugs(outbox)
    assert [each.id for each in outbox.archive.listed("daily")] == numbers[::-1]
    assert [each.slug for each in outbox.archive.listed("daily", 1, 1)] == shown[1:2]
    assert outbox.archive.count("daily") == 3
    middle = outbox.archive.find("daily", shown[1])
    assert middle is not None
    older, newer = outbox.archive.neighbours(middle)
    assert older is not None and newer is not None
    assert (newer.slug, older.slug) == (shown[0], shown[2])
    version = outbox.archive.version()
    assert outbox.archive.hide([numbers[1]], hidden=True) == 1
    assert outbox.archive.hidden() == {numbers[1]}
    assert outbox.archive.version() != version
    assert slugs(outbox) == [shown[0], shown[2]]
    assert outbox.archive.find("daily", shown[1]) is None
    outbox.archive.hide([numbers[1]], hidden=False)
    assert slugs(outbox) == shown
