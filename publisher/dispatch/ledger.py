"""Ledger: the rows that one channel's bulk adapter holds, and what is written down of them next."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from publisher.dispatch.backoff import RETRY_FOR
from publisher.dispatch.following import Follower
from publisher.dispatch.leases import LEASE
from publisher.dispatch.policy import Verdict, failed, unreadable
from publisher.dispatch.progress import Watch, tell_step
from publisher.errors import DatabaseGone, DeliveryError, OutcomeUnknown, Rejected, StorageError
from publisher.model.contacts import Bounce
from publisher.model.deliveries import Doubt, Outcome, State, Ticket, Weighing
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
class Settling:
    """What is to be written down: arrived rows by number and remote id, and the rest.

    `failures` and `unreadable` are not judged yet: that takes the whole row.
    """

    sent: list[tuple[int, str]] = field(default_factory=list)
    other: list[Outcome] = field(default_factory=list)
    failures: dict[int, DeliveryError] = field(default_factory=dict)
    unreadable: dict[int, Exception] = field(default_factory=dict)
    bounces: list[Bounce] = field(default_factory=list)
    doubts: dict[int, Doubt] = field(default_factory=dict)
    _runs: list[list[int]] = field(default_factory=lambda: [[]])

    def arrived(self, number: int, remote_id: str) -> None:
        """Note a row that was accepted; refusals in a row begin anew."""
        self.sent.append((number, remote_id))
        if self._runs[-1] or len(self._runs) == 1:
            self._runs.append([])

    def failed(self, number: int, error: DeliveryError) -> None:
        """Note a failure, in the order in which it came."""
        self.failures[number] = error
        self._runs[-1].append(number)

    def weighing(self, channel: str, *, doubting: bool) -> Weighing | None:
        """What is to be weighed; None: nothing was refused, or nothing was `doubting` before."""
        if not self.doubts and not (doubting and self.sent):
            return None
        runs = [[self.doubts[n] for n in run if n in self.doubts] for run in self._runs]
        return Weighing(channel, runs)

    def give_back(self, number: int) -> None:
        """Queue a row again that was surely not tried."""
        self.other.append(Outcome(number, State.QUEUED, attempt=False))

    def broken(self, number: int, error: Exception) -> None:
        """Note a row of which no mail can be made."""
        self.unreadable[number] = error

    def add(self, verdict: Verdict) -> None:
        """Note what a verdict says of its row."""
        self.other.append(verdict.outcome)
        if verdict.bounce is not None:
            self.bounces.append(verdict.bounce)
        if verdict.doubt is not None:
            self.doubts[verdict.doubt.delivery_id] = verdict.doubt

    def numbers(self) -> set[int]:
        """The rows that are held no more once all of it is written down."""
        return {number for number, _ in self.sent} | {each.delivery_id for each in self.other}

    def ended(self) -> int:
        """How many rows do not go back to the queue."""
        back = sum(outcome.state is State.QUEUED for outcome in self.other)
        return len(self.sent) + len(self.other) - back

    def unjudged(self) -> set[int]:
        """The rows whose outcome depends on more than the error."""
        return {*self.failures, *self.unreadable}

    def outcomes(self) -> list[Outcome]:
        """All of it in the form that a Settler keeps."""
        arrived = [Outcome(number, State.SENT, remote_id=remote) for number, remote in self.sent]
        errors = {**self.failures, **self.unreadable}
        return [*arrived, *self.other, *(_rough(number, errors[number]) for number in errors)]


@dataclass(slots=True)
class Pace:
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
class Ledger:
    """Settles and claims in one transaction, and waits for a database that went away."""

    channel: str
    outbox: Outbox
    exchanger: Exchanger
    follower: Follower
    watch: Watch
    clock: Callable[[], datetime]
    eager_since: datetime | None = None
    retry_for: timedelta = RETRY_FOR
    doubting: bool = False
    settling: Settling = field(default_factory=Settling)
    _until: float | None = None  # when patience with the database ends; None: it answers
    _held: dict[int, str] = field(default_factory=dict)  # the rows' readers
    _pace: Pace = field(default_factory=Pace)

    def turn(self, rows: int, now: datetime) -> list[Ticket]:
        """Write down what is to be settled, and claim up to `rows` more.

        Raises:
            StorageError: the database did not come back in time; nothing is forgotten.
        """
        if not (rows or self.settling.outcomes()):
            return []
        return self._patiently(lambda: self._exchange(rows, now))

    def begin(self) -> None:
        """Let go of rows that an earlier turn claimed without hearing of it: surely untried."""
        self.exchanger.release(())
        self.look()

    def look(self) -> None:
        """See whether another process was refused, so that what is accepted here matters."""
        self.doubting = self.outbox.doubts.has_any(self.channel)

    @property
    def held(self) -> set[int]:
        """The rows that the adapter has."""
        return set(self._held)

    def next_due(self) -> datetime | None:
        """When the next of the queued rows is due."""
        return self.outbox.stats.next_due(self.channel)

    def unanswered(self) -> set[int]:
        """The rows that the adapter holds and has said nothing of."""
        return self._held.keys() - self.settling.numbers() - self.settling.unjudged()

    def name_lost(self) -> None:
        """Name the readers whose rows can be written no more, and what became of their mails."""
        fates = {each.delivery_id: each.state.value for each in self.settling.outcomes()}
        for number, recipient in self._held.items():
            fate = fates.get(number, State.UNKNOWN.value)
            self.watch.say(f"{self.channel}: {recipient}: {fate}, which is not written down")

    def lose(self, mistake: str) -> str:
        """Take every row that nothing was said of as unknown; says that the adapter is to blame."""
        bug = OutcomeUnknown(f"a mistake in the adapter: {mistake}")
        self.settling.failures |= dict.fromkeys(self.unanswered(), bug)
        return str(bug)

    def _exchange(self, rows: int, now: datetime) -> list[Ticket]:
        self._keep_time(now)
        self._judge(now)
        settling = self.settling
        if settling.bounces:
            self.outbox.bounces.record(settling.bounces)
        weighing = settling.weighing(self.channel, doubting=self.doubting)
        tickets = self.exchanger.exchange(
            settling.sent,
            settling.other,
            rows,
            now=now,
            lease=LEASE,
            eager_since=self.eager_since,
            weighing=weighing,
        )
        self.settling = Settling()
        for number in settling.numbers():
            self._held.pop(number, None)
        self._held.update((ticket.id, ticket.recipient) for ticket in tickets)
        if weighing is not None:
            self._weighed(weighing)
        self._tell(settling.ended(), now)
        return tickets

    def _keep_time(self, now: datetime) -> None:
        """Where the clock was set back, bring back what waits, and what a person asked for."""
        tell_step(self.outbox.clock.keep(now), self.watch)
        if self.eager_since is not None:
            self.eager_since = min(self.eager_since, now)

    def _weighed(self, weighing: Weighing) -> None:
        """What the transaction made of refusals."""
        self.doubting = bool(weighing.runs[-1]) or (self.doubting and len(weighing.runs) == 1)
        if self.exchanger.doubted:
            self.follower.doubted(self.exchanger.doubted)

    def _tell(self, ended: int, now: datetime) -> None:
        """Say how far it is; what has been exchanged stays so whether or not that can be noted."""
        self.watch.settled(ended)
        rate = self._pace.after(ended)
        if rate is not None:
            with suppress(StorageError):
                self.outbox.throughput.record(self.channel, self.exchanger.worker, rate, now)

    def _judge(self, now: datetime) -> None:
        """Turn failures into outcomes, by what their rows say."""
        settling = self.settling
        numbers = sorted(settling.unjudged())
        if not numbers:
            return
        for row in self.outbox.operator.find(ids=numbers):
            error = settling.failures.pop(row.id, None)
            broken = settling.unreadable.pop(row.id, None)
            if error:
                verdict = failed(row, error, now, self.retry_for)
            else:
                verdict = unreadable(row, broken or KeyError())
            settling.add(verdict)
            self.follower.follow(verdict)

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
            self._until = now + PATIENCE_SECONDS
            self.watch.say(f"{self.channel}: {error.message}; nothing is sent meanwhile")
        if self.watch.stopping():
            self._until = min(self._until, begun + STOP_SECONDS)
        if now > self._until:
            raise error


def _rough(number: int, error: Exception) -> Outcome:
    """The outcome of a failure whose row cannot be read now."""
    if isinstance(error, OutcomeUnknown):
        return Outcome(number, State.UNKNOWN, error=str(error), status=error.status)
    if isinstance(error, Rejected):
        return Outcome(number, State.REJECTED, error=str(error), status=error.status)
    return Outcome(number, State.QUEUED, error=str(error), attempt=False)
