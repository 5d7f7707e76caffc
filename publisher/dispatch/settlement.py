"""Settlement: the rows that one channel's adapter holds, and what is written down of them next."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import TypeVar

from publisher.dispatch.circuit_breaker import Health
from publisher.dispatch.leases import LEASE
from publisher.dispatch.policy import (
    AdapterBug,
    Then,
    Verdict,
    failed,
    goes_on,
    rough_outcome,
    sent,
    without_doubt,
)
from publisher.dispatch.progress import Watch, tell_step
from publisher.errors import DatabaseGone, StorageError
from publisher.model.contacts import Bounce, SoftLimit
from publisher.model.deliveries import Allowance, Delivery, Doubt, Outcome, State, Ticket
from publisher.model.messages import Later, Receipt
from publisher.outbox.deliveries.bulk import Exchanger
from publisher.outbox.outbox import Outbox

PATIENCE_SECONDS = 60.0
"""How long a database that went away is waited for, with nothing new sent meanwhile."""

STOP_SECONDS = 5.0
"""How much of that is left once somebody wants the process to end."""

RETRY_SECONDS = 0.5
PACE_SECONDS = 5.0
"""How often the pace is noted for whoever asks when the mailing will be done."""

T = TypeVar("T")


@dataclass(slots=True)
class Pending:
    """What is to be written down. `failures` are not judged yet: that takes the whole row."""

    outcomes: list[Outcome] = field(default_factory=list)
    failures: dict[int, Exception] = field(default_factory=dict)
    bounces: list[Bounce] = field(default_factory=list)
    doubts: dict[int, Doubt] = field(default_factory=dict)
    _runs: list[list[int]] = field(default_factory=lambda: [[]])

    def arrived(self, delivery_id: int, receipt: Receipt) -> None:
        """Note a row that was accepted."""
        self.outcomes.append(sent(delivery_id, receipt))
        self.begin_run()

    def begin_run(self) -> None:
        """Something was accepted: refusals in a row begin anew."""
        if self._runs[-1] or len(self._runs) == 1:
            self._runs.append([])

    def failed(self, delivery_id: int, error: Exception) -> None:
        """Note a failure, in the order in which it came."""
        self.failures[delivery_id] = error
        self._runs[-1].append(delivery_id)

    def give_back(self, delivery_id: int) -> None:
        """Queue a row again that was surely not tried."""
        self.outcomes.append(Outcome(delivery_id, State.QUEUED, attempt=False))

    def add(self, verdict: Verdict) -> None:
        """Note what a verdict says of its row."""
        self.outcomes.append(verdict.outcome)
        if verdict.bounce is not None:
            self.bounces.append(verdict.bounce)
        if verdict.doubt is not None:
            self.doubts[verdict.doubt.id] = verdict.doubt
            if verdict.doubt.id not in self._runs[-1]:
                self._runs[-1].append(verdict.doubt.id)

    def weighing(self, *, doubting: bool) -> list[list[Doubt]]:
        """What is to be weighed; empty: nothing was refused, or nothing was `doubting` before."""
        if not self.doubts and not (doubting and len(self._runs) > 1):
            return []
        return [[self.doubts[row] for row in run if row in self.doubts] for run in self._runs]

    def ids(self) -> set[int]:
        """The rows that are held no more once all of it is written down."""
        return {outcome.id for outcome in self.outcomes}

    def ended(self) -> int:
        """How many rows do not go back to the queue."""
        return sum(outcome.state is not State.QUEUED for outcome in self.outcomes)

    def all_outcomes(self) -> list[Outcome]:
        """All of it in the form that can be written without reading anything."""
        return [*self.outcomes, *(rough_outcome(*failure) for failure in self.failures.items())]


@dataclass(slots=True)
class Meter:
    """Counts messages, and says every few seconds how many a second there were."""

    _count: int = 0
    _since: float = field(default_factory=time.monotonic)

    def after(self, more: int) -> float | None:
        """Messages a second since it was last said; None: it was said just now."""
        self._count += more
        seconds = time.monotonic() - self._since
        if seconds < PACE_SECONDS:
            return None
        rate = self._count / seconds
        self._count, self._since = 0, time.monotonic()
        return rate


@dataclass(slots=True)
class Unwritten:
    """Outcomes that the database would not take, for the next time.

    A crash forgets them: the rows then become unknown, as after any crash.
    """

    _kept: list[tuple[Sequence[Outcome], datetime, str]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, outcomes: Sequence[Outcome], now: datetime, worker: str) -> None:
        """Keep what `worker` could not write."""
        if outcomes:
            with self._lock:
                self._kept.append((outcomes, now, worker))

    def count(self) -> int:
        """How many outcomes are kept."""
        with self._lock:
            return sum(len(outcomes) for outcomes, _, _ in self._kept)

    def settle(self, outbox: Outbox) -> None:
        """Write what could not be written before.

        Raises:
            StorageError: it still cannot.
        """
        with self._lock:
            while self._kept:
                outbox.deliveries.settle(*self._kept[0])
                del self._kept[0]


@dataclass(slots=True)
class Settlement:
    """Settles and claims in one transaction, and waits for a database that went away."""

    exchanger: Exchanger
    outbox: Outbox
    health: Health
    watch: Watch
    clock: Callable[[], datetime]
    retry_for: timedelta
    eager_since: datetime | None = None
    patience: float = PATIENCE_SECONDS
    soft_limit: SoftLimit = field(default_factory=SoftLimit)
    pending: Pending = field(default_factory=Pending)
    _doubting: bool = False
    _until: float | None = None  # when patience with the database ends; None: it answers
    _held: dict[int, str] = field(default_factory=dict)  # the rows' recipients
    _pace: Meter = field(default_factory=Meter)

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self.exchanger.channel

    @property
    def held(self) -> set[int]:
        """The rows that the adapter has."""
        return set(self._held)

    def begin(self) -> None:
        """Let go of rows that an earlier run claimed without hearing of it: surely untried."""
        self._patiently(lambda: self.exchanger.release(()))
        self.look()

    def look(self) -> None:
        """See whether another process was refused, so that what is accepted here matters."""
        self._doubting = self.outbox.doubts.has_any(self.channel)

    def exchange(
        self,
        rows: int = 0,
        now: datetime | None = None,
        allowance: Allowance | None = None,
        *,
        urgent: bool = False,
    ) -> list[Ticket]:
        """Write down what is to be settled, and claim up to `rows` more, or of the urgent ones.

        Raises:
            StorageError: the database did not come back in time; nothing is forgotten.
        """
        if not (rows or self.pending.outcomes or self.pending.failures):
            return []
        moment = now or self.clock()
        return self._patiently(lambda: self._exchange(rows, moment, allowance, urgent=urgent))

    def judge(self) -> None:
        """Turn failures into outcomes, by what their rows say.

        Raises:
            StorageError: the database did not come back in time; nothing is forgotten.
        """
        if self.pending.failures:
            self._patiently(lambda: self._judge(self.clock()))

    def claim_unknown(self, rows: int) -> list[Delivery]:
        """Take up to `rows` unknown rows that are due to be asked about."""
        claim = partial(self.outbox.deliveries.claim_unknown, self.channel, rows, lease=LEASE)
        return self._patiently(lambda: claim(worker=self.exchanger.worker, now=self.clock()))

    def settle(self, verdicts: Iterable[Verdict]) -> None:
        """Write down what was found out about unknown rows."""
        for verdict in verdicts:
            if verdict.outcome.state is State.SENT:
                self.pending.begin_run()
            self._decide(verdict, self.clock())
        self.exchange()

    def keep(self, delivery: Delivery, later: Later) -> bool:
        """Write down at once where a row that is being sent goes on; called from any thread.

        False: it is not this worker's any more, or the database cannot be written.
        """
        step = goes_on(delivery.id, later)
        with suppress(StorageError):
            return self.outbox.deliveries.keep_step(step, self.exchanger.worker)
        return False

    def next_due(self) -> datetime | None:
        """When the next of the queued rows is due."""
        return self.outbox.stats.next_due(self.channel)

    def unanswered(self) -> set[int]:
        """The rows that the adapter holds and has said nothing of."""
        return self._held.keys() - self.pending.ids() - self.pending.failures.keys()

    def lose(self, what: str) -> str:
        """Take every row that nothing was said of as unknown; says that the adapter is to blame."""
        for delivery_id in self.unanswered():
            self.pending.failed(delivery_id, AdapterBug(what))
        return f"a mistake in the adapter: {what}"

    def name_lost(self) -> None:
        """Name the recipients whose rows can be written no more, and what became of each."""
        fates = {each.id: each.state.value for each in self.pending.all_outcomes()}
        for delivery_id, recipient in self._held.items():
            fate = fates.get(delivery_id, State.UNKNOWN.value)
            who = recipient or f"message {delivery_id}"
            self.watch.say(f"{self.channel}: {who}: {fate}, which is not written down")

    def _exchange(
        self, rows: int, now: datetime, allowance: Allowance | None, *, urgent: bool
    ) -> list[Ticket]:
        tell_step(self.outbox.clock.keep(now), self.watch)
        if self.eager_since is not None:  # the clock may have been set back
            self.eager_since = min(self.eager_since, now)
        self._judge(now)
        pending = self.pending
        if pending.bounces:
            self.outbox.bounces.record(pending.bounces, self.soft_limit)
        weighing = pending.weighing(doubting=self._doubting)
        tickets = self.exchanger.exchange(
            pending.outcomes,
            rows,
            now=now,
            lease=LEASE,
            eager_since=self.eager_since,
            weighing=weighing,
            allowance=allowance,
            urgent=urgent,
        )
        self.pending = Pending()
        for outcome in pending.outcomes:
            self._held.pop(outcome.id, None)
        self._held.update((ticket.id, ticket.recipient) for ticket in tickets)
        if weighing:
            self._doubting = bool(weighing[-1]) or (self._doubting and len(weighing) == 1)
        if self.exchanger.pause_reason:
            self.health.paused(self.exchanger.pause_reason)
        self._report(pending.ended(), now)
        return tickets

    def _report(self, ended: int, now: datetime) -> None:
        """Say how far it is; what has been exchanged stays so whether or not that can be noted."""
        self.watch.settled(ended)
        rate = self._pace.after(ended)
        if rate is not None:
            with suppress(StorageError):
                self.outbox.throughput.record(self.channel, self.exchanger.worker, rate, now)

    def _judge(self, now: datetime) -> None:
        failures = self.pending.failures
        for row in self.outbox.operator.find(ids=sorted(failures)) if failures else ():
            self._decide(failed(row, failures[row.id], now, self.retry_for), now)
            del failures[row.id]

    def _decide(self, verdict: Verdict, now: datetime) -> None:
        """Note a verdict, and what it means for the channel."""
        if verdict.then is Then.DOUBT:
            blame = self.outbox.doubts.blame(self.channel, verdict.outcome.id, now)
            verdict = without_doubt(verdict, blame, now)
        self.health.follow(verdict)
        self.pending.add(verdict)

    def _patiently(self, call: Callable[[], T]) -> T:
        """Try until the database answers; a claim whose answer was lost is taken back first.

        Patience is spent once, however many rows wait, and little of it is left at a stop. It does
        not bring back a database that was replaced.
        """
        while True:
            begun = time.monotonic()
            try:
                if self._until is not None:
                    self.exchanger.release(self._held)
                found = call()
            except DatabaseGone:
                raise
            except StorageError as error:
                self._lose_patience(error, begun)
                time.sleep(RETRY_SECONDS)
            else:
                self._until = None
                return found

    def _lose_patience(self, error: StorageError, begun: float) -> None:
        """Say once what is waited for; raise `error` where it has been for long enough.

        A try that began at `begun` may have waited long for another program's lock.
        """
        now = time.monotonic()
        if self._until is None:
            self._until = now + self.patience
            self.watch.say(f"{self.channel}: {error.message}; nothing is sent meanwhile")
        if self.watch.stopping():
            self._until = min(self._until, begun + STOP_SECONDS)
        if now >= self._until:
            raise error
