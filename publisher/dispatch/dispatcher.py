"""Dispatcher: every channel gets its turn."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from publisher.adapters.base import Adapter, SendsMany
from publisher.config import Config
from publisher.dispatch.circuit_breaker import Trouble
from publisher.dispatch.following import Follower, Tally
from publisher.dispatch.leases import LEASE, Renewal
from publisher.dispatch.ledger import Ledger
from publisher.dispatch.limits.channel import Limits
from publisher.dispatch.limits.learning import Learned
from publisher.dispatch.mailing import Mailing
from publisher.dispatch.progress import Watch, tell_step
from publisher.dispatch.render import Letters
from publisher.dispatch.run import Turn
from publisher.dispatch.settlement import Settler
from publisher.durations import utc_now
from publisher.errors import DatabaseGone, StorageError
from publisher.model.deliveries import Delivery, State
from publisher.model.messages import Message
from publisher.outbox.db.types import micros
from publisher.outbox.deliveries.workers import worker_name
from publisher.outbox.outbox import Outbox

UNTRIED_SECONDS = 60.0
"""How often rows are looked for that a clock which was ahead has queued."""


@dataclass(frozen=True, slots=True)
class Asked:
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
    _troubles: dict[str, Trouble] = field(default_factory=dict)
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _unsure: set[str] = field(default_factory=set)  # what they claimed last may not be known
    _forgotten: datetime | None = None  # when old grants were last dropped
    _untried_at: float = 0.0  # when to look again for rows of a clock that was ahead
    _settler: Settler = field(init=False)

    def __post_init__(self) -> None:
        self._settler = Settler(self.outbox, worker_name())

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
            limit: the most mails that a bulk adapter takes now, a channel; None: all that are due.

        Raises:
            StorageError: the database failed; the other channels were worked off all the same.
        """
        watch = (watch or Watch()).unfailing()
        self._bring_back(watch)
        eager_since = min(eager_since, self.clock()) if eager_since else None
        self._settler.settle_kept()
        self.recover(watch)
        names = list(self.config.channels if channels is None else channels)
        ready = [name for name in names if self._is_ready(name, eager_since)]
        if limit is None:  # a part of a mailing must not count the whole
            watch.expects(sum(self.outbox.stats.waiting(name)[State.QUEUED] for name in ready))
        asked = Asked(watch, eager_since, limit)
        with ThreadPoolExecutor(len(ready) or 1, thread_name_prefix="channel") as pool:
            turns = [pool.submit(self._turn, name, asked) for name in ready]
            wait(turns)
        for turn in turns:
            turn.result()
        self._forget_grants()

    def unwritten(self) -> int:
        """How many messages were sent or refused whose rows could not be written since."""
        return self._settler.unwritten()

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
            say(f"{row.channel}: {row.recipient or row.post_path}: {row.error}")
        return lost

    def _forget_grants(self) -> None:
        """Once a day: what limits granted so long ago that it counts no more."""
        now = self.clock()
        if self._forgotten is None or now - self._forgotten >= timedelta(days=1):
            self.outbox.limits.forget(micros(now))
            self._forgotten = now

    def _is_ready(self, name: str, eager_since: datetime | None) -> bool:
        """Whether a turn of this channel may move anything."""
        now = self.clock()
        if self._trouble(name).rests(now, eager_since):
            return False
        if eager_since is not None or name in self._unsure:
            return True
        return self.outbox.stats.due(name, now, 1) > 0

    def _trouble(self, name: str) -> Trouble:
        return self._troubles.setdefault(name, Trouble(name))

    def _turn(self, name: str, asked: Asked) -> None:
        """Send what is due; a server that was in trouble is tried with few messages first."""
        trouble = self._trouble(name)
        probes = trouble.probes()
        error, well = self._work(name, replace(asked, limit=probes or asked.limit))
        if probes and well and not error:
            self._say(asked, trouble.works())
            error, well = self._work(name, asked)
        if error:
            self._say(asked, trouble.failed(error, self.clock()))

    def _say(self, asked: Asked, line: str) -> None:
        if line:
            asked.watch.say(line)

    def _work(self, name: str, asked: Asked) -> tuple[str, bool]:
        """What the channel's server failed with, if it did, and whether anything went well."""
        adapter = self.adapters[name]
        channel, zone = self.config.channels[name], self.config.site.zone
        limits = Limits.of(channel, adapter, self.outbox, zone)
        turn = Turn(
            channel=channel,
            adapter=adapter,
            outbox=self.outbox,
            letters=Letters(self.config, self.outbox),
            settler=self._settler,
            clock=self.clock,
            watch=asked.watch,
            limits=limits,
            eager_since=asked.eager_since,
            tally=self._tallies.setdefault(name, Tally()),
        )
        turn.run()
        follower: Turn | Follower = turn
        if isinstance(adapter, SendsMany) and not turn.trouble:
            follower = self._mail(name, adapter, turn, asked)
        with suppress(StorageError):  # a database that fails gets no more to do just now
            limits.close(self.clock())
        return follower.trouble, follower.well

    def _mail(self, name: str, adapter: SendsMany, turn: Turn, asked: Asked) -> Follower:
        """Send a channel's mail in bulk; the follower tells how it went."""
        watch = asked.watch
        follower = Follower(name, self.outbox, watch, self.clock, tally=turn.tally)
        with self.outbox.exchanges.exchanger(name, self._settler.worker) as exchanger:
            ledger = Ledger(
                name,
                self.outbox,
                exchanger,
                follower,
                watch,
                self.clock,
                asked.eager_since,
                turn.channel.retry_for,
            )
            mailing = Mailing(
                adapter,
                ledger,
                turn.letters,
                turn.limits,
                follower,
                self.clock,
                watch,
                Learned(name, self.outbox, self.clock),
                asked.limit,
            )
            self._unsure.add(name)
            try:
                with Renewal(self.outbox, exchanger.worker, LEASE, self.clock):
                    mailing.run()
                self._unsure.discard(name)
            except DatabaseGone:
                ledger.name_lost()
                raise
            finally:
                self._settler.keep(ledger.settling.outcomes(), self.clock(), exchanger.worker)
        return follower
