"""`publish now` from inside: which rows it reports, what it costs, what it does when parts fail."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.config import load
from publisher.dispatch import Watch
from publisher.errors import StorageError
from publisher.model.deliveries import NoteDraft, NotesDraft, State
from publisher.runners.now import (
    Request,
    Result,
    Rows,
    names_on,
    propose,
    publish_now,
    scope_of,
)
from publisher.wiring import Publisher, build
from tests.claims import claim_rows
from tests.contacts import subscribe

CONFIG = """\
site: {title: Gazette, url: https://gazette.example}
content: {folder: posts, path: "/{-title}"}
channels:
  mail: {adapter: folder, path: sent/mail}
  notes: {adapter: folder, path: sent/notes}
newsletters:
  broken: {channel: mail, sender: news@gazette.example, template: own}
  daily: {channel: mail, sender: news@gazette.example}
announcements:
  social: {channels: [notes]}
"""
SLOT = datetime(2026, 6, 2, 7, tzinfo=UTC)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "one.md").write_text("---\ntitle: one\ndate: 2026-06-01\n---\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.mjml.j2").write_text("{% broken")
    (tmp_path / "config.yaml").write_text(CONFIG)
    with build(load(tmp_path / "config.yaml", {})) as made:
        made.outbox.subscribers.add("daily", "reader@example.com")
        yield made


def ask(publisher: Publisher, *names: str, said: list[str] | None = None) -> Result:
    watch = Watch(say=([] if said is None else said).append)
    return publish_now(publisher, Request(names, SLOT, SLOT), watch)


def test_it_sends_and_reports_what_it_sent_and_the_same_slot_again(publisher: Publisher) -> None:
    result = ask(publisher, "daily", "social")
    assert [(row.channel, row.state) for row in result.rows] == [
        ("mail", State.SENT),
        ("notes", State.SENT),
    ]
    assert result.exit_code == 0
    again = ask(publisher, "daily", "social")
    assert all(proposal.planned for proposal in again.proposals)
    assert [row.id for row in again.rows] == [row.id for row in result.rows]


def test_what_is_unfinished_is_finished_and_reported(publisher: Publisher) -> None:
    publisher.outbox.channels.pause("mail", "paused by hand")
    first = ask(publisher, "daily")
    assert first.exit_code == 3
    publisher.outbox.channels.resume("mail")
    later = publish_now(
        publisher, Request(["daily"], SLOT + timedelta(hours=1), SLOT + timedelta(hours=1)), Watch()
    )
    assert [(row.id, row.state) for row in later.rows] == [
        (row.id, State.SENT) for row in first.rows
    ]


def test_rows_of_other_channels_are_none_of_its_business(publisher: Publisher) -> None:
    publisher.outbox.channels.pause("notes", "paused by hand")
    assert ask(publisher, "social").exit_code == 3
    assert {row.channel for row in ask(publisher, "daily").rows} == {"mail"}


def test_what_nobody_knows_is_reported_each_time(publisher: Publisher) -> None:
    note = NoteDraft("notes", "a.md", "https://gazette.example/a", "no note")
    publisher.outbox.editions.enqueue_notes(NotesDraft("social", SLOT, SLOT, [], {}, [note]))
    now = datetime.now(UTC) + timedelta(seconds=1)
    claim_rows(publisher.outbox, "notes", 1, worker="gone", lease=timedelta(0), now=now)
    for _ in range(2):
        said: list[str] = []
        result = ask(publisher, "social", said=said)
        assert result.exit_code in {1, 3}
        assert [row.post_path for row in result.rows] == ["a.md"]


def test_a_broken_newsletter_is_told_and_holds_up_no_other(publisher: Publisher) -> None:
    said: list[str] = []
    publisher.outbox.subscribers.add("broken", "reader@example.com")
    result = ask(publisher, "broken", "daily", "social", said=said)
    assert [row.state for row in result.rows] == [State.SENT, State.SENT]
    assert result.exit_code == 2
    assert len(said) == 1 and said[0].startswith("broken: ") and "own" in said[0]


def test_a_database_that_fails_ends_it(publisher: Publisher) -> None:
    def fails(*_: object) -> None:
        raise StorageError("the disk is full")

    publisher.planner.read = fails  # type: ignore[assignment]  # what reads the index may fail
    with pytest.raises(StorageError):
        ask(publisher, "daily")


def test_a_stop_before_planning_plans_nothing(publisher: Publisher) -> None:
    result = publish_now(publisher, Request(["daily"], SLOT, SLOT), Watch(stopping=lambda: True))
    assert (result.proposals, list(result.rows), result.exit_code) == ([], [], 0)


def test_a_channel_narrows_names_and_channels(publisher: Publisher) -> None:
    request = Request(["daily", "social"], SLOT, SLOT, channel="notes")
    assert names_on(publisher, request) == ["social"]
    assert scope_of(publisher, request) == ["notes"]
    assert [each.owner for each in propose(publisher, request, pictures=False)] == ["social"]


def test_rows_are_read_a_page_at_a_time(publisher: Publisher) -> None:
    rows = [(f"reader{number}@example.org", "") for number in range(20_000)]
    subscribe(publisher.outbox, "daily", rows)
    proposal = publisher.planner.propose("daily", SLOT, SLOT)
    assert publisher.planner.enqueue(proposal).deliveries == 20_001
    scope = publisher.outbox.runs.scope(["mail"], ["daily"], SLOT, SLOT)
    tracemalloc.start()
    found = Rows(publisher.outbox, scope)
    result = Result([], found)
    assert result.counts == {("mail", State.QUEUED): 20_001} and result.exit_code == 3
    assert sum(1 for _ in found) == 20_001
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 12_000_000, "whole rows would take five times that"
    assert list(found.among(State.SENT)) == []
