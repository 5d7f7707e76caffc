"""The lines of one mailing: which mail goes over which, when one is opened, what became of all."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Generic

from publisher.errors import DeliveryError, RateLimited, Reason, Unavailable
from publisher.smtp.balancer import PATIENT, Post, Servers, is_full
from publisher.smtp.connect import Dialler
from publisher.smtp.connection import FAREWELL, Line
from publisher.smtp.handshake import Offer
from publisher.smtp.protocol import Conversation, M, Outcome, Result
from publisher.smtp.rhythm import Rhythm
from publisher.smtp.server import Terms

Dial = asyncio.Task[tuple[asyncio.Transport, Offer]]
ENOUGH, ALONE = 5, 3  # lost lines until a mail counts as tried; those that did nothing else
_OF_THE_LINE = {Reason.CONNECTIONS, Reason.SESSION}
LOOK = 1.0  # seconds between two looks at every line, at most


class Pool(Generic[M]):
    """Holds mails until they are answered; `bell` is called when there is news.

    `failure` is why no connection can be had at all, or the bug that stopped it.
    """

    def __init__(self, servers: Servers, terms: Terms, bell: Callable[[], None]) -> None:
        self.failure: BaseException | None = None
        self.held = 0  # mails taken over and not answered
        self.rhythm = Rhythm()
        self._servers = servers
        self._terms = terms
        self._bell = bell
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[M] = deque()
        self._outcomes: list[Outcome[M]] = []
        self._lines: dict[Line[M], None] = {}
        self._idle: dict[Line[M], None] = {}  # nothing is under way on them
        self._busy: dict[Line[M], None] = {}  # a body is, and an envelope may follow
        self._stalled: dict[Line[M], None] = {}  # what is due there waits for the next mails
        self._turns = True  # news is handed over at once, and mails come back
        self._dials: set[Dial] = set()
        self._trouble: Unavailable | None = None
        self._losses: Counter[str] = Counter()  # by the keys of mails that lost lines gave back
        self._hung_up: asyncio.Future[None] | None = None
        self._look()

    @property
    def room(self) -> int:
        """How many mails it may take over now."""
        connections = self._servers.room(self._terms.connections, self._loop.time())
        return max(0, 2 * connections - self.held)

    @property
    def news(self) -> bool:
        """Whether there are outcomes to collect."""
        return bool(self._outcomes)

    @property
    def ripe(self) -> bool:
        """Whether to collect outcomes now, and not when there are more."""
        return self.news and not (self.rhythm.slow and self._half_under_way)

    @property
    def dialling(self) -> bool:
        """Whether a line is being opened."""
        return bool(self._dials)

    def excuse(self, seconds: float) -> None:
        """Nobody saw to the lines for so long."""
        for line in self._lines:
            line.excuse(seconds)

    def add(self, mails: Sequence[M]) -> None:
        """Take mails over."""
        self.held += len(mails)
        self._waiting.extend(mails)
        if self.failure is not None:
            self.give_back()
        self._spread()
        self._release()

    @contextmanager
    def without_turns(self) -> Iterator[None]:
        """While no mails come soon, no line waits for one."""
        self._turns = False
        self._release()
        try:
            yield
        finally:
            self._turns = True

    def collect(self) -> list[Outcome[M]]:
        """What became of mails since the last time."""
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def put_back(self, outcomes: Sequence[Outcome[M]]) -> None:
        """Keep outcomes that could not be handed over."""
        self._outcomes[:0] = outcomes

    def give_back(self) -> None:
        """Every mail that no line has begun is untried."""
        while self._waiting:
            self._settle(self._waiting.popleft(), None)

    def cut_off(self, reason: BaseException) -> None:
        """Hang up everything at once; what that means for each mail becomes its outcome."""
        self._fail(reason)
        for line in list(self._lines):
            line.hang_up(OSError(0, "this program was stopped"))
        for dial in self._dials:
            dial.cancel()

    async def close(self) -> None:
        """Say goodbye on every line, side by side, and wait a moment for it."""
        self._looking.cancel()
        for dial in self._dials:
            dial.cancel()
        await asyncio.gather(*self._dials, return_exceptions=True)
        for line in list(self._lines):
            line.quit()
        if self._lines:
            self._hung_up = self._loop.create_future()
            await asyncio.wait([self._hung_up], timeout=FAREWELL)
        for line in list(self._lines):
            line.hang_up(OSError(0, "it does not say goodbye"))

    def take(self, line: Line[M]) -> M | None:
        """The next mail that this line's server can take; see Switchboard."""
        while self._waiting:
            mail = self._waiting.popleft()
            unfit = line.talk.unfit(mail)
            if unfit is None:
                return mail
            self._settle(mail, unfit)
        self._busy.pop(line, None)
        (self._idle if line.talk.quiet else self._busy)[line] = None
        return None

    def soon(self, line: Line[M]) -> bool:
        """Where news is ripe, mails will come: a body and an envelope are one flight then."""
        if self._turns and self.ripe:
            self._stalled[line] = None
            return True
        return False

    def answered(self, line: Line[M]) -> None:
        """See Switchboard."""
        outcomes, line.talk.outcomes = line.talk.outcomes, []
        now = self._loop.time()
        self.rhythm.answered(now - line.written)
        for mail, result in outcomes:
            self._settle(mail, self._judged(line, result, now))

    def _judged(self, line: Line[M], result: Result, now: float) -> Result:
        """What a mail's outcome is once its line and server have learned from it."""
        if isinstance(result, DeliveryError) and self._is_of_the_line(line, result):
            return self._too_many(line, result, now)
        post = line.post
        post.worked()
        if post.allowance.known is not None and line.began > post.allowance.shrunk_at:
            post.allowance.worked(self._open_at(post), now)
        return result

    def _is_of_the_line(self, line: Line[M], error: DeliveryError) -> bool:
        """Whether the server says, in whatever words, that it wants no more of this line.

        One that cannot take a mail, before it knows for whom, and takes others meanwhile, has as
        many as it takes.
        """
        if error.reason is Reason.SERVER and line.talk.refused_at_once:
            return self._busy_at(line) > 0
        return error.reason in _OF_THE_LINE

    def _too_many(self, line: Line[M], error: DeliveryError, now: float) -> DeliveryError | None:
        """The server wants no more of this line: its mail is untried, and goes over another."""
        line.retire()
        if error.reason is Reason.SESSION:
            return None if line.talk.judged > 1 else error
        patient = line.post.full(self._busy_at(line), line.began, now, str(error))
        return None if patient else error

    def _busy_at(self, line: Line[M]) -> int:
        """How many other lines to the same server have a mail that it has begun to take."""
        others = (each for each in self._lines if each.post is line.post and each is not line)
        return sum(each.talk.accepted or each.talk.whole for each in others)

    def _open_at(self, post: Post) -> int:
        return sum(each.post is post and not each.retired for each in self._lines)

    def gone(self, line: Line[M], error: Exception) -> None:
        """See Switchboard."""
        for each in (self._lines, self._idle, self._busy, self._stalled):
            each.pop(line, None)
        line.post.lines -= 1
        if not isinstance(error, OSError):
            self._fail(error)
            error = OSError(0, "a mistake of this program")
        trouble = line.post.server.unreachable(error)
        now = self._loop.time()
        for mail, result in line.talk.outcomes:
            if result is None:
                result = self._given_back(line, mail, trouble)  # noqa: PLW2901 - what became of it
            elif isinstance(result, DeliveryError) and self._is_of_the_line(line, result):
                result = self._too_many(line, result, now)  # noqa: PLW2901 - the same
            self._settle(mail, result)
        if trouble.reason is Reason.CONNECTIONS or (line.talk.begun and not line.talk.judged):
            self._strike(line.post, trouble, line.began)
        if self._hung_up and not self._lines and not self._hung_up.done():
            self._hung_up.set_result(None)
        self._spread()

    def _given_back(self, line: Line[M], mail: M, trouble: Unavailable) -> Unavailable | None:
        """A mail is untried when its line is lost, but not for ever: that may be its own doing."""
        talk = line.talk
        if isinstance(trouble, RateLimited):
            return trouble
        if trouble.reason is Reason.CONNECTIONS and line.post.failures < PATIENT:
            return None
        self._losses[mail.key] += 1 if talk.judged else ALONE
        refuses = talk.accepted and not talk.judged
        return trouble if refuses or self._losses[mail.key] > ENOUGH else None

    @property
    def _half_under_way(self) -> bool:
        """Whether at least every other line has a mail that is not answered."""
        return 2 * self.held > len(self._lines)

    def _settle(self, mail: M, result: Result) -> None:
        self.held -= 1
        self._outcomes.append((mail, result))
        self._bell()

    def _spread(self) -> None:
        """Mails that wait go to lines that rest, then to new ones."""
        while self._waiting and (resting := self._idle or self._busy):
            line, _ = resting.popitem()
            line.advance()
        while len(self._waiting) > len(self._dials) and self._dial():
            pass
        if self._waiting and not self._lines and not self._dials and self._trouble:
            merely_full = self._trouble.reason is Reason.CONNECTIONS
            if not merely_full or self._servers.failures >= PATIENT:
                self._fail(self._trouble)

    def _release(self) -> None:
        """Lines that waited for a mail in vain go on without."""
        stalled, self._stalled = self._stalled, {}
        for line in stalled:
            line.advance()

    def _dial(self) -> bool:
        """Open a line if there may be one more; whether it was begun."""
        now = self._loop.time()
        open_lines = len(self._lines) + len(self._dials)
        if self.failure or open_lines >= self._servers.room(self._terms.connections, now):
            return False
        post = self._servers.choose(now)
        if post is None:
            return False
        post.lines += 1
        dial = self._loop.create_task(Dialler(post.server, self._terms).dial())
        self._dials.add(dial)
        dial.add_done_callback(partial(self._dialled, post, now))
        return True

    def _dialled(self, post: Post, began: float, dial: Dial) -> None:
        """A line is open, or will not be."""
        self._dials.discard(dial)
        error = None if dial.cancelled() else dial.exception()
        if error is None and not dial.cancelled():
            transport, offer = dial.result()
            talk = Conversation[M](post.server, offer)
            line = Line(self, post, transport, talk, self._terms)
            self._lines[line] = None
            line.advance()
            return
        post.lines -= 1
        if isinstance(error, Unavailable):
            self._strike(post, error, began)
        elif isinstance(error, Exception):
            self._fail(error)
        self._spread()

    def _strike(self, post: Post, error: Unavailable, began: float) -> None:
        """A server did not do what it is for."""
        self._trouble = error
        now = self._loop.time()
        if error.reason is Reason.QUOTA:
            self._fail(error)
        elif error.reason is Reason.CONNECTIONS or (post.lines and is_full(error)):
            post.full(post.lines, began, now, str(error))
        else:
            post.failed(began, now)

    def _fail(self, error: BaseException) -> None:
        """Nothing more can be sent: what no line has begun is given back."""
        self.failure = self.failure or error
        self.give_back()
        self._bell()

    def _look(self) -> None:
        """Once in a while: lines that are late or worn, and servers that have rested."""
        now = self._loop.time()
        for line in list(self._lines):
            line.look(now)
        self._spread()
        pause = min(LOOK, self._terms.timeout / 4, self._terms.answer_timeout / 4)
        self._looking = self._loop.call_later(pause, self._look)
