"""Any order of events keeps the promise: confirmed once, never lost, never sent when cancelled."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from publisher.model.deliveries import EditionDraft, Outcome, Rendered, State
from publisher.model.posts import Included
from publisher.outbox.outbox import Outbox
from tests.claims import claim_rows
from tests.contacts import subscribe

SLOT = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
READERS = 4
ENDS = st.sampled_from([State.SENT, State.REJECTED, State.UNKNOWN, State.QUEUED])
INDEX = st.integers(0, READERS - 1)


class Mailing(RuleBasedStateMachine):
    """Two workers, a person and a clock work on one edition."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.outbox = Outbox.open("sqlite:///p.db", folder=Path(self.folder.name))
        self.now = datetime.now(UTC) + timedelta(minutes=1)
        self.held: dict[str, set[int]] = {"elsewhere:1:a": set(), "elsewhere:2:b": set()}
        self.sent: set[int] = set()
        self.ids: list[int] = []

    def teardown(self) -> None:
        self.outbox.close()
        self.folder.cleanup()

    @initialize()
    def plan(self) -> None:
        rows = [(f"r{number}@example.org", "") for number in range(READERS)]
        subscribe(self.outbox, "daily", rows)
        included = [Included("u", "p", "t", "", SLOT)]
        draft = EditionDraft(
            "daily", SLOT, SLOT, included, {}, "mail", Rendered("", "", ""), "", ""
        )
        self.outbox.editions.enqueue_edition(draft)
        assert not self.outbox.editions.enqueue_edition(draft).new
        self.ids = [row.id for row in self.outbox.operator.find()]

    def states(self) -> dict[int, State]:
        return {row.id: row.state for row in self.outbox.operator.find()}

    @rule(worker=st.sampled_from(["elsewhere:1:a", "elsewhere:2:b"]), limit=st.integers(1, 3))
    def claim(self, worker: str, limit: int) -> None:
        before = self.states()
        rows = claim_rows(self.outbox, "mail", limit, worker=worker, lease=LEASE, now=self.now)
        assert all(before[row.id] is State.QUEUED for row in rows)
        for other in self.held.values():
            other.difference_update(row.id for row in rows)
        self.held[worker] |= {row.id for row in rows}

    @rule(worker=st.sampled_from(["elsewhere:1:a", "elsewhere:2:b"]))
    def ask(self, worker: str) -> None:
        before = self.states()
        rows = self.outbox.deliveries.claim_unknown(
            "mail", 2, worker=worker, lease=LEASE, now=self.now
        )
        assert all(before[row.id] is State.UNKNOWN for row in rows)
        for other in self.held.values():
            other.difference_update(row.id for row in rows)
        self.held[worker] |= {row.id for row in rows}

    @rule(worker=st.sampled_from(["elsewhere:1:a", "elsewhere:2:b"]), number=INDEX, end=ENDS)
    def settle(self, worker: str, number: int, end: State) -> None:
        row = self.ids[number]
        before = self.states()[row]
        outcome = Outcome(row, end, not_before=self.now)
        self.outbox.deliveries.settle([outcome], self.now, worker=worker)
        after = self.states()[row]
        if end is State.SENT:
            assert after is State.SENT
            self.sent.add(row)
        elif row not in self.held[worker]:
            assert after is before
        self.held[worker].discard(row)

    @rule()
    def recover(self) -> None:
        lost = {row.id for row in self.outbox.deliveries.recover(self.now)}
        for mine in self.held.values():
            mine.difference_update(lost)

    @rule(minutes=st.sampled_from([1, 4, 6, -10]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(number=INDEX)
    def cancel(self, number: int) -> None:
        row = self.ids[number]
        before = self.states()[row]
        assert self.outbox.operator.cancel([row]) == (before is State.QUEUED)

    @rule(number=INDEX)
    def retry(self, number: int) -> None:
        row = self.ids[number]
        before = self.states()[row]
        over = before in {State.REJECTED, State.CANCELLED}
        assert self.outbox.operator.retry([row]) == over

    @rule(number=INDEX)
    def resolve(self, number: int) -> None:
        row = self.ids[number]
        before = self.states()[row]
        assert self.outbox.operator.resolve([row], "sent") == (before is State.UNKNOWN)
        if before is State.UNKNOWN:
            self.sent.add(row)
            for mine in self.held.values():
                mine.discard(row)

    @precondition(lambda self: self.ids)
    @invariant()
    def nothing_is_lost_and_sent_stays_sent(self) -> None:
        states = self.states()
        assert list(states) == self.ids
        assert {row for row, state in states.items() if state is State.SENT} == self.sent
        assert sum(self.outbox.stats.counts()["mail"].values()) == READERS


TestMailing = Mailing.TestCase
TestMailing.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
