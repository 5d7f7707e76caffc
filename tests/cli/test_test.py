"""`publish test`."""

import email
import email.policy
import re
import sqlite3
from contextlib import closing

import pytest

from publisher.cli.test import KINDS
from publisher.model.system_mails import SystemKind
from tests.acceptance.conftest import AT
from tests.cli.conftest import Terminal

ME = "me@example.com"


def rows(site: Terminal) -> list[str]:
    """All that the database holds, but for the index of posts, which any reading keeps."""
    with closing(sqlite3.connect(site.folder / "queue" / "publisher.db")) as connection:
        dump = [line for line in connection.iterdump() if line.startswith("INSERT")]
    return [line for line in dump if not re.match('INSERT INTO "(posts|facts)"', line)]


def test_it_reaches_that_address_only_and_changes_nothing(peopled: Terminal) -> None:
    before = rows(peopled)
    assert before
    told = peopled.publish("test", "daily", "--to", ME, "--at", AT)
    assert rows(peopled) == before
    (file,) = peopled.files("mail")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["To"] == ME
    assert mail["Subject"].startswith("[Test] ")
    assert f"6 posts sent to {ME} on mail: {mail['Subject']}" in told
    assert file.as_uri() in told
    (planned,) = peopled.json("plan", "daily", "--at", AT)
    assert mail["Subject"] == f"[Test] {planned['subject']}"
    peopled.publish("now", "daily", "--at", AT)
    assert {row["recipient"] for row in peopled.json("queue", "list")} == {
        "ann@example.org",
        "bob@example.org",
    }


def test_where_nothing_is_new_it_shows_what_would_have_been(peopled: Terminal) -> None:
    peopled.publish("now", "daily", "--at", AT)
    done = peopled.run("test", "daily", "--to", ME, "--at", "2026-03-05T08:00")
    assert done.returncode == 0
    assert "choosing posts as if none had been sent before" in done.stderr
    assert len(peopled.files("mail")) == 3


def test_a_paused_channel_is_tried(peopled: Terminal) -> None:
    peopled.publish("pause", "mail")
    peopled.publish("test", "daily", "--to", ME, "--at", AT)
    assert len(peopled.files("mail")) == 1


def test_programs_are_told_what_was_sent(peopled: Terminal) -> None:
    (told,) = peopled.json("test", "weekly", "--to", ME, "--name", "Me", "--at", AT)
    assert (told["newsletter"], told["channel"], told["recipient"]) == ("weekly", "extra", ME)
    assert len(told["posts"]) == 6
    assert told["remote_url"] == peopled.files("extra")[0].as_uri()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["daily", "--to", ""], "--to is empty"),
        (["daily", "--to", "me"], "me"),
        (["daily"], "--to"),
        (["--to", ME], "specify a newsletter"),
        (["--to", ME], "publish test NAME; config.yaml has: daily, weekly"),
        (["social", "--to", ME], "unknown newsletter 'social'"),
        (["daily", "--to", ME, "--at", "2020-01-01"], "daily: nothing to send"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(peopled: Terminal, words: list[str], told: str) -> None:
    assert told in peopled.refused("test", *words)
    assert not peopled.files("mail")


@pytest.mark.parametrize("kind", KINDS)
def test_emails_to_one_reader_can_be_tried(peopled: Terminal, kind: str) -> None:
    before = rows(peopled)
    told = peopled.json("test", "daily", "--to", ME, "--kind", kind)[0]
    assert rows(peopled) == before
    (file,) = peopled.files("mail")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == told["subject"]
    assert mail["Subject"].startswith("[Test] ")


def test_the_kinds_are_those_that_there_are() -> None:
    assert [kind.value for kind in SystemKind] == list(KINDS)
