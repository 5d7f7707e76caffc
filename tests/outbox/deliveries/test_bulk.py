import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from publisher.errors import StorageError
from publisher.model.deliveries import Outcome, State, Ticket
from publisher.outbox.deliveries.bulk import Exchanger
from publisher.outbox.deliveries.workers import is_gone, worker_name
from publisher.outbox.outbox import Outbox
from tests.contacts import subscribe
from tests.outbox.fixture_types import Editions, Mails, Notes, Together

LEASE = timedelta(minutes=5)


@pytest.fixture
def exchanger(outbox: Outbox) -> Iterator[Exchanger]:
    with outbox.exchanges.exchanger("mail", worker_name()) as opened:
        yield opened


def claim(
    exchanger: Exchanger, now: datetime, limit: int = 100, eager_since: datetime | None = None
) -> list[Ticket]:
    return exchanger.exchange([], limit, now=now, lease=LEASE, eager_since=eager_since)


def settle(exchanger: Exchanger, now: datetime, *other: Outcome) -> None:
    exchanger.exchange(other, 0, now=now, lease=LEASE)


def sent(delivery_id: int, remote_id: str = "") -> Outcome:
    return Outcome(delivery_id, State.SENT, remote_id=remote_id)


def states(outbox: Outbox) -> list[State]:
    return [row.state for row in outbox.operator.find()]


