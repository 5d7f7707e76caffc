from datetime import UTC, datetime, timedelta

from publisher.outbox import Outbox

NOW = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=18)
PAGES = ["https://e.example/b", "https://e.example/a"]


def test_pages_are_awaited_until_they_are_seen(outbox: Outbox) -> None:
    outbox.awaited.add([*PAGES, PAGES[0]])
    assert outbox.awaited.waiting() == sorted(PAGES)
    assert outbox.awaited.seen() == {}
    outbox.awaited.mark_seen(PAGES[:1], NOW)
    assert outbox.awaited.waiting() == PAGES[1:]
    assert outbox.awaited.seen() == {PAGES[0]: NOW}


def test_the_first_sight_counts(outbox: Outbox) -> None:
    outbox.awaited.add(PAGES)
    outbox.awaited.mark_seen(PAGES[:1], NOW)
    outbox.awaited.add(PAGES)
    outbox.awaited.mark_seen(PAGES, LATER)
    assert outbox.awaited.seen() == {PAGES[0]: NOW, PAGES[1]: LATER}


def test_nothing_to_wait_for(outbox: Outbox) -> None:
    outbox.awaited.add([])
    outbox.awaited.mark_seen([], NOW)
    outbox.awaited.mark_seen(PAGES, NOW)
    assert outbox.awaited.waiting() == []
    assert outbox.awaited.seen() == {}


def test_the_first_look_is_remembered(outbox: Outbox) -> None:
    assert outbox.watched_since("daily", NOW) == NOW
    assert outbox.watched_since("daily", LATER) == NOW
    assert outbox.watched_since("weekly", LATER) == LATER
