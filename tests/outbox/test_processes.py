"""Real processes on one database, some of them killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.model.deliveries import Outcome, State
from publisher.outbox.deliveries.workers import worker_name
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.contacts import subscribe
from tests.outbox.fixture_types import Mails, Together

OPEN = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from publisher.model.deliveries import *
from publisher.outbox.outbox import Outbox
from publisher.outbox.deliveries.workers import worker_name
from tests.claims import claim_rows
outbox = Outbox.open(sys.argv[1], folder=Path(sys.argv[2]))
"""
PLAN = """
slot = datetime(2026, 3, 1, 7, tzinfo=UTC)
included = [Included("https://e.example/a", "a.md", "A", "", slot)]
result = outbox.editions.enqueue_edition(
    EditionDraft("daily", slot, slot, included, {}, "mail", Rendered("S", "h", "t"), "", ""))
print(result.new, result.edition_id, result.deliveries)
"""
PLAN_NOTES = """
start = datetime(2026, 3, 1, 7, tzinfo=UTC)
added = 0
for hour in range(5):
    slot = start + timedelta(hours=hour)
    notes = [NoteDraft("fediverse", "a.md", f"https://e.example/{n}", "{}") for n in range(3)]
    draft = NotesDraft("social", slot, slot, [], {}, notes)
    added += outbox.editions.enqueue_notes(draft).deliveries
print(added)
"""
CLAIM = """
worker, now = worker_name(), datetime.now(UTC) + timedelta(seconds=60)
taken = []
while rows := claim_rows(outbox,
    "mail", 9, worker=worker, lease=timedelta(minutes=5), now=now):
    outbox.deliveries.settle([Outcome(row.id, State.SENT) for row in rows], now, worker=worker)
    taken += [row.id for row in rows]
print(*taken)
"""
CANCEL = """
mine = [row.id for row in outbox.operator.find()]
if number % 2:
    print("cancelled", sum(outbox.operator.cancel([one]) for one in reversed(mine)))
else:
    now, count = datetime.now(UTC) + timedelta(seconds=60), 0
    while rows := claim_rows(outbox,
    "mail", 1, worker="w", lease=timedelta(minutes=5), now=now):
        count += len(rows)
    print("claimed", count)
"""
SEND_FOREVER = (
    OPEN
    + """
worker, now = worker_name(), datetime.now(UTC) + timedelta(seconds=60)
while rows := claim_rows(outbox,
    "mail", 5, worker=worker, lease=timedelta(minutes=5), now=now):
    for row in rows:
        print("send", row.id, flush=True)
    outbox.deliveries.settle([Outcome(row.id, State.SENT) for row in rows], now, worker=worker)
    for row in rows:
        print("settled", row.id, flush=True)
"""
)
HOLD = (
    OPEN
    + """
now = datetime.now(UTC) + timedelta(seconds=60)
rows = claim_rows(outbox, "mail", 5, worker=worker_name(), lease=timedelta(minutes=5), now=now)
print(len(rows), flush=True)
sys.stdin.read()
"""
)


def test_ten_processes_plan_one_edition(
    outbox: Outbox, database_url: str, tmp_path: Path, together: Together
) -> None:
    rows = [(f"reader{number}@example.org", "") for number in range(200)]
    subscribe(outbox, "daily", rows)
    answers = together(10, PLAN, database_url, tmp_path)
    assert sorted(answers) == ["False 1 0"] * 9 + ["True 1 200"]
    assert len(outbox.operator.find()) == 200
    assert len(outbox.editions.included("daily", datetime.fromtimestamp(0, UTC))) == 1
    assert len(outbox.editions.history("daily")) == 1


def test_ten_processes_plan_each_note_once(
    outbox: Outbox, database_url: str, tmp_path: Path, together: Together
) -> None:
    answers = together(10, PLAN_NOTES, database_url, tmp_path)
    assert sum(map(int, answers)) == 3
    assert len(outbox.operator.find()) == 3


def test_no_row_is_claimed_twice(
    outbox: Outbox, mails: Mails, database_url: str, tmp_path: Path, together: Together
) -> None:
    ids = mails(400)
    answers = together(5, CLAIM, database_url, tmp_path)
    taken = [int(number) for answer in answers for number in answer.split()]
    assert sorted(taken) == ids
    assert outbox.stats.counts()["mail"]["sent"] == 400


def test_a_row_is_cancelled_or_claimed_never_both(
    outbox: Outbox, mails: Mails, database_url: str, tmp_path: Path, together: Together
) -> None:
    mails(60)
    answers = [line.split() for line in together(4, CANCEL, database_url, tmp_path)]
    told = {word: sum(int(count) for kind, count in answers if kind == word) for word, _ in answers}
    counts = outbox.stats.counts()["mail"]
    assert told == {"cancelled": counts["cancelled"], "claimed": counts["sending"]}
    assert counts["cancelled"] + counts["sending"] == 60


@contextmanager
def sender(code: str, url: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, url, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_killed_worker_loses_nothing_and_names_what_it_held(
    outbox: Outbox, mails: Mails, database_url: str, tmp_path: Path, now: datetime
) -> None:
    ids = mails(120)
    sent: list[int] = []
    settled: set[int] = set()
    for lines in (3, 17, 26, 41):
        told = run_and_kill(database_url, tmp_path, lines)
        sent += [number for word, number in told if word == "send"]
        settled |= {number for word, number in told if word == "settled"}
    unknown = outbox.deliveries.recover(now)
    assert len(unknown) <= 4 * 5
    states = {row.id: row.state for row in outbox.operator.find()}
    assert sorted(states) == ids
    assert set(states.values()) <= {State.SENT, State.UNKNOWN, State.QUEUED}
    assert all(states[number] is State.SENT for number in settled)
    assert all(states[number] is not State.QUEUED for number in sent), "a byte left: never queued"
    assert len(sent) == len(set(sent)), "nothing went out twice"
    assert {row.error for row in unknown} == {"the sender died while this message was in flight"}
    rest = claim_rows(
        outbox, "mail", 999, worker=worker_name(), lease=timedelta(minutes=1), now=now
    )
    outbox.deliveries.settle([Outcome(row.id, State.SENT) for row in rest], now)
    assert outbox.stats.counts()["mail"]["sent"] + len(unknown) == 120


def run_and_kill(url: str, folder: Path, lines: int) -> list[tuple[str, int]]:
    """Kill a sender after so many lines; gives all that it said."""
    with sender(SEND_FOREVER, url, folder) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()
    pairs = (line.split() for line in told if line.endswith("\n"))
    return [(word, int(number)) for word, number in pairs]


def test_recovery_by_another_process_is_immediate(
    outbox: Outbox, mails: Mails, database_url: str, tmp_path: Path, now: datetime
) -> None:
    ids = mails(7)
    with sender(HOLD, database_url, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "5\n"
        os.kill(process.pid, signal.SIGSTOP)
        assert outbox.deliveries.recover(now) == [], "it stands still, but it lives"
        os.kill(process.pid, signal.SIGKILL)
    assert [row.id for row in outbox.deliveries.recover(now)] == ids[:5]
