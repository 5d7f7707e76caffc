from datetime import UTC, datetime, timedelta

from publisher.outbox.outbox import Outbox

NOW = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=18)


def test_the_first_look_is_remembered(outbox: Outbox) -> None:
    assert outbox.editions.watched_since("daily", NOW) == NOW
    assert outbox.editions.watched_since("daily", LATER) == NOW
    assert outbox.editions.watched_since("weekly", LATER) == LATER


def test_a_first_look_by_a_clock_that_was_ahead_is_brought_back(outbox: Outbox) -> None:
    outbox.editions.watched_since("daily", LATER)
    assert outbox.editions.watched_since("daily", NOW) == NOW
    assert outbox.editions.watched_since("daily", LATER) == NOW
