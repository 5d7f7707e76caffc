"""`publish now`: what it prints and how it ends."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from publisher.model.deliveries import State
from publisher.testing import Behaviour
from tests.acceptance.conftest import AT
from tests.adapters.mastodon_server import MastodonServer
from tests.adapters.smtp_server import free_port
from tests.cli.conftest import CONFIG, Terminal

KEYS = {
    "id",
    "key",
    "channel",
    "recipient",
    "kind",
    "state",
    "attempts",
    "error",
    "remark",
    "remote_id",
    "remote_url",
    "handle",
    "queued_at",
    "sent_at",
    "undone_at",
}
FERRY = "source/_posts/the_ferry_returns_to_the_old_harbour.md"


@pytest.fixture
def connected(site: Terminal) -> Iterator[tuple[Terminal, MastodonServer]]:
    with MastodonServer() as server:
        site.configure({"fediverse": {"adapter": "mastodon", **server.options}})
        yield site, server


def test_every_message_is_one_object_with_every_key(peopled: Terminal) -> None:
    rows = peopled.json("now", "daily", "byhand", "--at", AT)
    mails, notes = rows[:2], rows[2:]
    assert all(set(row) == KEYS | {"edition", "subject"} for row in mails)
    assert all(set(row) == KEYS | {"post"} for row in notes)
    assert [row["recipient"] for row in rows] == ["ann@example.org", "bob@example.org", None]
    assert [row["kind"] for row in rows] == ["email", "email", "note"]
    assert {(row["state"], row["attempts"], row["error"]) for row in rows} == {("sent", 1, None)}
    for row in rows:
        assert datetime.fromisoformat(row["queued_at"]).utcoffset() is not None
        assert row["queued_at"] <= row["sent_at"]
        assert row["remote_url"].startswith("file:///")


def test_the_same_time_twice_is_the_same_slot(peopled: Terminal) -> None:
    words = ["now", "daily", "weekly", "byhand", "--at"]
    first = peopled.json(*words, AT)
    assert peopled.json(*words, AT) == first
    assert peopled.json(*words, f"{AT}:00+00:00") == first
    assert len(peopled.files("mail")) == 2
    assert "already planned; nothing added" in peopled.run(*words, AT).stderr


def test_messages_for_people_stand_on_standard_error(peopled: Terminal) -> None:
    done = peopled.run("now", "daily", "--json", "--at", AT)
    assert done.stderr == "daily: 6 posts chosen\n"
    assert len(done.stdout.splitlines()) == 2


def test_people_see_counts_by_channel_and_state(peopled: Terminal) -> None:
    told = peopled.publish("now", "daily", "byhand", "--at", AT)
    assert [line.split() for line in told.splitlines()] == [
        ["channel", "state", "messages"],
        ["mail", "sent", "2"],
        ["notes", "sent", "1"],
    ]


def test_nothing_to_send_is_no_failure(site: Terminal) -> None:
    done = site.run("now", "byhand", "--at", "2026-03-01T07:00", "--json")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "byhand: nothing to send: no new posts; source/_posts/choir_sings_on_the_pier_at_dawn.md:"
        " its date, 2026-03-04 11:00, is still to come\n"
    )


def test_a_newsletter_without_readers_says_how_to_add_one(site: Terminal) -> None:
    done = site.run("now", "daily", "--at", AT)
    assert done.returncode == 0
    assert "publish subscribers add EMAIL --newsletter daily" in done.stderr


def test_a_limit_leaves_rows_queued_which_is_3(site: Terminal) -> None:
    site.publish("now", "social", "--at", AT)
    rows = site.json("now", "social", "--post", FERRY, "--at", "2026-03-05T09:00", code=3)
    assert {(row["channel"], row["state"]) for row in rows} == {
        ("notes", "sent"),
        ("slow", "queued"),
    }
    done = site.run("now", "social", "--at", "2026-03-05T09:00")
    assert done.returncode == 3
    assert "slow: still queued: 1 of 1 a day used" in done.stdout


def test_a_server_that_cannot_be_reached_is_what_messages_wait_for(site: Terminal) -> None:
    closed = f"{{adapter: smtp, host: 127.0.0.1, port: {free_port()}, security: none}}"
    config = site.folder / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("{adapter: folder, path: out/mail}", closed)
    config.write_text(text, encoding="utf-8")
    site.run("subscribers", "add", "ann@example.com", "--newsletter", "daily")
    done = site.run("now", "daily", "--at", AT)
    assert done.returncode == 3
    assert "mail: still queued: 127.0.0.1 port" in done.stdout
    assert "nothing listens there" in done.stdout


def test_a_paused_channel_leaves_rows_queued_and_says_why(site: Terminal) -> None:
    site.publish("pause", "notes", "--reason", "the mast is down")
    done = site.run("now", "byhand", "--at", AT)
    assert done.returncode == 3
    assert "notes: paused: the mast is down. Resume with: publish resume notes" in done.stdout


def test_a_rejected_note_is_1_and_named(connected: tuple[Terminal, MastodonServer]) -> None:
    site, server = connected
    server.behave(Behaviour.REJECTS)
    done = site.run("now", "--at", AT)
    assert done.returncode == 1
    (number,) = [row["id"] for row in site.json("queue", "list")]
    assert f"rejected: {number} fediverse source/_posts/" in done.stdout


def test_what_nobody_can_tell_of_is_1_and_named(site: Terminal) -> None:
    (row,) = site.json("now", "byhand", "--at", AT)
    site.publish("pause", "notes")
    site.make(State.UNKNOWN, row["id"])
    done = site.run("now", "byhand", "--at", AT)
    assert done.returncode == 1
    assert f"unknown: {row['id']} notes" in done.stdout
    assert "publish resolve ID... sent|retry|drop" in done.stdout


def test_a_server_that_is_down_is_3(connected: tuple[Terminal, MastodonServer]) -> None:
    site, server = connected
    server.behave(Behaviour.DOWN)
    (row,) = site.json("now", "--at", AT, code=3)
    assert row["error"]
    assert row["sent_at"] is row["remote_id"] is row["remote_url"] is None
    server.behave(Behaviour.WORKS)
    assert [row["state"] for row in site.json("now", "--at", AT)] == ["sent"]


class TestOnePost:
    def test_it_goes_to_every_announcement(self, peopled: Terminal) -> None:
        rows = peopled.json("now", "--post", FERRY)
        assert [(row["post"], row["channel"]) for row in rows] == [
            (FERRY, "notes"),
            (FERRY, "slow"),
            (FERRY, "notes"),
        ]

    def test_it_goes_to_the_channel_that_is_named(self, peopled: Terminal) -> None:
        rows = peopled.json("now", "--post", FERRY, "--to", "extra")
        assert [(row["channel"], row["recipient"]) for row in rows] == [
            ("extra", "cat@example.org")
        ]

    def test_it_goes_once_unless_again_is_asked(self, site: Terminal) -> None:
        site.publish("now", "byhand", "--post", FERRY)
        assert "--again" in site.refused("now", "byhand", "--post", FERRY)
        site.publish("now", "byhand", "--post", FERRY, "--again")
        rows = site.json("queue", "list", "--state", "sent")
        assert len({row["key"] for row in rows}) == 2

    def test_what_another_newsletter_included_does_not_count(self, peopled: Terminal) -> None:
        peopled.publish("now", "weekly", "--at", AT)
        rows = peopled.json("now", "--post", FERRY, "--to", "notes")
        assert {row["state"] for row in rows} == {"sent"}

    def test_drafts_and_what_cannot_be_read_are_refused(self, site: Terminal) -> None:
        site.post("draft.md", "title: Draft", "date: 2026-03-04", "draft: true")
        (site.folder / "source" / "_posts" / "plain.md").write_text("No head\n", encoding="utf-8")
        assert "it is a draft" in site.refused("now", "--post", "draft.md")
        assert "no front matter" in site.refused("now", "--post", "plain.md")
        assert "no such post" in site.refused("now", "--post", "nowhere.md")
        assert site.json("queue", "list") == []


class TestOneChannel:
    def test_the_others_get_nothing(self, peopled: Terminal) -> None:
        rows = peopled.json("now", "--to", "notes", "--at", AT)
        assert {row["channel"] for row in rows} == {"notes"}
        assert len(rows) == 2

    def test_a_name_that_does_not_send_there_is_refused(self, site: Terminal) -> None:
        told = site.refused("now", "daily", "--to", "notes")
        assert "notes is not a channel of daily" in told
        assert "use one of: mail" in told

    def test_an_unknown_channel_is_refused(self, site: Terminal) -> None:
        assert "config.yaml has: mail" in site.refused("now", "--to", "nowhere")


def test_again_sends_an_edition_once_more(peopled: Terminal) -> None:
    peopled.publish("now", "weekly", "--at", AT)
    assert peopled.json("now", "weekly", "--at", AT)
    peopled.publish("now", "weekly", "--again", "--at", AT)
    assert len(peopled.files("extra")) == 2


def test_a_removed_channel_still_shows_what_it_left(site: Terminal) -> None:
    site.publish("now", "byhand", "--at", AT)
    text = CONFIG.replace("  notes: {", "  other: {").replace("[notes", "[other")
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    (told,) = site.json("status")
    assert told["channels"]["notes"]["sent"] == 1
    assert len(site.json("queue", "list", "--channel", "notes")) == 1


def test_one_post_is_one_post(peopled: Terminal) -> None:
    for path in list((peopled.folder / "source" / "_posts").iterdir())[1:]:
        path.unlink()
    assert peopled.run("check", "--offline").stderr.endswith("\n1 file read, 0 problems\n")
    assert peopled.run("posts").stderr == "1 file: 1 ok\n"
    peopled.publish("subscribers", "remove", "bob@example.org", "--newsletter", "daily")
    assert "to: 1 subscriber on mail" in peopled.publish("plan", "daily", "--at", AT)
    done = peopled.run("now", "daily", "--at", AT)
    assert done.stderr == "daily: 1 post chosen\n"
    assert peopled.run("queue", "list").stderr == "1 message\n"


def test_a_note_that_lacks_its_picture_says_so(connected: tuple[Terminal, MastodonServer]) -> None:
    site, server = connected
    options = server.options | {"pictures": True}
    site.configure({"fediverse": {"adapter": "mastodon", **options}})
    site.post("fog.md", "title: Fog", "date: 2026-07-05 06:00", "image: http://127.0.0.1:1/fog.png")
    done = site.run("now", "--post", "source/_posts/fog.md", "--to", "fediverse")
    assert done.returncode == 0 and server.arrived == 1
    assert "source/_posts/fog.md: without its picture: http://127.0.0.1:1/fog.png" in done.stdout
    [row] = site.json("queue", "list", "--channel", "fediverse")
    assert row["error"] is None and row["remark"].startswith("without its picture: ")
    assert "without its picture" in site.run("queue", "list").stdout


def test_quiet_hours_are_named(site: Terminal) -> None:
    site.configure(
        {"notes": {"adapter": "folder", "path": "out/notes", "quiet_hours": "00:00-23:59"}},
        newsletters={},
        announcements={"social": {"channels": ["notes"]}},
    )
    told = site.publish("now", "social", "--at", AT, code=3)
    assert "notes: still queued: quiet hours until " in told
