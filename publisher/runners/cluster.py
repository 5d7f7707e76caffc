"""`publish run` on several machines: rows are the truth, procrastinate's jobs wake workers up.

Every process does the same, and none leads. It plans due slots, which are unique in the database;
enqueues a wake-up job for every few thousand due rows; and works on jobs, its own or another's, by
sending that many rows as `publish now` would. A job that is lost is made again by any process for
as long as rows are due, and one that runs twice finds nothing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from publisher.dispatch.progress import Watch
from publisher.errors import UsageError
from publisher.runners.outputs import has_outputs
from publisher.runners.service import SILENCE_SECONDS, TICK_SECONDS, URGENT_SECONDS, Service
from publisher.runners.ticker import stop_on_signals
from publisher.runners.tokens import TOKENS_SECONDS

if TYPE_CHECKING:
    from publisher.runners.jobs import Jobs

TIDY_SECONDS = 30.0
OTHER_THREADS = 7
"""For planning, enqueueing, mailbox, tokens and waiting for the end, beside one a channel."""


@dataclass(slots=True)
class Cluster(Service):
    """One process of many; it may join, be paused or die at any moment.

    A channel is held back when its last job moved nothing though rows are due: by limits or its
    server, and more than one job would be enqueued in vain.
    """

    _held_back: set[str] = field(default_factory=set)

    def serve(self) -> None:
        """Plan, enqueue and work until `stop` is set; what is in flight is finished first.

        Raises:
            UsageError: procrastinate is not installed.
            StorageError: the database cannot be reached, or its user may not make a schema.
        """
        stop_on_signals(self.stop)
        jobs = self._jobs()
        with self.publisher.outbox.database.writing("jobs"):
            jobs.prepare()
        asyncio.run(self._run(jobs))

    def _jobs(self) -> "Jobs":
        try:
            from publisher.runners.jobs import Jobs
        except ImportError as error:
            message = "`runner: cluster` needs the package procrastinate"
            raise UsageError(message, 'run: pip install "publisher-bot[cluster]"') from error
        database = self.publisher.outbox.database
        return Jobs(database.driver_options(), database.explain, self.work)

    def work(self, channel: str, rows: int) -> None:
        """Send up to so many due rows of a channel, as a job asks for."""
        if self.stop.is_set() or channel not in self.publisher.config.channels:
            return
        settled: list[int] = []
        watch = Watch(settled=settled.append, say=self.say, stopping=self.stop.is_set)
        try:
            self.publisher.dispatcher.send_due([channel], watch=watch, limit=rows)
            self._reported.pop(channel, None)
            if any(settled):
                self.say(f"{channel}: {sum(settled):,} settled")
        except Exception as error:  # noqa: BLE001  the job is done; the next one tries again
            self._report(channel, error)
        self._held_back.discard(channel)
        if not any(settled):
            self._held_back.add(channel)

    async def _run(self, jobs: "Jobs") -> None:
        loop = asyncio.get_running_loop()
        threads = len(self.publisher.config.channels) + OTHER_THREADS
        loop.set_default_executor(ThreadPoolExecutor(threads))
        loop.set_exception_handler(lambda _loop, context: self._stray(jobs, context))
        async with jobs.opened():
            tasks = [asyncio.create_task(each) for each in self._endless(jobs)]
            await asyncio.to_thread(self.stop.wait)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _endless(self, jobs: "Jobs") -> Iterator[Coroutine[Any, Any, None]]:
        """All that goes on at once; working on jobs ends only when the database goes away."""
        yield self._again(jobs, "plan", TICK_SECONDS, lambda: asyncio.to_thread(self.plan))
        yield self._again(jobs, "notify", TICK_SECONDS, lambda: asyncio.to_thread(self.notify))
        if has_outputs(self.publisher.config):
            yield self._again(
                jobs, "archive", TICK_SECONDS, lambda: asyncio.to_thread(self.archive)
            )
        yield self._again(jobs, "enqueue", TICK_SECONDS, lambda: self._enqueue(jobs))
        yield self._again(
            jobs, "urgent", URGENT_SECONDS, lambda: asyncio.to_thread(self.send_urgent)
        )
        if box := self.publisher.config.mailbox:
            seconds = box.every.total_seconds()
            yield self._again(
                jobs, "mailbox", seconds, lambda: asyncio.to_thread(self.read_mailbox)
            )
        yield self._again(
            jobs, "silence", SILENCE_SECONDS, lambda: asyncio.to_thread(self.ask_silent)
        )
        yield self._again(
            jobs, "tokens", TOKENS_SECONDS, lambda: asyncio.to_thread(self.look_after_tokens)
        )
        yield self._again(jobs, "tidy", TIDY_SECONDS, jobs.tidy)
        for name in self.publisher.config.channels:
            yield self._again(jobs, f"jobs of {name}", TICK_SECONDS, partial(jobs.work, name))

    async def _again(
        self, jobs: "Jobs", name: str, seconds: float, call: Callable[[], Awaitable[None]]
    ) -> None:
        """Call for ever, with a pause after each; a failure is reported once and tried again."""
        while True:
            try:
                await call()
                self._reported.pop(name, None)
            except Exception as error:  # noqa: BLE001  one bad tick must not end the runner
                self._report(name, jobs.explained(error))
            await asyncio.sleep(seconds)

    async def _enqueue(self, jobs: "Jobs") -> None:
        """Name what dead workers left in flight, and enqueue jobs for whatever is due."""
        watch = Watch(say=self.say)
        await asyncio.to_thread(self.publisher.dispatcher.recover, watch)
        for name in self.publisher.config.channels:
            if await asyncio.to_thread(self._wants_jobs, name):
                await self._enqueue_for(jobs, name)

    async def _enqueue_for(self, jobs: "Jobs", channel: str) -> None:
        """One job for every `rows_per_job` due rows; more only when half of them are done."""
        rows = self.publisher.config.runner.rows_per_job
        pending = await jobs.pending(channel)
        if len(pending) < jobs.most / 2:
            due = await asyncio.to_thread(self._due, channel, jobs.most * rows)
            wanted = min(ceil(due / rows), 1 if channel in self._held_back else jobs.most)
            await jobs.enqueue(channel, rows, pending, wanted)

    def _wants_jobs(self, channel: str) -> bool:
        """Whether something is due that may go out now."""
        if not self._due(channel, 1):
            self._held_back.discard(channel)
            return False
        return not self.publisher.outbox.channels.get(channel).is_paused(self.publisher.clock())

    def _due(self, channel: str, most: int) -> int:
        return self.publisher.outbox.stats.due(channel, self.publisher.clock(), most)

    def _stray(self, jobs: "Jobs", context: dict[str, Any]) -> None:
        """An error of a task that nobody waits for: a job that was cleared away while it ran."""
        error = context.get("exception")
        if isinstance(error, Exception) and not jobs.is_own(error):
            self._report("jobs", error)
