"""Email in bulk: exchanges with the caller, and connections that carry what they bring.

    hand over answers, get parcels  ->  pool -> connections -> answers  ->  hand over ...

While a slow exchange runs, in a thread of its own, the network goes on; what is answered meanwhile
is the next group. A quick one is called on the spot.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

from publisher.errors import Rejected
from publisher.model.messages import Answer, Exchange, Parcel
from publisher.smtp.balancer import Balancer, ConnectionCap
from publisher.smtp.connect import Connector
from publisher.smtp.pool import Pool
from publisher.smtp.protocol import RawEmail
from publisher.smtp.server import Server, Terms

A_MOMENT = 0.003
"""Seconds that a quick exchange takes. It is called on the spot, and the connections wait: two
threads that want the interpreter at the same time hold each other up for longer than that."""

LULL = 0.003  # seconds without an answer until those that are here are enough
NOTHING_DUE = 0.05  # seconds until the next exchange
Encode = Callable[[Parcel], RawEmail]
T = TypeVar("T")


def send(
    exchange: Exchange,
    encode: Encode,
    servers: Sequence[Server],
    terms: Terms,
    allowances: Sequence[ConnectionCap] | None = None,
) -> None:
    """Send what `exchange` gives until it gives None, over `terms.connections` at most.

    `encode` makes a parcel's bytes, or raises Rejected. `allowances` are the servers' own, and
    keep what is learned for the next time.

    Raises:
        DeliveryError: no connection can be had at all; every parcel was given back.
    """

    async def run() -> BaseException | None:
        balancer = Balancer(servers, allowances)
        with ThreadPoolExecutor(1, thread_name_prefix="exchange") as thread:
            sender = Sender(exchange, encode, Pool(balancer, terms), thread)
            with _heeding_interrupts(sender.interrupt):
                return await sender.run()

    problem = _run(run())
    if problem is not None:
        raise problem


def check(server: Server, terms: Terms) -> None:
    """Connect, encrypt, log in, and say goodbye.

    Raises:
        Unavailable: the server cannot be reached, or does not serve us now.
        AuthExpired: it refuses the account.
    """
    _run(Connector(server, terms).check())


def _run(work: Coroutine[None, None, T]) -> T:
    """In the fastest event loop that is installed."""
    try:
        import uvloop
    except ImportError:
        loop = asyncio.new_event_loop()
    else:
        loop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@contextmanager
def _heeding_interrupts(interrupt: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C waits for a moment between two steps, where no email is out of sight.

    Nothing changes outside the main thread, or where the program handles the signal itself.
    """
    mine = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not mine or before is not signal.default_int_handler:
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)  # uvloop leaves a handler of its own behind


class Sender:
    """Exchanges again as soon as the last exchange is over and there is something to exchange."""

    def __init__(
        self, exchange: Exchange, encode: Encode, pool: Pool, thread: ThreadPoolExecutor
    ) -> None:
        self._give = exchange
        self._encode = encode
        self._pool = pool
        self._thread = thread
        self._quick = False  # the last exchange took but a moment
        self._taking = True
        self._problem: BaseException | None = None

    async def run(self) -> BaseException | None:
        """Until there is no more and every answer is handed over; returns what was in the way."""
        pool = self._pool
        try:
            while self._problem is None and (self._taking or pool.held or pool.has_answers):
                await self._step()
            with pool.without_exchanges():
                while pool.held:
                    await pool.change()
            await self._last_answers()
        finally:
            await pool.close()
        return self._problem

    def interrupt(self) -> None:
        """Somebody stops the program: give up every connection now, and take no more."""
        self._taking = False
        self._pool.cut_off(KeyboardInterrupt())

    async def _step(self) -> None:
        """One exchange, and what follows from it."""
        pool = self._pool
        await self._until_due()
        if pool.failure is not None:
            self._stop(pool.failure)
            return
        answers = pool.collect()
        try:
            emails = await self._exchange(answers, pool.room if self._taking else 0)
        except BaseException as error:  # noqa: BLE001 - it is raised once every email is settled
            pool.put_back(answers)
            self._stop(error)
            return
        self._taking = self._taking and emails is not None
        pool.add(emails or ())
        if self._taking and not emails and not pool.has_answers:
            await pool.change(NOTHING_DUE)

    async def _until_due(self) -> None:
        """Until there is something to exchange; a lull ends the waiting for more answers."""
        pool = self._pool
        while not (
            pool.is_ready or pool.failure or (self._taking and pool.room and not pool.has_answers)
        ):
            some = pool.has_answers
            if not await pool.change(LULL if some else None) and some:
                return

    async def _last_answers(self) -> None:
        """What is not handed over yet; the database may have been away when it was tried."""
        answers = self._pool.collect()
        if answers:
            try:
                await self._exchange(answers, 0)
            except BaseException as error:  # noqa: BLE001 - the first problem is the one to raise
                self._problem = self._problem or error

    async def _exchange(
        self, answers: Sequence[Answer], room: int
    ) -> Sequence[RawEmail | Answer] | None:
        """On the spot while that is quick and no connection is being opened; else in the thread.

        On the spot nothing else happens meanwhile, so no connection is to blame for what it took.
        """
        here = self._quick and not self._pool.is_connecting
        began = time.monotonic()
        try:
            return self._encoded(answers, room) if here else await self._there(answers, room)
        finally:
            seconds = time.monotonic() - began
            self._quick = seconds < A_MOMENT
            self._pool.rhythm.exchanged(seconds)
            if here and not self._quick:
                self._pool.excuse(seconds)

    async def _there(
        self, answers: Sequence[Answer], room: int
    ) -> Sequence[RawEmail | Answer] | None:
        """Wait a moment for the thread, and see to the connections if it takes longer."""
        result = self._thread.submit(self._encoded, answers, room)
        with suppress(TimeoutError):
            return result.result(A_MOMENT)
        with self._pool.without_exchanges():
            return await asyncio.wrap_future(result)

    def _encoded(self, answers: Sequence[Answer], room: int) -> Sequence[RawEmail | Answer] | None:
        """What the exchange gives, as bytes."""
        parcels = self._give(answers, room)
        return None if parcels is None else [self._email(parcel) for parcel in parcels]

    def _email(self, parcel: Parcel) -> RawEmail | Answer:
        """What cannot be sent has its answer."""
        try:
            return self._encode(parcel)
        except Rejected as error:
            return Answer(parcel.id, error=error)

    def _stop(self, error: BaseException) -> None:
        """Take no more; finish what is in flight."""
        self._taking = False
        self._problem = self._problem or error
        self._pool.give_back()