def test_one_call_settles_and_claims(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    ids = mails(5)
    first = claim(exchanger, now, 2)
    assert [ticket.id for ticket in first] == ids[:2]
    answers = [sent(ticket.id, f"remote {ticket.id}") for ticket in first]
    second = exchanger.exchange(answers, 9, now=now, lease=LEASE)
    assert sorted(ticket.id for ticket in second) == ids[2:]
    rows = outbox.operator.find()
    assert [row.state for row in rows] == [State.SENT] * 2 + [State.SENDING] * 3
    assert [(row.remote_id, row.attempts, row.sent_at) for row in rows[:2]] == [
        (f"remote {number}", 1, now) for number in ids[:2]
    ]
    assert {row.last_started for row in rows} == {now}


def test_a_ticket_says_what_the_row_says(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    mails(1)
    ticket = claim(exchanger, now)[0]
    row = outbox.operator.find()[0]
    assert ticket[:7] == (
        row.id,
        row.key,
        row.edition_id,
        row.recipient,
        row.recipient_name,
        row.token,
        row.attempts,
    )
    assert ticket.queued_at == round(row.queued_at.timestamp() * 1e6)


def test_nothing_asked_nothing_done(exchanger: Exchanger, mails: Mails, now: datetime) -> None:
    mails(1)
    assert claim(exchanger, now, 0) == []
    assert len(claim(exchanger, now)) == 1


def test_only_rows_of_the_channel_that_are_due(
    outbox: Outbox,
    exchanger: Exchanger,
    mails: Mails,
    notes_draft: Notes,
    now: datetime,
) -> None:
    mails(1)
    outbox.editions.enqueue_notes(notes_draft("https://e.example/a"))
    with outbox.exchanges.exchanger("fediverse", "w") as other:
        assert [ticket.edition_id for ticket in claim(other, now)] == [None]
    assert claim(exchanger, now - timedelta(days=1)) == []
    assert len(claim(exchanger, now)) == 1


def test_settling_twice_changes_nothing_the_second_time(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    first, second, third = mails(3)
    claim(exchanger, now)
    later = now + timedelta(minutes=1)
    other = [
        Outcome(second, State.QUEUED, "busy", "421", not_before=later),
        Outcome(third, State.REJECTED, "no", "550"),
    ]
    for moment in (now, later):
        exchanger.exchange([sent(first, "a"), *other], 0, now=moment, lease=LEASE)
    rows = outbox.operator.find()
    assert [row.attempts for row in rows] == [1, 1, 1]
    assert [row.state for row in rows] == [State.SENT, State.QUEUED, State.REJECTED]
    assert (rows[0].sent_at, rows[1].not_before, rows[2].status) == (now, later, "550")


def test_what_is_settled_is_not_claimed_in_the_same_call(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    first, second = mails(2)
    claim(exchanger, now, 1)
    back = Outcome(first, State.QUEUED, attempt=False)
    tickets = exchanger.exchange([sent(second, "from elsewhere"), back], 9, now=now, lease=LEASE)
    assert tickets == []
    assert states(outbox) == [State.QUEUED, State.SENT]
    assert [ticket.id for ticket in claim(exchanger, now)] == [first]


def test_only_the_holder_has_a_say_but_a_confirmation_wins(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    first, second = mails(2)
    claim(exchanger, now)
    with outbox.exchanges.exchanger("mail", "stranger") as other:
        settle(other, now, Outcome(first, State.REJECTED), Outcome(second, State.QUEUED))
        assert states(outbox) == [State.SENDING] * 2
        other.exchange([sent(first, "x")], 0, now=now, lease=LEASE)
    assert states(outbox) == [State.SENT, State.SENDING]


def test_a_reader_who_left_gets_no_second_attempt(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    ids = mails(3)
    claim(exchanger, now)
    outbox.subscribers.remove("daily", "reader0@example.org")
    outbox.subscribers.remove("daily", "reader1@example.org")
    settle(exchanger, now, Outcome(ids[0], State.QUEUED))
    assert exchanger.release([ids[2]]) == 1
    assert states(outbox) == [State.CANCELLED, State.CANCELLED, State.SENDING]


def test_backing_off_rows_are_due_for_the_eager(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    first, second, third = mails(3)
    claim(exchanger, now, 2)
    later = now + timedelta(hours=1)
    back = [Outcome(number, State.QUEUED, not_before=later) for number in (first, second)]
    settle(exchanger, now, *back)
    asked = now + timedelta(seconds=1)
    assert [ticket.id for ticket in claim(exchanger, asked)] == [third]
    assert [ticket.id for ticket in claim(exchanger, asked, 1, asked)] == [first]
    settle(exchanger, asked, Outcome(first, State.QUEUED, not_before=later))
    assert [ticket.id for ticket in claim(exchanger, asked, 9, asked)] == [second]
    assert claim(exchanger, asked, 9, asked) == []
    assert outbox.operator.find()[0].attempts == 2


def test_a_claim_that_nobody_heard_of_is_given_back(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    ids = mails(4)
    held = [ticket.id for ticket in claim(exchanger, now, 2)]
    claim(exchanger, now, 1)
    with outbox.exchanges.exchanger("mail", "another") as other:
        claim(other, now, 1)
    assert exchanger.release(held) == 1
    assert states(outbox) == [State.SENDING, State.SENDING, State.QUEUED, State.SENDING]
    assert outbox.operator.find()[2].attempts == 0
    assert [ticket.id for ticket in claim(exchanger, now)] == [ids[2]]
    assert exchanger.release(ids) == 0


def test_rows_before_the_last_claimed_are_found_too(
    exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    ids = mails(6)
    lost = claim(exchanger, now, 2)
    held = claim(exchanger, now, 2)
    assert exchanger.release([ticket.id for ticket in held]) == len(lost)
    rest = [*claim(exchanger, now, 3), *claim(exchanger, now)]
    assert sorted(ticket.id for ticket in rest) == [*ids[:2], *ids[4:]]


def test_hostile_words_are_stored(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    first, second = mails(2)
    claim(exchanger, now)
    bad = Outcome(second, State.REJECTED, "a\0b'; --", "\ud800")
    exchanger.exchange([sent(first, "id\0\udcff'"), bad], 0, now=now, lease=LEASE)
    rows = outbox.operator.find()
    assert rows[0].remote_id == "id\ufffd\ufffd'"
    assert (rows[1].error, rows[1].status) == ("a\ufffdb'; --", "\ufffd")


def test_an_outcome_that_is_none_changes_nothing(
    outbox: Outbox, exchanger: Exchanger, mails: Mails, now: datetime
) -> None:
    first, second = mails(2)
    claim(exchanger, now)
    with pytest.raises(ValueError, match="sending"):
        exchanger.exchange([sent(first), Outcome(second, State.SENDING)], 1, now=now, lease=LEASE)
    assert states(outbox) == [State.SENDING] * 2
    exchanger.exchange([sent(first)], 0, now=now, lease=LEASE)
    assert states(outbox) == [State.SENT, State.SENDING]


def test_names_tell_who_lives(outbox: Outbox) -> None:
    mine = worker_name()
    with (
        outbox.exchanges.exchanger("mail", mine) as first,
        outbox.exchanges.exchanger("mail", mine) as second,
    ):
        assert first.worker == f"{mine}:mail"
        assert first.worker != second.worker
        assert not is_gone(first.worker)
        assert is_gone(f"{mine}0:mail")
    with outbox.exchanges.exchanger("mail", mine) as third:
        assert third.worker == first.worker


def test_leases_of_an_exchanger_are_renewed_and_recovered(
    outbox: Outbox, mails: Mails, now: datetime
) -> None:
    ids = mails(1)
    with outbox.exchanges.exchanger("mail", "elsewhere:7:1") as exchanger:
        claim(exchanger, now)
    outbox.deliveries.renew(exchanger.worker, LEASE, now + timedelta(minutes=4))
    assert outbox.deliveries.recover(now + timedelta(minutes=8)) == []
    assert [row.id for row in outbox.deliveries.recover(now + timedelta(minutes=9))] == ids


def test_a_lost_connection_is_told_and_made_anew(
    postgres_url: str, tmp_path: Path, edition_draft: Editions, now: datetime
) -> None:
    with Outbox.open(postgres_url, folder=tmp_path) as outbox:
        subscribe(outbox, "daily", [("ann@example.org", ""), ("ben@example.org", "")])
        outbox.editions.enqueue_edition(edition_draft())
        with outbox.exchanges.exchanger("mail", worker_name()) as exchanger:
            first = claim(exchanger, now, 1)[0]
            cut_off(postgres_url)
            with pytest.raises(StorageError, match=r"the database 127\.0\.0\.1"):
                exchanger.exchange([sent(first.id, "a")], 1, now=now, lease=LEASE)
            assert exchanger.release([first.id]) == 0
            assert len(exchanger.exchange([sent(first.id, "a")], 1, now=now, lease=LEASE)) == 1
        assert states(outbox) == [State.SENT, State.SENDING]


def cut_off(url: str) -> None:
    """End every connection to a database but this one."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


def test_a_lock_that_stays_is_told_and_its_end_noticed(
    tmp_path: Path, edition_draft: Editions, now: datetime
) -> None:
    with Outbox.open("sqlite:///p.db", folder=tmp_path, patience=0.05) as outbox:
        outbox.subscribers.add("daily", "ann@example.org")
        outbox.editions.enqueue_edition(edition_draft())
        other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with outbox.exchanges.exchanger("mail", worker_name()) as exchanger:
            for _ in range(2):
                with pytest.raises(StorageError, match="locked") as caught:
                    claim(exchanger, now)
            assert "\n" not in caught.value.message
            assert "another program holds it" in caught.value.hint
            other.execute("COMMIT")
            other.close()
            assert len(claim(exchanger, now)) == 1


WORK = """
now, lease = datetime.now(UTC) + timedelta(seconds=60), timedelta(minutes=5)
taken, sent = [], []
with outbox.exchanges.exchanger("mail", worker_name()) as exchanger:
    while rows := exchanger.exchange(sent, 7, now=now, lease=lease):
        sent = [Outcome(row.id, State.SENT, remote_id="ok") for row in rows]
        taken += [row.id for row in rows]
    exchanger.exchange(sent, 0, now=now, lease=lease)
print(*taken)
"""
ENDLESS = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from publisher.model.deliveries import *
from publisher.outbox.outbox import Outbox
from publisher.outbox.deliveries.workers import worker_name
outbox = Outbox.open(sys.argv[1], folder=Path(sys.argv[2]))
now, lease = datetime.now(UTC) + timedelta(seconds=60), timedelta(minutes=5)
sent = []
with outbox.exchanges.exchanger("mail", worker_name()) as exchanger:
    while rows := exchanger.exchange(sent, 5, now=now, lease=lease):
        for outcome in sent:
            print("settled", outcome.id, flush=True)
        for row in rows:
            print("send", row.id, flush=True)
        sent = [Outcome(row.id, State.SENT, remote_id="ok") for row in rows]
"""


def test_processes_share_the_rows_and_none_twice(
    outbox: Outbox, mails: Mails, database_url: str, tmp_path: Path, together: Together
) -> None:
    ids = mails(400)
    answers = together(4, WORK, database_url, tmp_path)
    assert sorted(int(word) for answer in answers for word in answer.split()) == ids
    assert outbox.stats.counts()["mail"]["sent"] == 400
    assert {row.attempts for row in outbox.operator.find()} == {1}


def test_a_killed_exchanger_leaves_few_rows_and_all_are_named(
    outbox: Outbox, mails: Mails, database_url: str, tmp_path: Path, now: datetime
) -> None:
    mails(120)
    told: list[list[str]] = []
    for lines in (3, 12, 31):
        told += kill_after(lines, database_url, tmp_path)
        lost = outbox.deliveries.recover(now)
        assert len(lost) <= 5 + 5, "what was claimed, and what the last call claimed unheard"
    sent = [int(number) for word, number in told if word == "send"]
    settled = {int(number) for word, number in told if word == "settled"}
    now_in = {row.id: row.state for row in outbox.operator.find()}
    assert len(sent) == len(set(sent)), "nothing went out twice"
    assert all(now_in[number] is State.SENT for number in settled)
    assert all(now_in[number] in {State.SENT, State.UNKNOWN} for number in sent)


def kill_after(lines: int, url: str, folder: Path) -> list[list[str]]:
    command = [sys.executable, "-c", ENDLESS, url, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()
    return [line.split() for line in told if line.endswith("\n")]
