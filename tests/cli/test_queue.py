"""`publish queue …` and `publish resolve`."""

import pytest

from publisher.model.deliveries import State
from tests.acceptance.conftest import AT
from tests.cli.conftest import Terminal
from tests.cli.test_now import KEYS

HUGE = "99999999999999999999999"


@pytest.fixture
def waiting(peopled: Terminal) -> Terminal:
    """Two mails (ids 1, 2) and one (id 3) that wait, and two notes that are sent."""
    peopled.publish("pause", "mail")
    peopled.publish("pause", "extra")
    peopled.publish("now", "daily", "weekly", "byhand", "--at", AT, code=3)
    return peopled


def states(site: Terminal) -> dict[int, str]:
    return {row["id"]: row["state"] for row in site.json("queue", "list")}


def test_rows_are_listed_by_channel_state_and_edition(waiting: Terminal) -> None:
    rows = waiting.json("queue", "list")
    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    assert all(set(row) - {"edition", "subject", "post"} == KEYS for row in rows)
    assert len(waiting.json("queue", "list", "--channel", "mail")) == 2
    assert len(waiting.json("queue", "list", "--state", "sent")) == 1
    assert len(waiting.json("queue", "list", "--edition", str(rows[2]["edition"]))) == 1
    assert [row["id"] for row in waiting.json("queue", "list", "--limit", "2")] == [1, 2]


def test_people_see_one_line_a_row(waiting: Terminal) -> None:
    done = waiting.run("queue", "list")
    assert len(done.stdout.splitlines()) == 5
    assert done.stderr == "4 messages\n"


def test_a_list_says_which_edition_and_its_subject(waiting: Terminal) -> None:
    rows = waiting.json("queue", "list")
    assert rows[0]["edition"] == 1 and rows[2]["edition"] == 2
    assert rows[0]["subject"] in {row["subject"] for row in waiting.json("editions")}
    assert "subject" not in rows[3]
    head, first, *_, note = waiting.run("queue", "list").stdout.splitlines()
    assert head.split()[:5] == ["id", "channel", "recipient", "edition", "subject"]
    assert rows[0]["subject"] in first
    assert note.split()[3:5] == ["-", "-"]


def test_a_long_list_is_shown_a_part_at_a_time_and_whole(waiting: Terminal) -> None:
    waiting.multiply(1, 2_500)
    lines = waiting.run("queue", "list").stdout.splitlines()
    assert len(lines) == 1 + 4 + 2_500
    assert len({line.split()[0] for line in lines}) == len(lines)
    assert len(waiting.json("queue", "list", "--state", "queued")) == 3 + 2_500
    assert len(waiting.json("queue", "list", "--limit", "1001")) == 1_001
    assert waiting.run("queue", "list", "--limit", "1000").stderr == "1,000 messages\n"


def test_rejected_messages_are_queued_again_by_channel_edition_and_state(
    waiting: Terminal,
) -> None:
    waiting.make(State.REJECTED, 1, 3)
    waiting.make(State.CANCELLED, 2)
    assert waiting.publish("queue", "retry", "--channel", "notes") == "0 queued again\n"
    assert waiting.publish("queue", "retry", "--channel", "mail") == "1 queued again\n"
    assert states(waiting) == {1: "queued", 2: "cancelled", 3: "rejected", 4: "sent"}
    told = waiting.publish("queue", "retry", "--state", "cancelled", "--edition", "1")
    assert told == "1 queued again\n"
    assert waiting.publish("queue", "retry", "--state", "rejected") == "1 queued again\n"
    assert states(waiting) == {1: "queued", 2: "queued", 3: "queued", 4: "sent"}


def test_a_reader_who_left_is_not_retried(waiting: Terminal) -> None:
    waiting.make(State.REJECTED, 1, 2)
    waiting.publish("subscribers", "remove", "ann@example.org", "--newsletter", "daily")
    assert waiting.publish("queue", "retry", "--state", "rejected") == "1 queued again\n"
    assert states(waiting)[1] == "cancelled"


@pytest.mark.parametrize("words", [[], ["1", "--channel", "mail"]], ids=["nothing", "both"])
def test_retry_wants_ids_or_options(waiting: Terminal, words: list[str]) -> None:
    assert "specify either message IDs or options" in waiting.refused("queue", "retry", *words)


