"""Notes that go out a little later than planned, if a channel wants that."""

from datetime import UTC, datetime, timedelta

from publisher.config import load
from publisher.wiring import build
from tests.cli.conftest import Terminal

SLOT = datetime(2026, 7, 5, 12, tzinfo=UTC)


def configured(site: Terminal, **options: object) -> None:
    site.configure(
        {"notes": {"adapter": "folder", "path": "out/notes", **options}},
        newsletters={},
        announcements={"social": {"channels": ["notes"], "pick": "latest", "per_slot": 2}},
    )
    site.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00")
    site.post("bakery.md", "title: A bakery burns", "date: 2026-07-05 07:00")


def waiting(site: Terminal) -> list[timedelta]:
    """How long after they were queued the planned notes may be sent."""
    with build(load(site.folder / "config.yaml", {})) as publisher:
        publisher.planner.publish("social", SLOT, SLOT)
        publisher.dispatcher.send_due()
        rows = publisher.outbox.operator.find()
        return [row.not_before - row.queued_at for row in rows if row.not_before]


def test_each_note_waits_a_time_of_its_own(site: Terminal) -> None:
    configured(site, jitter="6 hours")
    first, second = waiting(site)
    assert first != second
    assert all(timedelta(0) < each <= timedelta(hours=6) for each in (first, second))
    assert not site.files("notes")


def test_without_it_nothing_waits(site: Terminal) -> None:
    configured(site)
    assert set(waiting(site)) <= {timedelta(0)}
    assert len(site.files("notes")) == 4


def test_a_person_does_not_wait(site: Terminal) -> None:
    configured(site, jitter="6 hours")
    site.publish("now", "social", "--at", "2026-07-05T12:00")
    assert len(site.files("notes")) == 4
