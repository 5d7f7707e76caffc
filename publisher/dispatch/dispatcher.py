"""Dispatcher: every channel gets its run."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from publisher.adapters.base import Adapter
from publisher.config import Config
from publisher.dispatch.circuit_breaker import CircuitBreaker, Health
from publisher.dispatch.leases import renewing
from publisher.dispatch.limits.channel import RateLimits
from publisher.dispatch.limits.learning import LearnedRate
from publisher.dispatch.networks import network_of
from publisher.dispatch.progress import Watch, tell_step
from publisher.dispatch.render import Messages
from publisher.dispatch.run import Run
from publisher.dispatch.settlement import PATIENCE_SECONDS, Settlement, Unwritten
from publisher.durations import micros, utc_now
from publisher.errors import DatabaseGone, StorageError
from publisher.model.deliveries import Delivery, State
from publisher.model.messages import Message
from publisher.outbox.deliveries.workers import worker_name
from publisher.outbox.outbox import Outbox

UNTRIED_SECONDS = 60.0
"""How often rows are looked for that a clock which was ahead has queued."""

MOST_URGENT = 20
"""So many messages at a time; whatever else is due follows with the next tick."""


@dataclass(frozen=True, slots=True)
class Order:
    """How one call of send_due is to go about it."""

    watch: Watch
    eager_since: datetime | None
    limit: int | None


@dataclass(slots=True)
class Dispatcher:
    """Sends what is due, all channels at once; holds nothing that a crash would lose."""

    config: Config
    outbox: Outbox
    adapters: Mapping[str, Adapter[Message]]
    clock: Callable[[], datetime] = utc_now
    patience: float = PATIENCE_SECONDS
    _worker: str = field(default_factory=worker_name)
    _unwritten: Unwritten = field(default_factory=Unwritten)
    _breakers: dict[str, CircuitBreaker] = field(default_factory=dict)
    _unsure: set[str] = field(default_factory=set)  # what they claimed last may not be known
    _forgotten: datetime | None = None  # when old grants were last dropped
    _at_work: set[str] = field(default_factory=set)
    _reserving: Lock = field(default_factory=Lock)
    _untried_at: float = 0.0  # when to look again for rows of a clock that was ahead

    def send_due(
        self,
        channels: Iterable[str] | None = None,
        *,
        eager_since: datetime | None = None,
        watch: Watch | None = None,
        limit: int | None = None,
    ) -> None:
        """Send every due row of `channels` (None: all), each channel in a thread of its own.

        Args:
            channels: their names in config.yaml.
            eager_since: when a person asked: rows that back off are due as well, unless they were
                tried since then.
            watch: what to tell, and whether to stop; called from the channels' threads.
            limit: the most messages that are taken now, a channel; None: all that are due.

        Raises:
            StorageError: the database failed; the other channels were worked off all the same.
        """
        watch = (watch or Watch()).unfailing()
        self._bring_back(watch)
        eager_since = min(eager_since, self.clock()) if eager_since else None
        self._unwritten.settle(self.outbox)
        self.recover(watch)
        names = list(self.config.channels if channels is None else channels)
        with self._reserved(names) as free:
            self._send(free, Order(watch, eager_since, limit))
        self._forget_grants()

    def send_urgent(self, watch: Watch) -> None:
        """Send emails of the system that are due, where a channel is not at work anyway.

        Raises:
            StorageError: the database failed.
        """
        waiting = self.outbox.system.waiting(self.clock())
        names = [name for name in waiting if name in self.config.channels]
        if names:
            self.send_due(names, watch=watch, limit=MOST_URGENT)

    @contextmanager
    def _reserved(self, names: Iterable[str]) -> Iterator[list[str]]:
        """Those of `names` that no other thread works on."""
        with self._reserving:
            free = [name for name in names if name not in self._at_work]
            self._at_work |= set(free)
        try:
            yield free
        finally:
            with self._reserving:
                self._at_work -= set(free)

    def _send(self, names: Iterable[str], order: Order) -> None:
        """One run for each of `names` that has something to do."""
        watch = order.watch
        ready = [name for name in names if self._is_ready(name, order.eager_since)]
        if order.limit is None:  # a part of a mailing must not count the whole
            watch.expects(sum(self.outbox.stats.waiting(name)[State.QUEUED] for name in ready))
        with ThreadPoolExecutor(len(ready) or 1, thread_name_prefix="channel") as pool:
            runs = [pool.submit(self._run, name, order) for name in ready]
            wait(runs)
        for run in runs:
            run.result()

    def unwritten(self) -> int:
        """How many messages were sent or refused whose rows could not be written since."""
        return self._unwritten.count()

    def _bring_back(self, watch: Watch) -> None:
        """Let nothing wait for a moment that only a clock which was ahead knew."""
        tell_step(self.outbox.clock.keep(self.clock()), watch)
        if time.monotonic() < self._untried_at:
            return
        for name in self.config.channels:
            count = self.outbox.clock.start_untried(name, self.clock())
            if count:
                watch.say(f"{name}: {count:,} messages were queued by a clock that was ahead")
        self._untried_at = time.monotonic() + UNTRIED_SECONDS

    def recover(self, watch: Watch) -> list[Delivery]:
        """Name what a dead sender left in flight: those rows become unknown."""
        lost = self.outbox.deliveries.recover(self.clock())
        say = watch.unfailing().say
        for row in lost:
            say(f"{row.channel}: {row.label}: {row.error}")
        return lost

    def _forget_grants(self) -> None:
        """Once a day: what limits granted so long ago that it counts no more."""
        now = self.clock()
        if self._forgotten is None or now - self._forgotten >= timedelta(days=1):
            self.outbox.limits.forget(micros(now))
            self._forgotten = now

    def _is_ready(self, name: str, eager_since: datetime | None) -> bool:
        """Whether a run of this channel may move anything."""
        now = self.clock()
        if self._breaker(name).is_open(now, eager_since):
            return False
        if eager_since is not None or name in self._unsure:
            return True
        return self.outbox.stats.due(name, now, 1) > 0

    def failure_of(self, name: str) -> str:
        """What the server of channel `name` fails with, as far as this process has seen it."""
        return self._breaker(name).error

    def _breaker(self, name: str) -> CircuitBreaker:
        return self._breakers.setdefault(name, CircuitBreaker(name))

    def _run(self, name: str, order: Order) -> None:
        """Send what is due; a server that failed is tried with few messages first."""
        breaker = self._breaker(name)
        probes = breaker.probes()
        health = self._work(name, replace(order, limit=probes or order.limit))
        if probes and health.well and not health.error:
            order.watch.say(breaker.recovered())
            health = self._work(name, order)
        if health.error and (line := breaker.failed(health.error, self.clock())):
            order.watch.say(line)

    def _work(self, name: str, order: Order) -> Health:
        """One run of a channel; says how it went."""
        adapter, channel = self.adapters[name], self.config.channels[name]
        zone, now = self.config.site.zone, self.clock()
        limits = RateLimits.of(channel, adapter, self.outbox, zone, now)
        health = Health(name, self.outbox, order.watch, self.clock, self._breaker(name).tally)
        network = network_of(channel, adapter)
        with self.outbox.exchanges.exchanger(name, self._worker, network) as exchanger:
            settlement = Settlement(
                exchanger=exchanger,
                outbox=self.outbox,
                health=health,
                watch=order.watch,
                clock=self.clock,
                retry_for=channel.retry_for,
                eager_since=order.eager_since,
                patience=self.patience,
                soft_limit=self.config.bounces.soft_limit,
            )
            run = Run(
                channel=channel,
                adapter=adapter,
                settlement=settlement,
                messages=Messages(self.config, self.outbox),
                limits=limits,
                learned=LearnedRate(name, self.outbox, self.clock),
                health=health,
                clock=self.clock,
                limit=order.limit,
            )
            self._unsure.add(name)
            try:
                with renewing(self.outbox, exchanger.worker, self.clock):
                    run.run()
                self._unsure.discard(name)
            except DatabaseGone:
                settlement.name_lost()
                raise
            finally:
                outcomes = settlement.pending.all_outcomes()
                self._unwritten.keep(outcomes, self.clock(), exchanger.worker)
                with suppress(StorageError):  # a database that fails gets no more to do just now
                    limits.close(self.clock())
        return health
