from datetime import datetime

from tests.acceptance.conftest import AT
from tests.cli.conftest import Terminal

STATES = ["queued", "sending", "sent", "rejected", "unknown", "cancelled"]


def test_every_channel_has_its_rows_by_state(peopled: Terminal) -> None:
    peopled.publish("now", "--at", AT)
    (told,) = peopled.json("status")
    assert list(told["channels"]) == ["mail", "extra", "notes", "slow"]
    for values in told["channels"].values():
        assert set(values) == {*STATES, "paused", "reason", "paused_until", "pace"}
    assert [told["channels"]["mail"][state] for state in STATES] == [0, 0, 2, 0, 0, 0]
    assert told["channels"]["mail"]["paused"] is False


def test_newsletters_and_announcements_have_their_slots(peopled: Terminal) -> None:
    (before,) = peopled.json("status")
    assert before["newsletters"]["daily"]["last_slot"] is None
    peopled.publish("now", "--at", AT)
    (told,) = peopled.json("status")
    assert list(told) == ["channels", "newsletters", "announcements"]
    assert list(told["newsletters"]) == ["daily", "weekly"]
    assert list(told["announcements"]) == ["social", "byhand"]
    daily, weekly = told["newsletters"].values()
    assert daily["last_slot"] == "2026-03-05T07:00:00+00:00"
    due = datetime.fromisoformat(daily["next_slot"])
    assert (due.hour, due.minute, due > datetime.now(due.tzinfo)) == (7, 0, True)
    assert weekly["next_slot"] is None


def test_a_pause_and_its_reason_are_told(site: Terminal) -> None:
    assert "publish resume notes" in site.publish("pause", "notes", "--reason", "holiday \x1b[31m")
    (told,) = site.json("status")
    assert told["channels"]["notes"]["paused"] is True
    assert told["channels"]["notes"]["reason"].startswith("holiday")
    assert told["channels"]["notes"]["paused_until"] is None
    shown = site.publish("status")
    assert "holiday" in shown
    assert "\x1b" not in shown
    site.publish("resume", "notes")
    assert site.json("status")[0]["channels"]["notes"]["paused"] is False


def test_people_see_the_rate_and_the_slots(site: Terminal) -> None:
    told = site.publish("status")
    assert "1 in 1 day, 20 minutes apart" in told
    assert [line.split()[0] for line in told.splitlines()[6:]] == [
        "name",
        "daily",
        "weekly",
        "social",
        "byhand",
    ]


def test_only_a_channel_can_be_paused(site: Terminal) -> None:
    for command in ("pause", "resume"):
        assert "no channel of that name" in site.refused(command, "daily")
