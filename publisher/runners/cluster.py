"""`publish run` on many machines: rows are the truth, procrastinate's jobs are bells.

Every process does the same, and none leads. It plans due slots, which are unique in the database;
rings a bell for every few thousand due rows; and answers bells, its own or another's, by sending
that many rows as `publish now` would. Since every process keeps ringing for whatever is due, a
bell that is lost is missed by nobody, and one that rings twice finds nothing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from publisher.dispatch import Watch
from publisher.errors import UsageError
from publisher.runners.service import TICK_SECONDS, Service
from publisher.runners.ticker import stop_on_signals

if TYPE_CHECKING:
    from publisher.runners.jobs import Bells

TIDY_SECONDS = 30.0
OTHER_THREADS = 4
"""For planning, ringing and waiting for the end, beside one thread for each channel."""


@dataclass(slots=True)
class Cluster(Service):
    """One process of many; it may join, be paused or die at any moment.

    A channel is quiet when its last bell moved nothing though rows are due: limits or its server
    hold them back, and more than one bell would be rung in vain.
    """

    _quiet: set[str] = field(default_factory=set)

    def serve(self) -> None:
        """Plan, ring and answer until `stop` is set; what is in flight is finished first.

        Raises:
            UsageError: procrastinate is not installed.
            StorageError: the database cannot be reached, or its user may not make a schema.
        """
        stop_on_signals(self.stop)
        bells = self._bells()
        with self.publisher.outbox.database.writing("bells"):
            bells.prepare()
        asyncio.run(self._run(bells))

    def _bells(self) -> "Bells":
        try:
            from publisher.runners.jobs import Bells
        except ImportError as error:
            message = "`runner: cluster` needs the package procrastinate"
            raise UsageError(message, 'run: pip install "publisher-bot[cluster]"') from error
        database = self.publisher.outbox.database
        return Bells(database.driver_options(), database.place, self.answer)

    def answer(self, channel: str, rows: int) -> None:
        """Send up to so many due rows of a channel: what a bell asks for."""
        if self.stop.is_set() or channel not in self.publisher.config.channels:
            return
        settled: list[int] = []
        watch = Watch(settled=settled.append, say=self.say, stopping=self.stop.is_set)
        try:
            self.publisher.dispatcher.send_due([channel], watch=watch, limit=rows)
            self._told.pop(channel, None)
            if any(settled):
                self.say(f"{channel}: {sum(settled):,} settled")
        except Exception as error:  # noqa: BLE001  the bell is answered; the next one tries again
            self._report(channel, error)
        self._quiet.discard(channel)
        if not any(settled):
            self._quiet.add(channel)

    async def _run(self, bells: "Bells") -> None:
        loop = asyncio.get_running_loop()
        threads = len(self.publisher.config.channels) + OTHER_THREADS
        loop.set_default_executor(ThreadPoolExecutor(threads))
        loop.set_exception_handler(lambda _loop, context: self._stray(bells, context))
        async with bells.opened():
            tasks = [asyncio.create_task(each) for each in self._endless(bells)]
            await asyncio.to_thread(self.stop.wait)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _endless(self, bells: "Bells") -> Iterator[Coroutine[Any, Any, None]]:
        """All that goes on at once; answering bells ends only when the database goes away."""
        yield self._again(bells, "plan", TICK_SECONDS, lambda: asyncio.to_thread(self.plan))
        yield self._again(bells, "notify", TICK_SECONDS, lambda: asyncio.to_thread(self.notify))
        yield self._again(bells, "ring", TICK_SECONDS, lambda: self._ring(bells))
        yield self._again(bells, "tidy", TIDY_SECONDS, bells.tidy)
        for name in self.publisher.config.channels:
            yield self._again(bells, f"bells of {name}", TICK_SECONDS, partial(bells.answer, name))

    async def _again(
        self, bells: "Bells", name: str, seconds: float, call: Callable[[], Awaitable[None]]
    ) -> None:
        """Call for ever, with a rest after each; what fails is told once and tried again."""
        while True:
            try:
                await call()
                self._told.pop(name, None)
            except Exception as error:  # noqa: BLE001  one bad tick must not end the runner
                self._report(name, bells.told(error))
            await asyncio.sleep(seconds)

    async def _ring(self, bells: "Bells") -> None:
        """Name what dead workers left in flight, and ring for whatever is due."""
        watch = Watch(say=self.say)
        await asyncio.to_thread(self.publisher.dispatcher.recover, watch)
        for name in self.publisher.config.channels:
            if await asyncio.to_thread(self._wants_bells, name):
                await self._ring_for(bells, name)

    async def _ring_for(self, bells: "Bells", channel: str) -> None:
        """Ring once for every `rows_per_job` due rows; anew only when half of it is answered."""
        rows = self.publisher.config.runner.rows_per_job
        ringing = await bells.ringing(channel)
        if len(ringing) < bells.most / 2:
            due = await asyncio.to_thread(self._due, channel, bells.most * rows)
            wanted = min(ceil(due / rows), 1 if channel in self._quiet else bells.most)
            await bells.ring(channel, rows, ringing, wanted)

    def _wants_bells(self, channel: str) -> bool:
        """Whether something is due that may go out now."""
        if not self._due(channel, 1):
            self._quiet.discard(channel)
            return False
        return not self.publisher.outbox.channels.get(channel).is_paused(self.publisher.clock())

    def _due(self, channel: str, most: int) -> int:
        return self.publisher.outbox.stats.due(channel, self.publisher.clock(), most)

    def _stray(self, bells: "Bells", context: dict[str, Any]) -> None:
        """An error of a task that nobody waits for: a bell that was cleared away while it rang."""
        error = context.get("exception")
        if isinstance(error, Exception) and not bells.knows(error):
            self._report("bells", error)
