"""`publish editions`."""

import sqlite3
from contextlib import closing
from unittest.mock import ANY

from publisher.model.deliveries import State
from tests.acceptance.conftest import AT
from tests.cli.conftest import Terminal

EVENING = "2026-03-05T19:00"


def test_what_went_out_is_listed_newest_first(peopled: Terminal) -> None:
    peopled.publish("now", "daily", "--at", AT)
    peopled.publish("now", "weekly", "--at", EVENING)
    peopled.make(State.REJECTED, 1)
    weekly, daily = peopled.json("editions")
    assert daily == {
        "id": 1,
        "newsletter": "daily",
        "segment": "",
        "slot": "2026-03-05T07:00:00+00:00",
        "channel": "mail",
        "subject": daily["subject"],
        "queued": 0,
        "sending": 0,
        "sent": 1,
        "rejected": 1,
        "unknown": 0,
        "cancelled": 0,
    }
    assert (weekly["newsletter"], weekly["sent"]) == ("weekly", 1)
    assert peopled.json("editions", "daily") == [daily]
    assert peopled.json("editions", "--limit", "1") == [weekly]


def test_every_state_is_counted(peopled: Terminal) -> None:
    peopled.publish("pause", "mail")
    peopled.publish("now", "daily", "--at", AT, code=3)
    for state in State:
        peopled.make(state, 1)
        (edition,) = peopled.json("editions")
        counts = {each.value: 0 for each in State} | {"queued": 1}
        counts[state.value] += 1
        assert {name: edition[name] for name in counts} == counts


def test_people_see_a_line_an_edition(peopled: Terminal) -> None:
    peopled.publish("now", "daily", "--at", AT)
    done = peopled.run("editions")
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == "1 edition\n"
    assert peopled.run("editions", "weekly").stderr == "0 editions\n"


def test_only_a_newsletter_has_editions(peopled: Terminal) -> None:
    told = peopled.refused("editions", "social")
    assert "unknown newsletter 'social'" in told
    assert "config.yaml has: daily" in told


def test_readers_with_choices_are_named(peopled: Terminal) -> None:
    site = peopled
    choices = '{"topics": [], "cadence": "daily", "day": 0, "hour": 6}'
    with closing(sqlite3.connect(site.folder / "queue" / "publisher.db")) as database, database:
        database.execute(
            "UPDATE subscriptions SET choices = ?, segment = 'cadence=daily&hour=6'"
            " WHERE newsletter = 'daily' AND id = (SELECT min(id) FROM subscriptions)",
            (choices,),
        )
    told = site.publish("why", "a_baker_wins_the_county_prize.md", "--at", AT)
    assert "daily (daily at 06:00)" in told
    rows = site.json("why", "a_baker_wins_the_county_prize.md", "--at", AT)
    assert "cadence=daily&hour=6" in {row["segment"] for row in rows}
    segments = [{"segment": "cadence=daily&hour=6", "readers": 1, "next_slot": ANY}]
    (planned,) = site.json("plan", "daily", "--at", AT)
    assert planned["segments"] == segments
    assert (planned["segment"], planned["newcomers"]) == ("", [])
    (status,) = site.json("status")
    assert status["newsletters"]["daily"]["segments"] == segments
    assert status["newsletters"]["weekly"]["segments"] == []
    told = site.publish("status")
    assert "daily: 1 variant for 1 reader with choices of their own, the next " in told
    site.publish("now", "daily", "--at", AT)
    assert site.refused("editions", "--links", "1").startswith("daily counts no clicks")
    with closing(sqlite3.connect(site.folder / "queue" / "publisher.db")) as database, database:
        database.execute("UPDATE editions SET segment = 'cadence=daily&hour=6'")
    assert "daily (daily at 06:00)" in site.publish("editions")
    assert [row["segment"] for row in site.json("editions")] == ["cadence=daily&hour=6"]
