"""Dispatcher: every channel gets its turn."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from publisher.adapters.base import Adapter
from publisher.config import Config
from publisher.dispatch.letters import Letters
from publisher.dispatch.settling import Settler
from publisher.dispatch.turns import Turn
from publisher.dispatch.watch import Watch
from publisher.messages import Message
from publisher.outbox import Delivery, Outbox, worker_name

REST = timedelta(minutes=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Dispatcher:
    """Sends what is due, all channels at once; holds nothing that a crash would lose."""

    config: Config
    outbox: Outbox
    adapters: Mapping[str, Adapter[Message]]
    clock: Callable[[], datetime] = _utc_now
    _troubled: dict[str, datetime] = field(default_factory=dict)
    _settler: Settler = field(init=False)

    def __post_init__(self) -> None:
        self._settler = Settler(self.outbox, worker_name())

    def send_due(
        self,
        channels: Iterable[str] | None = None,
        *,
        eager_since: datetime | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Send every due row of `channels` (None: all), each channel in a thread of its own.

        Args:
            channels: their names in config.yaml.
            eager_since: when a person asked: rows that back off are due as well, unless they were
                tried since then.
            watch: what to tell, and whether to stop; called from the channels' threads.

        Raises:
            StorageError: the database failed; the other channels were worked off all the same.
        """
        watch = watch or Watch()
        self._settler.settle_kept()
        self.recover(watch)
        names = list(self.config.channels if channels is None else channels)
        ready = [name for name in names if self._rested(name, eager_since)]
        with ThreadPoolExecutor(len(ready) or 1, thread_name_prefix="channel") as pool:
            turns = [pool.submit(self._turn, name, watch, eager_since) for name in ready]
            wait(turns)
        for turn in turns:
            turn.result()

    def recover(self, watch: Watch) -> list[Delivery]:
        """Name what a dead sender left in flight: those rows become unknown."""
        lost = self.outbox.recover(self.clock())
        for row in lost:
            watch.say(f"{row.channel}: {row.recipient or row.post_path}: {row.error}")
        return lost

    def _rested(self, name: str, eager_since: datetime | None) -> bool:
        """A server in trouble rests a minute, unless a person asked after the trouble."""
        trouble = self._troubled.get(name)
        if trouble is None or (eager_since and trouble < eager_since):
            return True
        return not trouble <= self.clock() < trouble + REST

    def _turn(self, name: str, watch: Watch, eager_since: datetime | None) -> None:
        turn = Turn(
            channel=self.config.channels[name],
            adapter=self.adapters[name],
            outbox=self.outbox,
            letters=Letters(self.config, self.outbox),
            settler=self._settler,
            clock=self.clock,
            watch=watch,
            eager_since=eager_since,
        )
        turn.run()
        if turn.trouble and name not in self._troubled:
            watch.say(f"{name}: three failures in a row, the rest waits: {turn.trouble}")
        self._troubled.pop(name, None)
        if turn.trouble:
            self._troubled[name] = self.clock()
