"""One connection in the event loop: what the conversation says is written, what comes is read."""

import asyncio
import math
from typing import TYPE_CHECKING

from publisher.smtp.balancer import ServerState
from publisher.smtp.connect import FAREWELL, QUIT
from publisher.smtp.protocol import Conversation
from publisher.smtp.replies import HungUp
from publisher.smtp.server import Terms

if TYPE_CHECKING:
    from publisher.smtp.pool import Pool

TAIL = 4096  # bytes; an envelope behind a last dot is shorter


class Connection(asyncio.Protocol):
    """Carries emails until it is retired; any failure ends it.

    One that is `retired` takes no further email, and ends once nothing is under way.

    `born` and `written` are when it was opened and when something was last written, `began` when
    an envelope was.

    The transport's marks are set so low that while writing is paused, more is unsent than an
    envelope: the last dot has surely not left then (`held_back`).
    """

    def __init__(
        self,
        pool: "Pool",
        state: ServerState,
        transport: asyncio.Transport,
        conversation: Conversation,
        terms: Terms,
    ) -> None:
        self.state = state
        self.conversation = conversation
        self.retired = False
        self._pool = pool
        self._terms = terms
        self._transport = transport
        self._time = asyncio.get_running_loop().time
        self.born = self.written = self.began = self._time()
        self._deadline = math.inf
        self._unsent = 0
        self._over = False
        self._quitting = False
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=TAIL, low=TAIL)

    @property
    def is_expired(self) -> bool:
        """Whether it takes no further email."""
        return self.retired or self.conversation.begun >= self._terms.per_connection

    def advance(self) -> None:
        """Write what is due, and the next envelope if there is an email for it."""
        conversation, email = self.conversation, None
        if conversation.is_free and not self.is_expired:
            email = self._pool.take(self)
        if email is not None:
            self.began = self._time()
        if email is not None or (conversation.is_due and not self._pool.soon(self)):
            self._write(conversation.flight(email))
        elif conversation.is_quiet:
            self._deadline = math.inf
            if self.is_expired:
                self.quit()

    def look(self, now: float) -> None:
        """Once in a while: give up what waits too long, hang up what is old."""
        if now >= self._deadline and not self._still_writing():
            self.hang_up(TimeoutError())
        elif now - self.born >= self._terms.connection_age:
            self.retired = True
            if self.conversation.is_quiet:
                self.quit()

    def excuse(self, seconds: float) -> None:
        """Wait so much longer for what is to come: nobody could see whether it came."""
        self._deadline += seconds

    def quit(self) -> None:
        """Say goodbye; it ends when the server has answered, or after a moment."""
        if self._quitting or self._over:
            return
        self._quitting = self.retired = True
        self._transport.write(QUIT)
        self._deadline = self._time() + min(FAREWELL, self._terms.timeout)

    def hang_up(self, error: Exception) -> None:
        """End it now."""
        if self._over:
            return
        self._over = self.retired = True
        self._transport.abort()
        lost = error if isinstance(error, OSError) else HungUp(0, "the connection was lost")
        self.conversation.lost(lost)
        self._pool.closed(self, error)

    def data_received(self, data: bytes) -> None:
        """What the server says."""
        if self._quitting:
            self.hang_up(HungUp(0, "it said goodbye"))
            return
        try:
            self.conversation.receive(data)
            if self.conversation.outcomes:
                self._pool.answered(self)
            self.advance()
        except Exception as error:  # noqa: BLE001 - a bug must not lose what is on the way
            self.hang_up(error)

    def eof_received(self) -> None:
        """The server says no more; the connection is closed."""

    def connection_lost(self, exc: Exception | None) -> None:
        """It broke, or the server closed it."""
        self.hang_up(exc if isinstance(exc, OSError) else HungUp(0, "it closed the connection"))

    def pause_writing(self) -> None:
        """More is unsent than an envelope."""
        self.conversation.held_back = True

    def resume_writing(self) -> None:
        """A last dot may have left; from now on the answer is waited for."""
        self.conversation.held_back = False
        self._deadline = self._time() + self._terms.answer_timeout

    def _write(self, pieces: list[bytes]) -> None:
        terms = self._terms
        patience = terms.answer_timeout if self.conversation.is_whole else terms.timeout
        self.written = self._time()
        self._deadline, self._unsent = self.written + patience, 0
        self._transport.write(b"".join(pieces) if len(pieces) > 1 else pieces[0])

    def _still_writing(self) -> bool:
        """Whether the server has read something since the last look at one that is late."""
        unsent, self._unsent = self._unsent, self._transport.get_write_buffer_size()
        if 0 < self._unsent < unsent or (self._unsent and not unsent):
            self._deadline = self._time() + self._terms.timeout
            return True
        return False
