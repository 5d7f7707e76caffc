"""One channel's turn: ask about the unknown, then claim, send and settle until nothing is due."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.adapters.base import Adapter
from publisher.config import Channel
from publisher.dispatch.allowance import Allowance, next_month
from publisher.dispatch.letters import Letters
from publisher.dispatch.reconciling import Reconciler, Sender
from publisher.dispatch.settling import Settler
from publisher.dispatch.verdicts import Then, Verdict
from publisher.dispatch.watch import Watch
from publisher.errors import StorageError
from publisher.messages import Message
from publisher.outbox import Delivery, Outbox, Outcome, State

LEASE = timedelta(minutes=10)
RENEW_SECONDS = 120.0
FAILURES_IN_A_ROW = 3


@dataclass(slots=True)
class Turn:
    """Works one channel off; `trouble` afterwards is what its server failed with, if it did."""

    channel: Channel
    adapter: Adapter[Message]
    outbox: Outbox
    letters: Letters
    settler: Settler
    clock: Callable[[], datetime]
    watch: Watch
    eager_since: datetime | None = None
    trouble: str = ""
    _failures: int = 0
    _allowance: Allowance = field(init=False)
    _sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self._allowance = Allowance(self.channel, self.adapter, self.outbox)
        self._sender = Sender(self.adapter, self.letters, self.clock)

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
        return self.outbox.channel(self.channel.name).is_paused(self.clock())

    def _ask_about_unknown(self, pool: ThreadPoolExecutor, connections: int) -> None:
        reconciler = Reconciler(self._sender, self.channel.on_unknown)
        while self._may_go_on():
            rows = self.outbox.claim_unknown(
                self.channel.name,
                connections,
                worker=self.settler.worker,
                lease=LEASE,
                now=self.clock(),
            )
            if not rows:
                return
            self._settle(self._all(pool, reconciler.settle, rows))

    def _send_batch(self, pool: ThreadPoolExecutor, connections: int) -> bool:
        """Send one claim's rows; True if there may be more."""
        if not self._may_go_on():
            return False
        rows = self._claim(connections)
        if not rows or self._overdrawn(rows):
            return False
        self._settle(self._all(pool, self._sender.send, rows))
        return True

    def _claim(self, connections: int) -> Sequence[Delivery]:
        now = self.clock()
        bounded = self._allowance.bounds()
        return self.outbox.claim(
            self.channel.name,
            (lambda: min(connections, self._allowance.rows(now))) if bounded else connections,
            worker=self.settler.worker,
            lease=LEASE,
            now=now,
            eager_since=self.eager_since,
        )

    def _overdrawn(self, rows: Sequence[Delivery]) -> bool:
        """Give the rows back, and pause, if there is no money left for them."""
        now = self.clock()
        reason = self._allowance.overdrawn(now)
        if reason:
            back = [Outcome(row.id, State.QUEUED, attempt=False) for row in rows]
            self.settler.settle(back, now)
            self._pause(reason, next_month(now))
        return bool(reason)

    def _all(
        self,
        pool: ThreadPoolExecutor,
        call: Callable[[Delivery], Verdict],
        rows: Sequence[Delivery],
    ) -> list[Verdict]:
        """The verdicts on all rows; slow ones are held on to, so that nobody takes them over."""
        calls = [pool.submit(call, row) for row in rows]
        while wait(calls, timeout=RENEW_SECONDS).not_done:
            with suppress(StorageError):
                self.outbox.renew(self.settler.worker, LEASE, self.clock())
        return [each.result() for each in calls]

    def _settle(self, verdicts: Sequence[Verdict]) -> None:
        self.settler.settle([verdict.outcome for verdict in verdicts], self.clock())
        self.watch.settled(len(verdicts))
        for verdict in verdicts:
            self._follow(verdict)

    def _follow(self, verdict: Verdict) -> None:
        match verdict.then:
            case Then.GO_ON:
                self._failures, self.trouble = 0, ""
            case Then.COUNT_FAILURE:
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    self.trouble = verdict.outcome.error
            case Then.PAUSE | Then.STOP_UNTIL_RESUMED:
                self._pause(verdict.outcome.error, verdict.until)

    def _pause(self, reason: str, until: datetime | None) -> None:
        name = self.channel.name
        before = self.outbox.channel(name)
        stopped = before.paused and before.paused_until is None
        if stopped or not self.outbox.pause(name, reason, until):
            return
        again = f"until {until:%Y-%m-%d %H:%M:%S %Z}" if until else f"publish resume {name}"
        self.watch.say(f"{name}: paused: {reason}; {again}")

    def _may_go_on(self) -> bool:
        return not (self.trouble or self.watch.stopping() or self._paused())
