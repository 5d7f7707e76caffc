"""The connections of one mailing: what goes over which, when one is opened, what became of all."""

import asyncio
import math
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from publisher.errors import DeliveryError, RateLimited, Reason, Unavailable
from publisher.model.messages import Answer, Receipt
from publisher.smtp.balancer import PATIENT, Balancer, ServerState, is_full
from publisher.smtp.connect import FAREWELL, Connector
from publisher.smtp.connection import Connection
from publisher.smtp.handshake import Offer
from publisher.smtp.protocol import Conversation, RawEmail, Result
from publisher.smtp.server import Terms

ENOUGH, ALONE = 5, 3  # lost connections until an email counts as tried; those that did nothing else
LOOK = 1.0  # seconds between two looks at every connection, at most
_FORGET = 1.02  # by so much an old quickest answer counts for less at each new one
_WEIGHT = 0.1  # of the last exchange in the average
_OF_THE_CONNECTION = {Reason.CONNECTIONS, Reason.SESSION}
_Connecting = asyncio.Task[tuple[asyncio.Transport, Offer]]


class Rhythm:
    """When to exchange: after every answer, or after two emails a connection; all in seconds.

    After each, the body of one email and the envelope of the next leave in one flight; every
    flight waits for an exchange. After two, there are half as many, and one flight more. The
    second gains where an exchange takes longer than a flight: near the server.
    """

    def __init__(self) -> None:
        self._flight = math.inf
        self._exchange = 0.0

    @property
    def slow(self) -> bool:
        """Whether to exchange only after two emails a connection."""
        return self._flight < self._exchange

    def answered(self, seconds: float) -> None:
        """An email has its answer; the quickest ones tell how far the server is."""
        self._flight = min(seconds, self._flight * _FORGET)

    def exchanged(self, seconds: float) -> None:
        """Answers were taken and emails given."""
        self._exchange += _WEIGHT * (seconds - self._exchange)


