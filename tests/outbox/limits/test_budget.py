"""What costs money is claimed as far as the month's budget goes, whoever claims."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from publisher.model.deliveries import Allowance, NoteDraft, NotesDraft, Outcome, State
from publisher.outbox.outbox import Outbox

SLOT = datetime(2026, 3, 1, 7, tzinfo=UTC)
LEASE = timedelta(minutes=5)
CLAIM = """
from decimal import Decimal
now, lease = datetime.now(UTC) + timedelta(seconds=60), timedelta(minutes=5)
allowance = Allowance(Decimal("5"), now - timedelta(days=1))
taken, sent = [], []
with outbox.exchanges.exchanger("birds", worker_name()) as exchanger:
    while rows := exchanger.exchange(sent, 1, now=now, lease=lease, allowance=allowance):
        sent = [Outcome(row.id, State.SENT) for row in rows]
        taken += [row.id for row in rows]
print(*taken)
"""


def queue(outbox: Outbox, *prices: str) -> None:
    notes = [
        NoteDraft("birds", f"{number}.md", f"https://e.example/{number}", "{}", Decimal(price))
        for number, price in enumerate(prices)
    ]
    outbox.editions.enqueue_notes(NotesDraft("social", SLOT, SLOT, [], {}, notes))


def test_many_processes_never_spend_more_than_there_is(
    outbox: Outbox,
    database_url: str,
    tmp_path: Path,
    together: Callable[[int, str, str, Path], list[str]],
) -> None:
    queue(outbox, *["0.20"] * 60)
    told = together(4, CLAIM, database_url, tmp_path)
    taken = [int(word) for line in told for word in line.split()]
    assert len(taken) == len(set(taken)) == 25
    assert outbox.budget.spent_since("birds", SLOT) == Decimal("5.00")
    assert outbox.budget.waiting_cost("birds") == Decimal("7.00")


def test_the_last_dollar_goes_to_the_one_who_claims_it(outbox: Outbox) -> None:
    """Two that claim at once do not both give back what one of them could pay."""
    queue(outbox, "0.20", "0.20")
    now = datetime.now(UTC) + timedelta(seconds=60)
    allowance = Allowance(Decimal("0.30"), SLOT)
    found = []
    for worker in ("a", "b"):
        with outbox.exchanges.exchanger("birds", worker) as exchanger:
            rows = exchanger.exchange([], 1, now=now, lease=LEASE, allowance=allowance)
            found.append((len(rows), exchanger.lacking))
    assert found == [(1, None), (0, Decimal("0.20"))]


def test_what_was_not_sent_is_not_spent(outbox: Outbox) -> None:
    queue(outbox, "0.20", "0.20")
    now = datetime.now(UTC) + timedelta(seconds=60)
    allowance = Allowance(Decimal("0.20"), SLOT)
    with outbox.exchanges.exchanger("birds", "a") as exchanger:
        for _ in range(2):
            (row,) = exchanger.exchange([], 1, now=now, lease=LEASE, allowance=allowance)
            exchanger.exchange([Outcome(row.id, State.REJECTED)], 0, now=now, lease=LEASE)
            assert exchanger.lacking is None
    assert outbox.budget.spent_since("birds", SLOT) == 0
