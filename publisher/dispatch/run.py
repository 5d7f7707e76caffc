"""One channel's turn: ask about the unknown, then claim, send and settle until nothing is due."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from publisher.adapters.base import Adapter, SendsMany
from publisher.config import Channel
from publisher.dispatch.doubts import without_doubt
from publisher.dispatch.following import Follower, Tally
from publisher.dispatch.leases import LEASE, RENEW_SECONDS
from publisher.dispatch.limits.channel import Grant, Limits, too_dear
from publisher.dispatch.policy import Verdict
from publisher.dispatch.progress import Watch, tell_step
from publisher.dispatch.reconcile import Reconciler, Sender
from publisher.dispatch.render import Letters
from publisher.dispatch.settlement import Settler
from publisher.errors import StorageError
from publisher.model.deliveries import Delivery, Doubt, State, Ticket, Weighing
from publisher.model.messages import Message
from publisher.outbox.outbox import Outbox
from publisher.schedule import month_start

WORTH_WAITING = timedelta(seconds=5)
"""A limit that lets the next message go within this time is waited for; else the turn ends."""

WAIT_SECONDS = 1.0

_UNSENT = (State.QUEUED, State.REJECTED)


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
    limits: Limits
    eager_since: datetime | None = None
    tally: Tally = field(default_factory=Tally)
    _follower: Follower = field(init=False)
    _sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        name = self.channel.name
        self._follower = Follower(name, self.outbox, self.watch, self.clock, tally=self.tally)
        self._sender = Sender(self.adapter, self.letters, self.clock, self.channel.retry_for)

    @property
    def trouble(self) -> str:
        """What the channel's server failed with several times in a row; "" if it did not."""
        return self._follower.trouble

    @property
    def well(self) -> bool:
        """Whether the server has answered as it should at least once."""
        return self._follower.well

    def run(self) -> None:
        """Send until nothing is due, the channel pauses, its server is in trouble, or a stop."""
        if self._follower.is_paused():
            return
        connections = max(1, int(getattr(self.adapter, "connections", 1)))
        with ThreadPoolExecutor(connections, thread_name_prefix=self.channel.name) as pool:
            self._ask_about_unknown(pool, connections)
            if isinstance(self.adapter, SendsMany):
                return  # the rest of its turn is a Mailing
            while self._send_batch(pool, connections):
                pass

    def _ask_about_unknown(self, pool: ThreadPoolExecutor, connections: int) -> None:
        reconciler = Reconciler(self._sender, self.channel.on_unknown)
        while self._follower.may_go_on():
            rows = self.outbox.deliveries.claim_unknown(
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
        if not self._follower.may_go_on():
            return False
        now = self._kept_time()
        grant = self.limits.grant(connections, now) if self.limits.active else Grant(connections)
        if grant.rows <= 0:
            return self._waited(grant, now)
        rows = self._claim(grant.rows, now)
        if not rows:
            return False
        verdicts = self._all(pool, self._sender.send, self._sifted(rows, now))
        self._settle(verdicts)
        self.watch.settled(sum(each.outcome.state is not State.QUEUED for each in verdicts))
        return True

    def _waited(self, grant: Grant, now: datetime) -> bool:
        """Wait a moment if the next message may go soon; False if it may not, or time stands."""
        if grant.until is None or grant.until > now + WORTH_WAITING:
            return False
        time.sleep(min(WAIT_SECONDS, max(0.0, (grant.until - now).total_seconds())))
        return self.clock() != now

    def _kept_time(self) -> datetime:
        """The moment; where the clock was set back, what waits is brought back with it."""
        now = self.clock()
        tell_step(self.outbox.clock.keep(now), self.watch)
        if self.eager_since is not None:
            self.eager_since = min(self.eager_since, now)
        return now

    def _claim(self, most: int, now: datetime) -> Sequence[Delivery]:
        rows = self._affordable(now) if self.limits.budget is not None else self._due(most, now)
        self.limits.give_back(most - len(rows), now)
        return rows

    def _due(self, most: int, now: datetime) -> Sequence[Delivery]:
        return self.outbox.deliveries.claim(
            self.channel.name,
            most,
            worker=self.settler.worker,
            lease=LEASE,
            now=now,
            eager_since=self.eager_since,
        )

    def _affordable(self, now: datetime) -> Sequence[Delivery]:
        """The next row, if there is money left for it; else the channel pauses."""
        budget = self.limits.budget or Decimal(0)
        paid = self.outbox.budget.claim_paid(
            self.channel.name,
            budget,
            month_start(now),
            worker=self.settler.worker,
            lease=LEASE,
            now=now,
            eager_since=self.eager_since,
        )
        if paid.short is not None:
            self._follower.pause(*too_dear(paid.short, budget, now))
        return paid.rows

    def _sifted(self, rows: Sequence[Delivery], now: datetime) -> Sequence[Delivery]:
        """The rows that may go now; the mails whose reader's or sender's turn is later wait."""
        tickets = [_ticket(row, row.edition_id) for row in rows if row.edition_id is not None]
        _, later = self.limits.sift(tickets, self.letters.sender, now)
        if not later:
            return rows
        self.settler.settle(later, now)
        self.limits.give_back(len(later), now)
        waiting = {outcome.delivery_id for outcome in later}
        return [row for row in rows if row.id not in waiting]

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
                self.outbox.deliveries.renew(self.settler.worker, LEASE, self.clock())
        return [each.result() for each in calls]

    def _settle(self, verdicts: Sequence[Verdict]) -> None:
        now = self.clock()
        verdicts = [
            without_doubt(verdict, self.channel.name, self.outbox, now) for verdict in verdicts
        ]
        self.outbox.bounces.record([verdict.bounce for verdict in verdicts if verdict.bounce])
        outcomes = [verdict.outcome for verdict in verdicts]
        doubted = self.settler.settle(outcomes, now, self._weighing(verdicts))
        unsent = [verdict for verdict in verdicts if verdict.outcome.state in _UNSENT]
        self.limits.unsent(len(unsent), now)
        self.limits.answered(len(verdicts) - len(unsent), now)
        for verdict in verdicts:
            self._follower.follow(verdict)
        if doubted:
            self._follower.doubted(doubted)

    def _weighing(self, verdicts: Sequence[Verdict]) -> Weighing | None:
        """The refusals that may be about every reader, and what was accepted between them."""
        runs: list[list[Doubt]] = [[]]
        for verdict in verdicts:
            if verdict.outcome.state is State.SENT:
                runs.append([])
            elif verdict.doubt is not None:
                runs[-1].append(verdict.doubt)
        matters = any(runs) or (len(runs) > 1 and self.outbox.doubts.has_any(self.channel.name))
        return Weighing(self.channel.name, runs) if matters else None


def _ticket(row: Delivery, edition_id: int) -> Ticket:
    """A mail's row as its limits know it."""
    return Ticket(row.id, row.key, edition_id, row.recipient, "", "", row.attempts, 0)
