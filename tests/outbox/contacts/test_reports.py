"""What is reported of emails: counted once for each kind, with what follows for the reader."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from publisher.model.contacts import Bounce, BounceKind, EventKind, SoftLimit, SubscriptionState
from publisher.model.deliveries import State
from publisher.outbox.db.tables import suppressions
from publisher.outbox.outbox import Outbox
from tests.outbox.fixture_types import Mails

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
READER = "reader0@example.org"
THREE = SoftLimit(3, timedelta(days=10))


def soft(number: int, at: datetime) -> Bounce:
    return Bounce(number, READER, BounceKind.SOFT, "452 4.2.2", "full", at)


def hard(number: int) -> Bounce:
    return Bounce(number, READER, BounceKind.HARD, "550 5.1.1", "no such user", NOON)


def history(outbox: Outbox) -> list[tuple[str, str]]:
    contact = outbox.subscribers.show(READER)
    assert contact is not None
    kinds = set(EventKind) - {EventKind.SUBSCRIBED}
    return [(event.kind, event.reason) for event in contact.history if event.kind in kinds]


def suppressed(outbox: Outbox) -> str:
    contact = outbox.subscribers.show(READER)
    return contact.suppressed if contact else ""


@pytest.fixture
def numbers(outbox: Outbox, mails: Mails, edition_draft: object) -> list[int]:
    """Deliveries to one reader, one an edition."""
    mails(1)
    for day in range(1, 6):
        slot = NOON + day * DAY
        outbox.editions.enqueue_edition(edition_draft(slot))  # type: ignore[operator]
    return [row.id for row in outbox.operator.find()]


def test_soft_bounces_on_many_days_are_a_hard_one(outbox: Outbox, numbers: list[int]) -> None:
    for day in range(2):
        outbox.bounces.record([soft(numbers[day], NOON + day * DAY)], THREE)
    assert suppressed(outbox) == ""
    outbox.bounces.record([soft(numbers[2], NOON + 2 * DAY)], THREE)
    assert suppressed(outbox) == "bounced on 3 days: 452 4.2.2"
    assert [kind for kind, _ in history(outbox)] == ["soft bounced"] * 3 + ["suppressed"]


def test_a_day_counts_once(outbox: Outbox, numbers: list[int]) -> None:
    for number in numbers:
        outbox.bounces.record([soft(number, NOON)], THREE)
    assert suppressed(outbox) == ""


def test_soft_bounces_decay(outbox: Outbox, numbers: list[int]) -> None:
    for day, number in enumerate(numbers):
        outbox.bounces.record([soft(number, NOON + 5 * day * DAY)], THREE)
    assert suppressed(outbox) == ""


def test_what_is_told_again_changes_nothing(outbox: Outbox, numbers: list[int]) -> None:
    outbox.bounces.record([hard(numbers[0])])
    before = history(outbox)
    assert before == [
        ("bounced", "550 5.1.1: no such user"),
        ("suppressed", "bounced: 550 5.1.1"),
    ]
    outbox.bounces.record([hard(numbers[0])])
    assert history(outbox) == before


def test_who_was_released_is_not_suppressed_by_the_same_bounce(
    outbox: Outbox, numbers: list[int]
) -> None:
    outbox.bounces.record([hard(numbers[0])])
    outbox.bounces.execute(delete(suppressions))
    assert suppressed(outbox) == ""
    outbox.bounces.record([hard(numbers[0])])
    assert suppressed(outbox) == ""
    outbox.bounces.record([hard(numbers[1])])
    assert suppressed(outbox)


def test_who_is_refused_for_what_we_are_stays(outbox: Outbox, numbers: list[int]) -> None:
    for day, number in enumerate(numbers):
        at = NOON + day * DAY
        refused = Bounce(number, READER, BounceKind.BLOCKED, "550 5.7.1", "spam", at)
        outbox.bounces.record([refused], SoftLimit(1, DAY))
    assert suppressed(outbox) == ""
    assert {kind for kind, _ in history(outbox)} == {"blocked"}


def test_a_complaint_unsubscribes_and_suppresses(outbox: Outbox, numbers: list[int]) -> None:
    for _ in range(2):
        outbox.bounces.complain(numbers[0], "abuse", NOON)
    contact = outbox.subscribers.show(READER)
    assert contact is not None
    assert contact.suppressed == "complained: abuse"
    assert contact.subscriptions[0].state is SubscriptionState.UNSUBSCRIBED
    assert history(outbox) == [
        ("complained", "abuse"),
        ("unsubscribed", "complained: abuse"),
        ("suppressed", "complained: abuse"),
    ]
    assert {row.state for row in outbox.operator.find()} == {State.CANCELLED}


def test_delays_are_noted_once(outbox: Outbox, numbers: list[int]) -> None:
    for _ in range(2):
        outbox.bounces.note(numbers[0], EventKind.DELAYED, "busy", NOON)
        outbox.bounces.note(numbers[0], EventKind.AUTO_REPLIED, "away", NOON)
    assert history(outbox) == [("delayed", "busy"), ("auto replied", "away")]


def test_nobody_knows_a_delivery_that_is_not_there(outbox: Outbox) -> None:
    outbox.bounces.complain(99, "abuse", NOON)
    outbox.bounces.note(99, EventKind.DELAYED, "busy", NOON)
    assert outbox.bounces.recipient(99) is None
    assert outbox.bounces.share(99) is None


def test_the_share_of_an_edition(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(4)
    edition = outbox.operator.find()[0].edition_id
    assert edition is not None
    outbox.bounces.record(
        [Bounce(numbers[1], "reader1@example.org", BounceKind.HARD, "", "", NOON)]
    )
    outbox.bounces.record([soft(numbers[0], NOON)])
    outbox.bounces.complain(numbers[2], "abuse", NOON)
    share = outbox.bounces.share(edition)
    assert share is not None
    assert (share.owner, share.channel, share.sent) == ("daily", "mail", 0)
    assert (share.bounced, share.complained) == (1, 1)