def test_one_row_is_shown_with_all_that_is_known(waiting: Terminal) -> None:
    (row,) = waiting.json("queue", "show", "4")
    assert set(row) == KEYS | {"post"}
    told = waiting.publish("queue", "show", "4")
    assert row["key"] in told
    assert row["remote_url"] in told
    assert "no message with ID 9" in waiting.refused("queue", "show", "1", "9")


def test_queued_rows_are_cancelled_and_queued_again(waiting: Terminal) -> None:
    assert waiting.publish("queue", "cancel", "1") == "1 cancelled\n"
    assert waiting.publish("queue", "cancel", "--channel", "extra") == "1 cancelled\n"
    assert states(waiting) == {1: "cancelled", 2: "queued", 3: "cancelled", 4: "sent"}
    assert waiting.publish("queue", "retry", "1", "3", "1") == "2 queued again\n"
    waiting.publish("resume", "mail")
    waiting.publish("resume", "extra")
    waiting.publish("now", "daily", "weekly", "--at", AT)
    assert set(states(waiting).values()) == {"sent"}


@pytest.mark.parametrize("command", [["queue", "cancel"], ["queue", "retry"]], ids=" ".join)
def test_what_cannot_be_changed_is_told(waiting: Terminal, command: list[str]) -> None:
    done = waiting.run(*command, "4")
    assert done.returncode == 2
    assert "1 not changed" in done.stderr
    assert states(waiting)[4] == "sent"


@pytest.mark.parametrize(
    "words",
    [["queue", "cancel", "1", "99"], ["queue", "retry", "99"], ["resolve", "99", "sent"]],
    ids=" ".join,
)
def test_an_id_of_no_message_is_told_as_such(waiting: Terminal, words: list[str]) -> None:
    done = waiting.run(*words)
    assert done.returncode == 2
    assert "no message with ID 99" in done.stderr and "not changed" not in done.stderr
    assert states(waiting)[1] == ("cancelled" if "cancel" in words else "queued")


def test_cancel_wants_something_named(waiting: Terminal) -> None:
    assert "specify message IDs" in waiting.refused("queue", "cancel")
    assert set(states(waiting).values()) == {"queued", "sent"}


@pytest.mark.parametrize(
    ("verdict", "state"), [("sent", "sent"), ("retry", "queued"), ("drop", "cancelled")]
)
def test_a_person_resolves_what_is_unknown(waiting: Terminal, verdict: str, state: str) -> None:
    waiting.make(State.UNKNOWN, 1, 2)
    assert waiting.publish("resolve", "1", "2", verdict) == f"2 resolved as {verdict}\n"
    assert states(waiting) == {1: state, 2: state, 3: "queued", 4: "sent"}
    done = waiting.run("resolve", "4", verdict)
    assert (done.returncode, "1 not changed" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ["resolve", "1", "perhaps"],
        ["resolve", "sent"],
        ["resolve", "one", "sent"],
        ["resolve", HUGE, "drop"],
        ["resolve", "٣", "drop"],
        ["queue", "show", HUGE],
        ["queue", "show", "0"],
        ["queue", "cancel", HUGE],
        ["queue", "retry", "-1"],
        ["queue", "retry", "--channel", "nowhere"],
        ["queue", "retry", "--state", "sent"],
        ["queue", "list", "--edition", HUGE],
        ["queue", "list", "--limit", "0"],
        ["queue", "list", "--state", "lost"],
        ["queue", "list", "--channel", "nowhere"],
        ["queue", "cancel", "--channel", "nowhere"],
    ],
    ids=" ".join,
)
def test_what_is_no_row_is_refused(site: Terminal, words: list[str]) -> None:
    done = site.run(*words)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_old_finished_mails_are_forgotten_and_what_waits_is_kept(waiting: Terminal) -> None:
    waiting.publish("queue", "cancel", "1")
    assert waiting.run("queue", "prune", "--older", "1000 weeks").stderr == (
        "0 finished emails deleted\n"
    )
    assert waiting.run("queue", "prune", "--older", "1 day").stderr == (
        "1 finished email deleted\n"
    )
    assert set(states(waiting)) == {2, 3, 4}


def test_an_age_that_is_none_is_told(waiting: Terminal) -> None:
    done = waiting.run("queue", "prune", "--older", "soon")
    assert done.returncode == 2 and "--older soon" in done.stderr