class Pool:
    """Holds emails until they are answered.

    `failure` is why no connection can be had at all, or the bug that stopped it.
    """

    def __init__(self, balancer: Balancer, terms: Terms) -> None:
        self.failure: BaseException | None = None
        self.held = 0  # emails taken over and not answered
        self.rhythm = Rhythm()
        self._balancer = balancer
        self._terms = terms
        self._loop = asyncio.get_running_loop()
        self._changed: asyncio.Future[bool] | None = None
        self._waiting: deque[RawEmail] = deque()
        self._answers: list[Answer] = []
        self._connections: dict[Connection, None] = {}
        self._idle: dict[Connection, None] = {}  # nothing is under way on them
        self._busy: dict[Connection, None] = {}  # a body is, and an envelope may follow
        self._stalled: dict[Connection, None] = {}  # what is due waits for the next emails
        self._exchanging = True  # answers are handed over at once, and emails come back
        self._connecting: set[_Connecting] = set()
        self._problem: Unavailable | None = None
        self._losses: Counter[str] = Counter()  # by the keys of emails that were given back
        self._all_closed: asyncio.Future[None] | None = None
        self._look()

    @property
    def room(self) -> int:
        """How many emails it may take over now."""
        connections = self._balancer.room(self._terms.connections, self._loop.time())
        return max(0, 2 * connections - self.held)

    @property
    def has_answers(self) -> bool:
        """Whether there are answers to collect."""
        return bool(self._answers)

    @property
    def is_ready(self) -> bool:
        """Whether to collect answers now, and not when there are more.

        More are near while at least every other connection has an email that is not answered.
        """
        half_under_way = 2 * self.held > len(self._connections)
        return bool(self._answers) and not (self.rhythm.slow and half_under_way)

    @property
    def is_connecting(self) -> bool:
        """Whether a connection is being opened."""
        return bool(self._connecting)

    async def change(self, seconds: float | None = None) -> bool:
        """Wait until there is an answer or a failure, or so long; whether there was."""
        self._changed = self._loop.create_future()
        alarm = None
        if seconds is not None:
            alarm = self._loop.call_later(seconds, partial(self._wake, changed=False))
        changed = await self._changed
        self._changed = None
        if alarm is not None:
            alarm.cancel()
        return changed

    def excuse(self, seconds: float) -> None:
        """Nobody saw to the connections for so long."""
        for connection in self._connections:
            connection.excuse(seconds)

    def add(self, emails: Sequence[RawEmail | Answer]) -> None:
        """Take emails over, and answers of those that cannot be sent."""
        for each in emails:
            if isinstance(each, Answer):
                self._answers.append(each)
            else:
                self.held += 1
                self._waiting.append(each)
        if self.failure is not None:
            self.give_back()
        self._assign()
        self._release()

    @contextmanager
    def without_exchanges(self) -> Iterator[None]:
        """While no emails come soon, no connection waits for one."""
        self._exchanging = False
        self._release()
        try:
            yield
        finally:
            self._exchanging = True

    def collect(self) -> list[Answer]:
        """What became of emails since the last time."""
        answers, self._answers = self._answers, []
        return answers

    def put_back(self, answers: Sequence[Answer]) -> None:
        """Keep answers that could not be handed over."""
        self._answers[:0] = answers

    def give_back(self) -> None:
        """Every email that no connection has begun is untried."""
        while self._waiting:
            self._settle(self._waiting.popleft(), None)

    def cut_off(self, reason: BaseException) -> None:
        """Hang up everything at once; what that means for each email becomes its answer."""
        self._fail(reason)
        for connection in list(self._connections):
            connection.hang_up(OSError(0, "this program was stopped"))
        for attempt in self._connecting:
            attempt.cancel()

    async def close(self) -> None:
        """Say goodbye on every connection, side by side, and wait a moment for it."""
        self._looking.cancel()
        for attempt in self._connecting:
            attempt.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)
        for connection in list(self._connections):
            connection.quit()
        if self._connections:
            self._all_closed = self._loop.create_future()
            await asyncio.wait([self._all_closed], timeout=FAREWELL)
        for connection in list(self._connections):
            connection.hang_up(OSError(0, "it does not say goodbye"))

    def take(self, connection: Connection) -> RawEmail | None:
        """The next email that its server can take; None: there is none, `advance` when there is."""
        conversation = connection.conversation
        while self._waiting:
            email = self._waiting.popleft()
            unfit = conversation.unfit(email)
            if unfit is None:
                return email
            self._settle(email, unfit)
        self._busy.pop(connection, None)
        (self._idle if conversation.is_quiet else self._busy)[connection] = None
        return None

    def soon(self, connection: Connection) -> bool:
        """Whether to leave what is due, for emails will come: both are one flight then."""
        if self._exchanging and self.is_ready:
            self._stalled[connection] = None
            return True
        return False

    def answered(self, connection: Connection) -> None:
        """Settle the outcomes of its conversation."""
        conversation = connection.conversation
        outcomes, conversation.outcomes = conversation.outcomes, []
        now = self._loop.time()
        self.rhythm.answered(now - connection.written)
        for email, result in outcomes:
            self._settle(email, self._judged(connection, result, now))

    def closed(self, connection: Connection, error: Exception) -> None:
        """It is closed; settle the last outcomes of its conversation."""
        for each in (self._connections, self._idle, self._busy, self._stalled):
            each.pop(connection, None)
        state, conversation = connection.state, connection.conversation
        state.connections -= 1
        if not isinstance(error, OSError):
            self._fail(error)
            error = OSError(0, "a mistake of this program")
        problem = state.server.unreachable(error)
        now = self._loop.time()
        for email, result in conversation.outcomes:
            if result is None:
                result = self._given_back(connection, email, problem)  # noqa: PLW2901 - what became of it
            elif isinstance(result, DeliveryError) and self._is_of(connection, result):
                result = self._too_many(connection, result, now)  # noqa: PLW2901 - the same
            self._settle(email, result)
        in_vain = conversation.begun and not conversation.judged
        if problem.reason is Reason.CONNECTIONS or in_vain:
            self._record_failure(state, problem, connection.began)
        if self._all_closed and not self._connections and not self._all_closed.done():
            self._all_closed.set_result(None)
        self._assign()

    def _judged(self, connection: Connection, result: Result, now: float) -> Result:
        """What an email's outcome is once its connection and server have learned from it."""
        if isinstance(result, DeliveryError) and self._is_of(connection, result):
            return self._too_many(connection, result, now)
        state = connection.state
        state.worked()
        if state.allowance.known is not None and connection.began > state.allowance.shrunk_at:
            there = [each for each in self._connections if each.state is state]
            state.allowance.worked(sum(not each.retired for each in there), now)
        return result

    def _is_of(self, connection: Connection, error: DeliveryError) -> bool:
        """Whether the server says, in whatever words, that it wants no more of this connection.

        One that cannot take an email, before it knows for whom, and takes others meanwhile, has as
        many as it takes.
        """
        if error.reason is Reason.SERVER and connection.conversation.refused_at_once:
            return self._taken_at(connection) > 0
        return error.reason in _OF_THE_CONNECTION

    def _too_many(
        self, connection: Connection, error: DeliveryError, now: float
    ) -> DeliveryError | None:
        """The server wants no more of this connection: its email goes over another, untried."""
        connection.retired = True
        if error.reason is Reason.SESSION:
            return None if connection.conversation.judged > 1 else error
        taken = self._taken_at(connection)
        patient = connection.state.full(taken, connection.began, now, str(error))
        return None if patient else error

    def _taken_at(self, connection: Connection) -> int:
        """How many others to the same server have an email that it has begun to take."""
        others = (each for each in self._connections if each.state is connection.state)
        conversations = (each.conversation for each in others if each is not connection)
        return sum(each.has_accepted or each.is_whole for each in conversations)

    def _given_back(
        self, connection: Connection, email: RawEmail, problem: Unavailable
    ) -> Unavailable | None:
        """Untried when its connection is lost, but not for ever: that may be its own doing."""
        conversation = connection.conversation
        if isinstance(problem, RateLimited):
            return problem
        if problem.reason is Reason.CONNECTIONS and connection.state.failures < PATIENT:
            return None
        self._losses[email.key] += 1 if conversation.judged else ALONE
        refuses = conversation.has_accepted and not conversation.judged
        return problem if refuses or self._losses[email.key] > ENOUGH else None

    def _settle(self, email: RawEmail, result: Result) -> None:
        self.held -= 1
        if isinstance(result, str):
            answer = Answer(email.id, Receipt(result or email.key))
        else:
            answer = Answer(email.id, error=result)
        self._answers.append(answer)
        self._wake()

    def _wake(self, *, changed: bool = True) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(changed)

    def _assign(self) -> None:
        """Emails that wait go to connections that are free, then to new ones."""
        while self._waiting and (free := self._idle or self._busy):
            connection, _ = free.popitem()
            connection.advance()
        while len(self._waiting) > len(self._connecting) and self._connect():
            pass
        if self._waiting and not self._connections and not self._connecting and self._problem:
            merely_full = self._problem.reason is Reason.CONNECTIONS
            if not merely_full or self._balancer.failures >= PATIENT:
                self._fail(self._problem)

    def _release(self) -> None:
        """Connections that waited for an email in vain go on without."""
        stalled, self._stalled = self._stalled, {}
        for connection in stalled:
            connection.advance()

    def _connect(self) -> bool:
        """Open a connection if there may be one more; whether it was begun."""
        now = self._loop.time()
        count = len(self._connections) + len(self._connecting)
        if self.failure or count >= self._balancer.room(self._terms.connections, now):
            return False
        state = self._balancer.choose(now)
        if state is None:
            return False
        state.connections += 1
        attempt = self._loop.create_task(Connector(state.server, self._terms).connect())
        self._connecting.add(attempt)
        attempt.add_done_callback(partial(self._connected, state, now))
        return True

    def _connected(self, state: ServerState, began: float, attempt: _Connecting) -> None:
        """A connection is open, or will not be."""
        self._connecting.discard(attempt)
        error = None if attempt.cancelled() else attempt.exception()
        if error is None and not attempt.cancelled():
            transport, offer = attempt.result()
            conversation = Conversation(state.server, offer)
            connection = Connection(self, state, transport, conversation, self._terms)
            self._connections[connection] = None
            connection.advance()
            return
        state.connections -= 1
        if isinstance(error, Unavailable):
            self._record_failure(state, error, began)
        elif isinstance(error, Exception):
            self._fail(error)
        self._assign()

    def _record_failure(self, state: ServerState, error: Unavailable, began: float) -> None:
        """A server did not do what it is for."""
        self._problem = error
        now = self._loop.time()
        if error.reason is Reason.QUOTA:
            self._fail(error)
        elif error.reason is Reason.CONNECTIONS or (state.connections and is_full(error)):
            state.full(state.connections, began, now, str(error))
        else:
            state.failed(began, now)

    def _fail(self, error: BaseException) -> None:
        """Nothing more can be sent: what no connection has begun is given back."""
        self.failure = self.failure or error
        self.give_back()
        self._wake()

    def _look(self) -> None:
        """Once in a while: connections that are late or old, and servers to try again."""
        now = self._loop.time()
        for connection in list(self._connections):
            connection.look(now)
        self._assign()
        pause = min(LOOK, self._terms.timeout / 4, self._terms.answer_timeout / 4)
        self._looking = self._loop.call_later(pause, self._look)
