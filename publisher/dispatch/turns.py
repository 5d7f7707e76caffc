"""One channel's turn: ask about the unknown, then claim, send and settle until nothing is due."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.adapters.base import Adapter
from publisher.config import Channel
from publisher.dispatch.allowance import Allowance
from publisher.dispatch.letters import Letters
from publisher.dispatch.reconciling import Reconciler, attempt
from publisher.dispatch.verdicts import Then, Verdict
from publisher.dispatch.watch import Watch
from publisher.messages import Message
from publisher.outbox import Delivery, Outbox

LEASE = timedelta(minutes=10)
FAILURES_IN_A_ROW = 3


@dataclass(slots=True)
class Turn:
    """Works one channel off; `in_trouble` afterwards says that its server did not answer."""

    channel: Channel
    adapter: Adapter[Message]
    outbox: Outbox
    letters: Letters
    clock: Callable[[], datetime]
    worker: str
    watch: Watch
    eager_since: datetime | None = None
    in_trouble: bool = False
    _failures: int = 0

    def run(self) -> None:
        """Send until nothing is due, the channel pauses, its server is in trouble, or a stop."""
        if self._paused():
            return
        connections = max(1, int(getattr(self.adapter, "connections", 1)))
        with ThreadPoolExecutor(connections, thread_name_prefix=self.channel.name) as pool:
            self._ask_about_unknown(pool, connections)
            while self._send_batch(pool, connections):
                pass

    def _paused(self) -> bool:
        state = self.outbox.channel(self.channel.name)
        if state.paused and state.paused_until and state.paused_until <= self.clock():
            self.outbox.resume(self.channel.name)
            return False
        return state.paused

    def _ask_about_unknown(self, pool: ThreadPoolExecutor, connections: int) -> None:
        reconciler = Reconciler(self.adapter, self.channel.on_unknown, self.letters, self.clock)
        while self._may_go_on():
            rows = self.outbox.claim_unknown(
                self.channel.name, connections, worker=self.worker, lease=LEASE, now=self.clock()
            )
            if not rows:
                return
            self._settle(list(pool.map(reconciler.settle, rows)))

    def _send_batch(self, pool: ThreadPoolExecutor, connections: int) -> bool:
        """Send one claim's rows; True if there may be more."""
        if not self._may_go_on():
            return False
        rows = self._claim(connections)
        if not rows:
            return False
        self._settle(list(pool.map(self._attempt, rows)))
        return True

    def _claim(self, connections: int) -> Sequence[Delivery]:
        now = self.clock()
        allowance = Allowance(self.channel, self.adapter, self.outbox, now)
        most = min(connections, allowance.rows())
        if most <= 0:
            return ()
        return self.outbox.claim(
            self.channel.name,
            most,
            worker=self.worker,
            lease=LEASE,
            now=now,
            eager_since=self.eager_since,
        )

    def _attempt(self, delivery: Delivery) -> Verdict:
        return attempt(self.adapter, delivery, self.letters.message(delivery), self.clock)

    def _settle(self, verdicts: Sequence[Verdict]) -> None:
        outcomes = [verdict.outcome for verdict in verdicts]
        self.outbox.settle(outcomes, self.clock(), self.worker)
        self.watch.settled(len(verdicts))
        for verdict in verdicts:
            self._follow(verdict)

    def _follow(self, verdict: Verdict) -> None:
        error = verdict.outcome.error
        match verdict.then:
            case Then.GO_ON:
                self._failures = 0
            case Then.COUNT_FAILURE:
                self._failures += 1
                self.in_trouble = self._failures >= FAILURES_IN_A_ROW
            case Then.PAUSE | Then.STOP_UNTIL_RESUMED:
                self._pause(error, verdict.until)

    def _pause(self, reason: str, until: datetime | None) -> None:
        name = self.channel.name
        if not self.outbox.pause(name, reason, until):
            return
        again = f"until {until:%H:%M:%S %Z}" if until else f"mend it, then: publish resume {name}"
        self.watch.say(f"{name}: paused: {reason}; {again}")

    def _may_go_on(self) -> bool:
        return not (self.in_trouble or self.watch.stopping() or self._paused())
