from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from publisher.model.deliveries import (
    Enqueued,
    NoteDraft,
    Planned,
    SlotDraft,
    State,
)
from publisher.model.posts import Included
from publisher.outbox.db.tables import editions
from publisher.outbox.deliveries.keys import delivery_key, email_stem, note_key
from publisher.outbox.outbox import Outbox
from tests.contacts import subscribe
from tests.outbox.fixture_types import Editions, Notes

SLOT = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def test_nothing_is_planned_at_first(outbox: Outbox) -> None:
    assert outbox.editions.previous("daily") is None
    assert outbox.editions.planned("daily", SLOT) is None
    assert outbox.editions.history("daily") == []
    assert outbox.editions.included("daily", datetime.fromtimestamp(0, UTC)) == []


def test_an_edition_goes_to_every_active_reader(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org", "Ann")
    outbox.subscribers.add("daily", "Bob@Example.org")
    outbox.subscribers.add("weekly", "other@example.org")
    outbox.subscribers.add("daily", "left@example.org")
    outbox.subscribers.remove("daily", "left@example.org")
    outbox.subscribers.add("daily", "bounced@example.org")
    outbox.subscribers.suppress("bounced@example.org", "550 5.1.1")
    assert outbox.editions.enqueue_edition(edition_draft()) == Enqueued(
        new=True, edition_id=1, deliveries=2
    )
    rows = outbox.operator.find()
    assert [(row.recipient, row.recipient_name) for row in rows] == [
        ("ann@example.org", "Ann"),
        ("Bob@Example.org", ""),
    ]
    assert [row.token for row in rows] == [
        reader.token for reader in islice(outbox.subscribers.stream("daily", "active"), 2)
    ]
    first = rows[0]
    assert (first.state, first.kind, first.channel) == (State.QUEUED, "email", "mail")
    assert (first.owner, first.slot, first.edition_id, first.attempts) == ("daily", SLOT, 1, 0)
    assert first.started_at is None
    assert first.sent_at is None
    assert first.not_before == first.queued_at


def test_keys_are_the_same_on_every_database(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("Žurnál \\ 'x'", "Jürgen@Bücher.Example")
    outbox.editions.enqueue_edition(edition_draft(owner="Žurnál \\ 'x'"))
    key = outbox.operator.find()[0].key
    stem = email_stem("Žurnál \\ 'x'", SLOT, "")
    assert key == delivery_key(stem, "jürgen@xn--bcher-kva.example")
    assert len(key) == 32


def test_known_keys() -> None:
    stem = email_stem("daily", SLOT, "")
    assert delivery_key(stem, "ann@example.org") == "d82956fc99d06e3cff545daffade2a90"
    assert (
        note_key("social", "fediverse", "https://e.example/a", "")
        == "a1af63526b7645349bbdb1e7b56c3b22"
    )


def test_the_same_slot_again_adds_nothing(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    first = outbox.editions.enqueue_edition(edition_draft())
    outbox.subscribers.add("daily", "late@example.org")
    rendered = edition_draft().rendered
    assert rendered
    changed = replace(edition_draft(), rendered=replace(rendered, subject="Other"))
    assert outbox.editions.enqueue_edition(changed) == replace(first, new=False, deliveries=0)
    assert len(outbox.operator.find()) == 1
    assert len(outbox.editions.included("daily", datetime.fromtimestamp(0, UTC))) == 1
    assert outbox.editions.get(1).rendered.subject == "Today"


def test_the_slot_is_a_moment_not_its_zone(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    outbox.editions.enqueue_edition(edition_draft())
    tokyo = SLOT.astimezone(ZoneInfo("Asia/Tokyo"))
    assert not outbox.editions.enqueue_edition(edition_draft(slot=tokyo)).new


def test_again_makes_a_further_edition(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    outbox.editions.enqueue_edition(edition_draft())
    assert outbox.editions.enqueue_edition(edition_draft(again="1")) == Enqueued(
        new=True, edition_id=2, deliveries=1
    )
    assert not outbox.editions.enqueue_edition(edition_draft(again="1")).new
    assert len({row.key for row in outbox.operator.find()}) == 2
    assert outbox.editions.planned("daily", SLOT, "1") is not None


def test_an_edition_is_frozen_as_drafted(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    draft = edition_draft()
    outbox.editions.enqueue_edition(draft)
    edition = outbox.editions.get(1)
    for name in ("owner", "channel", "slot", "rendered", "sender", "list_id"):
        assert getattr(edition, name) == getattr(draft, name)
    with pytest.raises(KeyError):
        outbox.editions.get(2)


def test_without_readers_nothing_counts_as_included(
    outbox: Outbox, edition_draft: Editions
) -> None:
    nothing = Enqueued(new=True, edition_id=None, deliveries=0)
    assert outbox.editions.enqueue_edition(edition_draft()) == nothing
    assert outbox.editions.enqueue_edition(edition_draft()) == replace(nothing, new=False)
    assert outbox.editions.included("daily", datetime.fromtimestamp(0, UTC)) == []
    found = outbox.editions.previous("daily")
    assert found is not None
    assert (found.outcome, found.edition_id) == ("no subscribers", None)


def test_what_was_decided_comes_back(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    outbox.editions.enqueue_edition(edition_draft())
    decided = {"a.md": ["lead", "lead", "the newest"]}
    assert outbox.editions.previous("daily") == Planned("daily", SLOT, SLOT, 1, "edition", decided)
    assert outbox.editions.planned("daily", SLOT) == outbox.editions.previous("daily")
    assert outbox.editions.included("daily", datetime.fromtimestamp(0, UTC)) == [
        Included("https://e.example/202603010700", "a.md", "A", "About A", SLOT)
    ]


def test_hostile_text_is_stored(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org", "A\r\nBcc: x@y.z")
    evil = "'; DROP TABLE posts;-- \0 \ud800 \U0001f40e"
    included = [Included(evil, evil, evil, evil, SLOT)]
    draft = edition_draft()
    assert draft.rendered
    draft = replace(
        draft,
        rendered=replace(draft.rendered, subject=evil),
        included=included,
        decisions={evil: [evil, "", evil]},
    )
    outbox.editions.enqueue_edition(draft)
    safe = evil.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert outbox.editions.get(1).rendered.subject == safe
    assert outbox.editions.included("daily", datetime.fromtimestamp(0, UTC))[0].title == safe
    previous = outbox.editions.previous("daily")
    assert previous is not None
    assert list(previous.decisions) == [evil]
    assert outbox.operator.find()[0].recipient_name == "A Bcc: x@y.z"


def test_history_has_the_newest_slot_first(outbox: Outbox) -> None:
    for days in (1, 3, 2):
        slot = SLOT + timedelta(days=days)
        assert outbox.editions.record_empty(SlotDraft("daily", slot, slot, (), {}), "too few posts")
    assert [found.slot.day for found in outbox.editions.history("daily")] == [4, 3, 2]
    assert [found.slot.day for found in outbox.editions.history("daily", limit=1)] == [4]
    assert outbox.editions.history("weekly") == []


def test_an_empty_slot_is_taken(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    empty = SlotDraft("daily", SLOT, SLOT, (), {"a.md": ["old", "", ""]})
    assert outbox.editions.record_empty(empty, "too few posts")
    assert not outbox.editions.record_empty(SlotDraft("daily", SLOT, SLOT, (), {}), "other")
    assert not outbox.editions.enqueue_edition(edition_draft()).new
    found = outbox.editions.previous("daily")
    assert found is not None
    assert found.outcome == "too few posts"


def test_a_naive_slot_is_a_mistake(outbox: Outbox) -> None:
    naive = SLOT.replace(tzinfo=None)
    with pytest.raises(Exception, match="naive"):
        outbox.editions.record_empty(SlotDraft("daily", naive, SLOT, (), {}), "")


def test_notes_are_queued_with_their_price(outbox: Outbox, notes_draft: Notes) -> None:
    result = outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    assert result == Enqueued(new=True, edition_id=None, deliveries=1)
    row = outbox.operator.find()[0]
    assert (row.kind, row.channel, row.owner) == ("note", "fediverse", "social")
    assert (row.post_path, row.payload) == ("https://e.example/a.md", '{"text": "hi"}')
    assert row.cost == Decimal("0.2")
    assert row.edition_id is None
    assert row.recipient == ""


def test_a_post_goes_once_per_channel_whatever_the_slot(outbox: Outbox, notes_draft: Notes) -> None:
    later = SLOT + timedelta(hours=3)
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    both = notes_draft("https://e.example/a", "https://e.example/b", slot=later)
    assert outbox.editions.enqueue_notes(both) == Enqueued(new=True, edition_id=None, deliveries=1)
    assert not outbox.editions.enqueue_notes(both).new
    other = replace(both, slot=later + timedelta(hours=1), notes=[NoteDraft("x", "a", "u", "{}")])
    assert outbox.editions.enqueue_notes(other).deliveries == 1


def test_a_post_goes_again_when_asked(outbox: Outbox, notes_draft: Notes) -> None:
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    again = notes_draft("https://e.example/a", again="2026-03-01T09:00")
    assert outbox.editions.enqueue_notes(again).deliveries == 1
    assert not outbox.editions.enqueue_notes(again).new


def test_progress_is_told_while_many_are_addressed(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.editions.most_at_once = 10
    rows = [(f"reader{number}@example.org", "") for number in range(25)]
    subscribe(outbox, "weekly", [("else@example.org", "")])
    subscribe(outbox, "daily", rows)
    outbox.subscribers.remove("daily", "reader3@example.org")
    told: list[tuple[int, int]] = []
    result = outbox.editions.enqueue_edition(edition_draft(), lambda *parts: told.append(parts))
    assert result.deliveries == 24
    assert told == [(9, 24), (19, 24), (24, 24)]
    assert len({row.recipient for row in outbox.operator.find()}) == 24


def test_an_interrupted_planning_leaves_nothing(outbox: Outbox, edition_draft: Editions) -> None:
    outbox.editions.most_at_once = 2
    subscribe(outbox, "daily", [(f"r{number}@example.org", "") for number in range(5)])

    def interrupt(done: int, _total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.editions.enqueue_edition(edition_draft(), interrupt)
    assert (outbox.operator.find(), outbox.editions.history("daily")) == ([], [])
    assert outbox.editions.enqueue_edition(edition_draft()).deliveries == 5


def test_an_edition_finds_its_own_rows(outbox: Outbox, edition_draft: Editions) -> None:
    subscribe(outbox, "daily", [(f"r{number}@example.org", "") for number in range(3)])
    numbers = [
        outbox.editions.enqueue_edition(edition_draft(again=again)).edition_id
        for again in ("", "b", "c")
    ]
    found = [[row.id for row in outbox.operator.find(edition=number)] for number in numbers]
    assert sorted(row for rows in found for row in rows) == [
        row.id for row in outbox.operator.find()
    ]
    assert [len(rows) for rows in found] == [3, 3, 3]
    assert outbox.operator.cancel(edition=numbers[1]) == 3


def test_the_last_slot_is_the_previous_ones(outbox: Outbox, edition_draft: Editions) -> None:
    assert outbox.editions.last_slot("daily") is None
    later = SLOT + timedelta(days=1)
    for slot in (later, SLOT):
        outbox.editions.enqueue_edition(edition_draft(slot=slot))
    assert outbox.editions.last_slot("daily") == later
    assert outbox.editions.last_slot("daily", before=later) == SLOT
    assert outbox.editions.last_slot("daily", before=SLOT) is None
    assert outbox.editions.last_slot("weekly") is None


def test_one_reader_however_the_address_is_written(outbox: Outbox, edition_draft: Editions) -> None:
    forms = [
        "J\u00fcrgen@B\u00fccher.example",
        "ju\u0308rgen@bu\u0308cher.example",
        "J\u00dcRGEN@XN--BCHER-KVA.EXAMPLE",
        "j\u00fcrgen@\uff42\u00fccher\u3002example",
    ]
    subscribe(outbox, "daily", [(form, "") for form in forms])
    for form in forms:
        outbox.subscribers.add("daily", form)
    assert outbox.editions.enqueue_edition(edition_draft()).deliveries == 1
    assert [row.recipient for row in outbox.operator.find()] == [
        "J\u00fcrgen@xn--bcher-kva.example"
    ]


def test_an_address_that_is_taken_gets_the_slot_s_number(
    outbox: Outbox, edition_draft: Editions
) -> None:
    outbox.subscribers.add("daily", "ann@example.org")
    for slot in (SLOT, SLOT + timedelta(hours=1)):
        draft = replace(edition_draft(slot), slug="2026-03-01-0700")
        outbox.editions.enqueue_edition(draft)
    with outbox.database.reading() as connection:
        slugs = list(connection.scalars(select(editions.c.slug).order_by(editions.c.id)))
    assert slugs == ["2026-03-01-0700", "2026-03-01-0700-2"]
