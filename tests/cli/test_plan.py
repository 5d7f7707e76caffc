"""`publish plan`, and `publish now --dry-run`, which shows the same."""

import sqlite3
from datetime import datetime

import pytest
import time_machine

from tests.acceptance.conftest import AT
from tests.adapters.mastodon_server import MastodonServer
from tests.cli.conftest import SUMMER, Terminal

KEYS = {
    "channel",
    "slot",
    "subject",
    "posts",
    "segment",
    "newcomers",
    "segments",
    "recipients",
    "text",
    "thread",
    "length",
    "limit",
    "cost",
    "budget",
    "warnings",
    "planned",
    "empty_because",
}
COMMANDS = [["plan"], ["now", "--dry-run"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_edition_is_one_object_and_so_is_each_note(site: Terminal, command: list[str]) -> None:
    rows = site.json(*command, "--at", AT)
    daily, weekly, on_notes, on_slow, byhand = rows
    assert all(set(row) == KEYS | {"newsletter"} for row in (daily, weekly))
    assert all(set(row) == KEYS | {"announcement"} for row in (on_notes, on_slow, byhand))
    assert [row["channel"] for row in rows] == ["mail", "extra", "notes", "slow", "notes"]
    assert (daily["newsletter"], on_notes["announcement"]) == ("daily", "social")
    assert {row["slot"] for row in rows} == {"2026-03-05T07:00:00+00:00"}


def test_an_edition_says_what_it_holds_and_for_how_many(peopled: Terminal) -> None:
    (daily,) = peopled.json("plan", "daily", "--at", AT)
    assert daily["recipients"] == 2
    assert daily["subject"]
    assert len(daily["posts"]) == 6
    assert [post["role"] for post in daily["posts"]] == ["lead", *["latest"] * 5]
    assert all(set(post) == {"path", "url", "title", "role"} for post in daily["posts"])
    assert daily["text"] is daily["length"] is daily["limit"] is daily["empty_because"] is None


def test_a_note_is_counted_as_its_network_counts(site: Terminal) -> None:
    with MastodonServer() as server:
        server.characters = 300
        site.configure({"fediverse": {"adapter": "mastodon", **server.options}})
        (note,) = site.json("plan", "--at", AT)
    assert note["limit"] == 300
    assert 0 < note["length"] <= 300
    assert note["posts"][0]["url"] in note["text"]
    assert len(note["posts"]) == 1
    assert note["recipients"] is note["subject"] is None


def test_a_thread_is_shown_and_counted_post_by_post(site: Terminal) -> None:
    with MastodonServer() as server:
        server.characters = 90
        options = {"adapter": "mastodon", **server.options, "thread": 4}
        site.configure({"fediverse": options})
        (note,) = site.json("plan", "--at", AT)
        shown = site.run("plan", "--at", AT).stdout
    assert note["thread"] and note["posts"][0]["url"] in note["thread"][-1]
    assert max(map(len, [note["text"], *note["thread"][:-1]])) <= note["length"] <= 90
    count = 1 + len(note["thread"])
    assert f"({count} posts, the longest {note['length']} of 90 characters)" in shown
    assert f"[{count} of {count}]" in shown


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_slot_in_quiet_hours_says_when_they_end(site: Terminal, command: list[str]) -> None:
    notes = {"adapter": "folder", "path": "out/notes", "quiet_hours": "06:00-08:30"}
    site.configure({"notes": notes, "wire": {**notes, "quiet_hours": "22:00-06:00"}})
    told = site.publish(*command, "--at", "2026-03-05T07:00")
    assert "  notes: quiet hours; nothing goes out before Thu 05 Mar 2026 08:30\n" in told
    assert "wire: quiet" not in told


def test_what_joins_emoji_and_letters_is_shown_as_it_is(site: Terminal) -> None:
    words = "description: 👨\u200d👩\u200d👧 می\u200cشد a\u200db \u202e👩\u200d"
    site.post("family.md", "title: A family", "date: 2026-03-05 06:00", words, "featured: true")
    told = site.publish("plan", "social", "--at", "2026-03-05T07:00")
    assert "👨\u200d👩\u200d👧 می\u200cشد a\\u200db" in told
    assert "\u202e" not in told


def test_a_slot_with_nothing_to_send_says_why(site: Terminal) -> None:
    rows = site.json("plan", "--at", "2026-03-01T07:00")
    assert [row["channel"] for row in rows] == ["mail", "extra", "notes", "slow", "notes"]
    assert all(set(row) - {"newsletter", "announcement"} == KEYS for row in rows)
    assert all(row["empty_because"].startswith("no new posts; source") for row in rows)
    assert all(row["posts"] == [] and row["text"] is None for row in rows)


def test_slots_are_in_the_sites_zone(site: Terminal) -> None:
    assert {row["slot"] for row in site.json("plan", "--at", SUMMER)} == {
        "2026-07-05T07:00:00+01:00"
    }


def test_a_time_with_an_offset_is_the_same_moment(site: Terminal) -> None:
    (row,) = site.json("plan", "daily", "--at", "2026-07-05T08:00+02:00")
    assert row["slot"] == "2026-07-05T07:00:00+01:00"


def test_without_a_time_the_next_slot_is_shown(site: Terminal) -> None:
    rows = {row.get("newsletter"): row["slot"] for row in site.json("plan", "daily", "weekly")}
    daily, weekly = (datetime.fromisoformat(rows[name]) for name in ("daily", "weekly"))
    assert daily > weekly, "weekly runs by hand, so now is its slot"
    assert (daily.hour, daily.minute) == (7, 0)


def contents(site: Terminal) -> list[str]:
    """Every row of every table but the index of the files."""
    database = sqlite3.connect(site.folder / "queue" / "publisher.db")
    index = ('INSERT INTO "posts"', 'INSERT INTO "facts"')
    rows = [line for line in database.iterdump() if not line.startswith(index)]
    database.close()
    return rows


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_showing_writes_nothing(peopled: Terminal, command: list[str]) -> None:
    before = contents(peopled)
    peopled.publish(*command)
    peopled.publish(*command, "--at", AT)
    peopled.publish("now", "--dry-run", "--post", "seals_counted_along_the_estuary.md")
    assert contents(peopled) == before
    assert any("ann@example.org" in line for line in before)
    assert not (peopled.folder / "out").exists()


def test_people_see_subject_posts_and_notes(peopled: Terminal) -> None:
    told = peopled.publish("plan", "daily", "social", "--at", AT)
    assert "daily: Thu 05 Mar 2026 07:00" in told
    assert "to: 2 subscribers on mail" in told
    assert "https://gazette.example/articles/council-votes-for-a-new-library" in told
    assert "  notes (" in told


def test_a_slot_that_was_planned_says_so(peopled: Terminal) -> None:
    peopled.publish("now", "daily", "--at", AT)
    (row,) = peopled.json("plan", "daily", "--at", AT)
    assert row["planned"] is True
    assert "already planned" in peopled.publish("now", "daily", "--dry-run", "--at", AT)


@pytest.mark.parametrize("at", ["tomorrow", "2026-02-31", "0001-01-01", "9999-12-31T23:59"])
def test_what_is_no_time_is_refused(site: Terminal, at: str) -> None:
    assert "invalid time" in site.refused("plan", "--at", at)


def test_what_is_no_newsletter_is_refused(site: Terminal) -> None:
    assert "config.yaml has: daily, weekly, social, byhand" in site.refused("plan", "dayly")


def test_a_name_twice_is_shown_once(site: Terminal) -> None:
    assert len(site.json("plan", "daily", "daily")) == 1


def test_all_of_todays_slots_are_shown(peopled: Terminal) -> None:
    with time_machine.travel("2026-07-05T08:30:00Z"):
        peopled.publish("now", "daily", "--at", "2026-07-05T07:00")
        rows = peopled.json("plan", "daily", "social", "--all")
        shown = peopled.publish("plan", "social", "--all")
    days = [row for row in rows if "when" in row]
    assert [(row["owner"], row["slot"][11:16], row["when"]) for row in days] == [
        ("daily", "07:00", "planned"),
        ("social", "09:00", "missed"),
        ("social", "12:30", "next"),
    ]
    assert next(row["channel"] for row in rows if "channel" in row) == "mail"
    lines = shown.splitlines()
    assert lines[0] == "social: today"
    assert lines[1].split()[:2] == ["09:00", "missed:"]
    assert lines[2].split()[:2] == ["12:30", "next:"]
    assert lines[3].startswith("social: Sun 05 Jul 2026 12:30")


def test_what_went_out_today_is_shown_with_what_became_of_it(peopled: Terminal) -> None:
    with time_machine.travel("2026-03-05T10:00:00Z"):
        peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
        (row, *_) = peopled.json("plan", "daily", "--all")
    assert row["edition"] == 1
    assert row["outcome"] == f"{row['subject']} (2 sent)"


def test_a_slot_that_sent_nothing_does_not_read_as_planned_no_post(peopled: Terminal) -> None:
    with time_machine.travel("2026-03-05T10:00:00Z"):
        peopled.publish("now", "daily", "--at", "2026-03-05T07:00")
        peopled.publish("now", "daily", "--at", "2026-03-05T08:00")
        lines = peopled.publish("plan", "daily", "--all").splitlines()
    assert any(line.startswith("  08:00 planned: no new posts") for line in lines)


def test_a_post_without_categories_has_no_empty_brackets(site: Terminal) -> None:
    site.post("alone.md", "title: Nothing beside", "date: 2026-03-05 06:59:00")
    told = site.publish("plan", "daily", "--at", AT)
    assert "Nothing beside\n" in told
