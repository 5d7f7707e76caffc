"""Dispatcher: every channel gets its turn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from publisher.adapters.base import Adapter
from publisher.config import Config
from publisher.dispatch.letters import Letters
from publisher.dispatch.turns import Turn
from publisher.dispatch.watch import Watch
from publisher.messages import Message
from publisher.outbox import Delivery, Outbox, worker_name

REST = timedelta(minutes=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Dispatcher:
    """Sends what is due, channel by channel; holds nothing that a crash would lose."""

    config: Config
    outbox: Outbox
    adapters: Mapping[str, Adapter[Message]]
    clock: Callable[[], datetime] = _utc_now
    worker: str = field(default_factory=worker_name)
    _resting: dict[str, datetime] = field(default_factory=dict)

    def send_due(
        self,
        channels: Iterable[str] | None = None,
        *,
        eager: bool = False,
        watch: Watch | None = None,
    ) -> None:
        """Send every due row of `channels` (None: all).

        Args:
            channels: their names in config.yaml.
            eager: a person asks now: rows that back off are due as well.
            watch: what to tell, and whether to stop.
        """
        watch = watch or Watch()
        self.recover(watch)
        names = self.config.channels if channels is None else channels
        for name in names:
            if not watch.stopping() and self._rested(name, eager=eager):
                self._turn(name, watch, eager=eager)

    def recover(self, watch: Watch) -> list[Delivery]:
        """Name what a dead sender left in flight: those rows become unknown."""
        lost = self.outbox.recover(self.clock())
        for row in lost:
            watch.say(f"{row.channel}: {row.recipient or row.post_path}: {row.error}")
        return lost

    def _rested(self, name: str, *, eager: bool) -> bool:
        return eager or self.clock() >= self._resting.get(name, datetime.min.replace(tzinfo=UTC))

    def _turn(self, name: str, watch: Watch, *, eager: bool) -> None:
        turn = Turn(
            channel=self.config.channels[name],
            adapter=self.adapters[name],
            outbox=self.outbox,
            letters=Letters(self.config, self.outbox),
            clock=self.clock,
            worker=self.worker,
            watch=watch,
            eager_since=self.clock() if eager else None,
        )
        turn.run()
        if turn.in_trouble:
            self._resting[name] = self.clock() + REST
