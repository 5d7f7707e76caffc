"""kill -9 at random moments, ten processes at once: each reader once, the rest named."""

import random
import signal
import time
from collections import Counter

import pytest

from tests.acceptance.conftest import AT, READERS, Inbox, Site

KILLS = 4


@pytest.mark.slow
def test_kill_9_loses_nobody_and_mails_nobody_twice(
    mailing: Site, inbox: tuple[Inbox, int]
) -> None:
    seed = random.randrange(10**6)  # noqa: S311  no secret
    print(f"seed {seed}")  # noqa: T201  to repeat a failure
    chance = random.Random(seed)  # noqa: S311
    for _ in range(KILLS):
        process = mailing.start("now", "--at", AT)
        before = inbox[0].mails.total()
        _wait_for_more(inbox[0], before + chance.randrange(1, 30))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    mailing.publish("now", "--at", AT, code=None)
    rows = mailing.json("queue", "list")
    unknown = {row["recipient"] for row in rows if row["state"] == "unknown"}
    sent = {row["recipient"] for row in rows if row["state"] == "sent"}
    assert len(rows) == READERS
    assert sent | unknown == {row["recipient"] for row in rows}
    assert sent <= set(inbox[0].mails)
    assert set(inbox[0].mails.values()) == {1}


def _wait_for_more(inbox: Inbox, number: int) -> None:
    deadline = time.monotonic() + 20
    while inbox.mails.total() < min(number, READERS - 1) and time.monotonic() < deadline:
        time.sleep(0.005)


def test_sigterm_finishes_what_is_in_flight(mailing: Site, inbox: tuple[Inbox, int]) -> None:
    process = mailing.start("now", "--at", AT)
    _wait_for_more(inbox[0], 20)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    states = Counter(row["state"] for row in mailing.json("queue", "list"))
    assert set(states) <= {"sent", "queued"}
    assert states["sent"] == inbox[0].mails.total()
    mailing.publish("now", "--at", AT)
    assert len(inbox[0].mails) == READERS and set(inbox[0].mails.values()) == {1}


@pytest.mark.slow
def test_ten_processes_at_once_plan_one_edition(mailing: Site, inbox: tuple[Inbox, int]) -> None:
    processes = [mailing.start("now", "daily", "--at", AT) for _ in range(10)]
    for process in processes:
        _, said = process.communicate(timeout=90)
        assert process.returncode in {0, 3}, said
    mailing.publish("now", "daily", "--at", AT)
    assert {row["edition"] for row in mailing.json("queue", "list")} == {1}
    assert len(inbox[0].mails) == READERS and set(inbox[0].mails.values()) == {1}
