"""Who could not be reached is noted; who does not exist is never mailed again."""

from datetime import UTC, datetime

from publisher.model.contacts import Bounce, BounceKind
from publisher.model.deliveries import State
from publisher.outbox.outbox import Outbox
from tests.outbox.fixture_types import Mails

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hard(number: int, recipient: str) -> Bounce:
    return Bounce(number, recipient, BounceKind.HARD, "550 5.1.1", "no such user", NOON)


def test_a_hard_bounce_suppresses_its_reader(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(3)
    outbox.bounces.record([hard(numbers[0], "Reader0@example.org")])
    contact = outbox.subscribers.show("reader0@example.org")
    assert contact is not None
    assert contact.suppressed == "bounced: 550 5.1.1"
    assert outbox.subscribers.count_active("daily") == 2
    states = [row.state for row in outbox.operator.find()]
    assert states == [State.CANCELLED, State.QUEUED, State.QUEUED], "what is queued is withdrawn"


def test_a_soft_bounce_is_noted_and_no_more(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(1)
    full = Bounce(numbers[0], "reader0@example.org", BounceKind.SOFT, "452 4.2.2", "full", NOON)
    outbox.bounces.record([full])
    assert outbox.subscribers.count_active("daily") == 1
    assert list(outbox.bounces.stream("READER0@example.org")) == [full]


def test_of_a_delivery_the_newest_bounce_counts(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(2)
    full = Bounce(numbers[0], "reader0@example.org", BounceKind.SOFT, "452 4.2.2", "full", NOON)
    last = hard(numbers[0], "reader0@example.org")
    outbox.bounces.record([full, last])
    outbox.bounces.record([hard(numbers[1], "reader1@example.org"), last])
    assert list(outbox.bounces.stream()) == [last, hard(numbers[1], "reader1@example.org")]


def test_a_reason_that_is_there_stays(outbox: Outbox, mails: Mails) -> None:
    numbers = mails(1)
    outbox.subscribers.suppress("reader0@example.org", "complained")
    outbox.bounces.record([hard(numbers[0], "reader0@example.org")])
    contact = outbox.subscribers.show("reader0@example.org")
    assert contact is not None
    assert contact.suppressed == "complained"


def test_hostile_words_and_addresses_are_kept_as_they_are(outbox: Outbox) -> None:
    odd = Bounce(9, "no address", BounceKind.HARD, "550", "a\0b\ud800", NOON)
    outbox.bounces.record([odd])
    (found,) = outbox.bounces.stream()
    assert (found.recipient, found.text) == ("no address", "a\ufffdb\ufffd")


def test_nothing_bounced_asks_no_database(outbox: Outbox) -> None:
    outbox.close()
    outbox.bounces.record([])
    assert list(outbox.bounces.stream()) == []
