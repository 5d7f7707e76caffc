from datetime import UTC, datetime, timedelta

import time_machine

from publisher.outbox.db.tables import deliveries
from publisher.outbox.outbox import Outbox
from tests.acceptance.conftest import AT
from tests.cli.conftest import Terminal

STATES = ["queued", "sending", "sent", "rejected", "unknown", "cancelled"]


def test_every_channel_has_its_rows_by_state(peopled: Terminal) -> None:
    peopled.publish("now", "--at", AT)
    (told,) = peopled.json("status")
    assert list(told["channels"]) == ["mail", "extra", "notes", "slow"]
    for values in told["channels"].values():
        assert set(values) == {
            *STATES,
            "paused",
            "reason",
            "paused_until",
            "pace",
            "limits",
            "learned",
            "token_ends",
        }
    assert [told["channels"]["mail"][state] for state in STATES] == [0, 0, 2, 0, 0, 0]
    assert told["channels"]["mail"]["paused"] is False


def test_newsletters_and_announcements_have_their_slots(peopled: Terminal) -> None:
    (before,) = peopled.json("status")
    assert before["newsletters"]["daily"]["last_slot"] is None
    peopled.publish("now", "--at", AT)
    (told,) = peopled.json("status")
    assert list(told) == ["channels", "newsletters", "announcements", "mailbox"]
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
    assert "1 a day, 20 minutes apart" in told
    assert "slow: 0 of 1 a day used" in told
    assert [line.split()[0] for line in told.splitlines()[7:]] == [
        "name",
        "daily",
        "weekly",
        "social",
        "byhand",
    ]


def test_a_channel_that_is_gone_from_config_yaml_is_told_while_messages_wait(
    site: Terminal,
) -> None:
    social = {"channels": ["toots"], "pick": "latest"}
    toots = {"adapter": "mastodon", "base_url": "http://127.0.0.1:9", "token": "t"}
    site.configure({"toots": toots}, newsletters={}, announcements={"social": social})
    site.post("harbour.md", "title: Harbour opens", "date: 2026-07-05 06:00")
    site.run("now", "social", "--at", "2026-07-05T12:00")
    notes = {"notes": {"adapter": "folder"}}
    site.configure(notes, newsletters={}, announcements={"social": {"channels": ["notes"]}})
    line = "toots: not in config.yaml: add it again for 1 message, or run publish queue cancel"
    assert line in site.publish("status")
    site.publish("queue", "cancel", "1")
    assert "not in config.yaml" not in site.publish("status")


def test_only_a_channel_can_be_paused(site: Terminal) -> None:
    for command in ("pause", "resume"):
        assert "unknown channel" in site.refused(command, "daily")


LIMITED = {
    "mail": {
        "adapter": "folder",
        "rate": "14 a second",
        "quota": "100 a day",
        "warm_up": "1 a day",
        "quiet_hours": "00:00-23:59",
        "per_domain": {"gmail.com": "5 a second", "*": "1 a second"},
    }
}


def test_limits_are_told_as_they_stand(site: Terminal) -> None:
    site.configure(
        {"mail": {key: LIMITED["mail"][key] for key in LIMITED["mail"] if key != "quiet_hours"}}
    )
    for name in ("ann", "bob"):
        site.publish("subscribers", "add", f"{name}@example.org")
    site.publish("now", "--at", AT, code=3)
    (told,) = site.json("status")
    limits = told["channels"]["mail"]["limits"]
    assert limits["rate"] == "14 a second"
    assert limits["quota"] == {"allowed": "100 a day", "used": 1}
    assert limits["warm_up"] == {"allowed": "1 a day", "used": 1}
    assert limits["per_domain"] == {"gmail.com": "5 a second", "*": "1 a second"}
    shown = site.publish("status")
    assert "mail: 1 of 100 a day used" in shown
    assert "mail: warming up: 1 of 1 a day used" in shown
    assert "mail: 5 a second to gmail.com" in shown


def test_quiet_hours_are_told_while_they_hold(site: Terminal) -> None:
    with time_machine.travel("2026-03-05T12:00:00Z", tick=False):
        site.configure(LIMITED)
        (told,) = site.json("status")
        shown = site.publish("status")
    assert told["channels"]["mail"]["limits"]["quiet_until"] == "2026-03-05T23:59:00+00:00"
    assert "quiet hours 00:00-23:59, now until Thu 05 Mar 2026 23:59" in shown


def test_what_backs_off_is_told_with_its_reason(peopled: Terminal) -> None:
    peopled.publish("pause", "mail")
    peopled.publish("now", "daily", "--at", AT, code=3)
    outbox = Outbox.open("sqlite:///queue/publisher.db", folder=peopled.folder)
    later = datetime.now(UTC) + timedelta(minutes=5)
    with outbox.database.writing() as connection:
        values = {"not_before": later, "error": "451 greylisted"}
        connection.execute(deliveries.update().where(deliveries.c.id == 2).values(values))
    outbox.close()
    (told,) = peopled.json("status")
    limits = told["channels"]["mail"]["limits"]
    assert (limits["later"], limits["why"]) == (1, "451 greylisted")
    assert datetime.fromisoformat(limits["next_at"]) == later
    assert "mail: 1 message delayed, the first until" in peopled.publish("status")
