"""Mail in bulk: turns between the ledger and the lines.

    hand over outcomes, get mails  ->  pool -> lines -> outcomes  ->  hand over ...

While a slow ledger writes, in a thread of its own, the network goes on; what is answered meanwhile
is the next group. A quick one is asked on the spot.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Generic

from publisher.smtp.balancer import Allowance, Servers
from publisher.smtp.pool import Pool
from publisher.smtp.protocol import M, Outcome
from publisher.smtp.server import Server, Terms

A_MOMENT = 0.003
"""Seconds that a quick ledger takes. It is asked on the spot, and the lines wait: two threads that
want the interpreter at the same time hold each other up for longer than that."""

LULL = 0.003  # seconds without an answer until those that are here are enough
NOTHING_DUE = 0.05  # seconds until the ledger is asked again
Ledger = Callable[[Sequence[Outcome[M]], int], Sequence[M] | None]
"""Takes outcomes, and gives at most so many mails: see publisher.adapters.base.Exchange."""


def send(
    ledger: Ledger[M],
    servers: Sequence[Server],
    terms: Terms,
    allowances: Sequence[Allowance] | None = None,
) -> None:
    """Send what the ledger gives until it gives None, over `terms.connections` lines at most.

    `allowances` are the servers' own, and keep what is learned for the next time.

    Every mail has one outcome, whatever happens; never more than two a connection are held.

    Raises:
        DeliveryError: no connection can be had at all; every mail was given back.
    """
    loop = _new_loop()
    known = Servers(servers, allowances)
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:
            turns = loop.run_until_complete(_begin(ledger, known, terms, thread))
            with _heeding_interrupts(loop, turns.interrupt):
                trouble = loop.run_until_complete(turns.run())
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    if trouble is not None:
        raise trouble


@contextmanager
def _heeding_interrupts(
    loop: asyncio.AbstractEventLoop, interrupt: Callable[[], None]
) -> Iterator[None]:
    """Ctrl-C waits for a moment between two steps, where no mail is out of sight.

    Nothing changes outside the main thread, or where the program handles the signal itself.
    """
    mine = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not mine or before is not signal.default_int_handler:
        yield
        return
    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)  # uvloop leaves a handler of its own behind


async def _begin(
    ledger: Ledger[M], servers: Servers, terms: Terms, thread: ThreadPoolExecutor
) -> "Turns[M]":
    return Turns(ledger, servers, terms, thread)


class Turns(Generic[M]):
    """Asks the ledger again as soon as it has answered and there is something to ask for."""

    def __init__(
        self, ledger: Ledger[M], servers: Servers, terms: Terms, thread: ThreadPoolExecutor
    ) -> None:
        self._ledger = ledger
        self._thread = thread
        self._loop = asyncio.get_running_loop()
        self._bell: asyncio.Future[bool] | None = None
        self._pool = Pool[M](servers, terms, self._ring)
        self._quick = False  # the ledger's last answer came within a moment
        self._taking = True
        self._trouble: BaseException | None = None

    async def run(self) -> BaseException | None:
        """Until the ledger has no more and knows of every mail; returns what was in the way."""
        try:
            while self._trouble is None and (self._taking or self._pool.held or self._pool.news):
                await self._turn()
            with self._pool.without_turns():
                while self._pool.held:
                    await self._wait()
            await self._last_words()
        finally:
            await self._pool.close()
        return self._trouble

    def interrupt(self) -> None:
        """Somebody stops the program: give up every line now, and take no more."""
        self._taking = False
        self._pool.cut_off(KeyboardInterrupt())

    async def _turn(self) -> None:
        """One question to the ledger, and what follows from its answer."""
        pool = self._pool
        await self._news()
        if pool.failure is not None:
            self._stop(pool.failure)
            return
        outcomes = pool.collect()
        try:
            mails = await self._ask(outcomes, pool.room if self._taking else 0)
        except BaseException as error:  # noqa: BLE001 - it is raised once every mail is settled
            pool.put_back(outcomes)
            self._stop(error)
            return
        self._taking = self._taking and mails is not None
        pool.add(mails or ())
        if self._taking and not mails and not pool.news:
            await self._wait(NOTHING_DUE)

    async def _news(self) -> None:
        """Until there is something to hand over or to ask for; a lull ends the waiting for more."""
        pool = self._pool
        while not (pool.ripe or pool.failure or (self._taking and pool.room and not pool.news)):
            some = pool.news
            if not await self._wait(LULL if some else None) and some:
                return

    async def _last_words(self) -> None:
        """What the ledger has not heard yet; it may have been in trouble when it was told."""
        outcomes = self._pool.collect()
        if outcomes:
            try:
                await self._ask(outcomes, 0)
            except BaseException as error:  # noqa: BLE001 - the first trouble is the one to tell
                self._trouble = self._trouble or error

    async def _ask(self, outcomes: Sequence[Outcome[M]], room: int) -> Sequence[M] | None:
        """Ask on the spot while that is quick and no line is being opened; else in the thread.

        On the spot nothing else happens meanwhile, so no line is to blame for what it took.
        """
        here = self._quick and not self._pool.dialling
        began = time.monotonic()
        try:
            return self._ledger(outcomes, room) if here else await self._ask_there(outcomes, room)
        finally:
            seconds = time.monotonic() - began
            self._quick = seconds < A_MOMENT
            self._pool.rhythm.turned(seconds)
            if here and not self._quick:
                self._pool.excuse(seconds)

    async def _ask_there(self, outcomes: Sequence[Outcome[M]], room: int) -> Sequence[M] | None:
        """Wait a moment for the thread, and see to the lines if it takes longer."""
        answer = self._thread.submit(self._ledger, outcomes, room)
        with suppress(TimeoutError):
            return answer.result(A_MOMENT)
        with self._pool.without_turns():
            return await asyncio.wrap_future(answer)

    def _stop(self, error: BaseException) -> None:
        """Take no more; finish what is in flight."""
        self._taking = False
        self._trouble = self._trouble or error
        self._pool.give_back()

    async def _wait(self, seconds: float | None = None) -> bool:
        """Until the bell rings, or so long; whether it rang."""
        self._bell = self._loop.create_future()
        silence = partial(self._ring, rang=False)
        alarm = None if seconds is None else self._loop.call_later(seconds, silence)
        rang = await self._bell
        self._bell = None
        if alarm is not None:
            alarm.cancel()
        return rang

    def _ring(self, *, rang: bool = True) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(rang)


def _new_loop() -> asyncio.AbstractEventLoop:
    """The fastest loop that is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
