"""One connection in the event loop: what the conversation says is written, what comes is read."""

import asyncio
import math
from typing import Generic, Protocol

from publisher.smtp.balancer import Post
from publisher.smtp.protocol import Conversation, M
from publisher.smtp.replies import HungUp
from publisher.smtp.server import Terms

TAIL = 4096  # bytes; an envelope behind a last dot is shorter
QUIT = b"QUIT\r\n"
FAREWELL = 1.0  # seconds that QUIT may take


class Switchboard(Protocol[M]):
    """What a line asks of those who hold it."""

    def take(self, line: "Line[M]") -> M | None:
        """The next mail for this line; None: there is none now, `advance` it when there is."""
        ...

    def soon(self, line: "Line[M]") -> bool:
        """Whether to leave what is due: `advance` is called in a moment, perhaps with a mail."""
        ...

    def answered(self, line: "Line[M]") -> None:
        """Outcomes stand in `line.talk.outcomes`: take them."""
        ...

    def gone(self, line: "Line[M]", error: Exception) -> None:
        """The line is closed; the last outcomes stand in `line.talk.outcomes`."""
        ...


class Line(asyncio.Protocol, Generic[M]):
    """Carries mails until it is worn; any trouble ends it.

    `born` and `written` are when it was opened and when something was last written, `began` when
    an envelope was.

    The transport's marks are set so low that while writing is paused, more is unsent than an
    envelope: the last dot has surely not left then (`held_back`).
    """

    def __init__(
        self,
        board: Switchboard[M],
        post: Post,
        transport: asyncio.Transport,
        talk: Conversation[M],
        terms: Terms,
    ) -> None:
        self.post = post
        self.talk = talk
        self._board = board
        self._terms = terms
        self._transport = transport
        self._time = asyncio.get_running_loop().time
        self.born = self.written = self.began = self._time()
        self._deadline = math.inf
        self._unsent = 0
        self._over = False
        self._old = False
        self._quitting = False
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=TAIL, low=TAIL)

    @property
    def worn(self) -> bool:
        """Whether it takes no further mail."""
        return self._old or self.talk.begun >= self._terms.per_connection

    @property
    def retired(self) -> bool:
        """Whether it was told to take no further mail."""
        return self._old

    def retire(self) -> None:
        """Take no further mail, and end once nothing is under way; `advance` is called next."""
        self._old = True

    def advance(self) -> None:
        """Write what is due, and the next envelope if there is a mail for it."""
        talk, mail = self.talk, None
        if talk.free and not self.worn:
            mail = self._board.take(self)
        if mail is not None:
            self.began = self._time()
        if mail is not None or (talk.due and not self._board.soon(self)):
            self._write(talk.flight(mail))
        elif talk.quiet:
            self._deadline = math.inf
            if self.worn:
                self.quit()

    def look(self, now: float) -> None:
        """Once in a while: give up what waits too long, hang up what is worn."""
        if now >= self._deadline and not self._still_writing():
            self.hang_up(TimeoutError())
        elif now - self.born >= self._terms.connection_age:
            self._old = True
            if self.talk.quiet:
                self.quit()

    def excuse(self, seconds: float) -> None:
        """Wait so much longer for what is to come: nobody could see whether it came."""
        self._deadline += seconds

    def quit(self) -> None:
        """Say goodbye; the line ends when the server has answered, or after a moment."""
        if self._quitting or self._over:
            return
        self._quitting = self._old = True
        self._transport.write(QUIT)
        self._deadline = self._time() + min(FAREWELL, self._terms.timeout)

    def hang_up(self, error: Exception) -> None:
        """End the line now."""
        if self._over:
            return
        self._over = self._old = True
        self._transport.abort()
        self.talk.lost(error if isinstance(error, OSError) else HungUp(0, "the line was lost"))
        self._board.gone(self, error)

    def data_received(self, data: bytes) -> None:
        """What the server says."""
        if self._quitting:
            self.hang_up(HungUp(0, "it said goodbye"))
            return
        try:
            self.talk.receive(data)
            if self.talk.outcomes:
                self._board.answered(self)
            self.advance()
        except Exception as error:  # noqa: BLE001 - a bug must not lose what is on the line
            self.hang_up(error)

    def eof_received(self) -> None:
        """The server says no more; the line is closed."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The line broke, or the server closed it."""
        self.hang_up(exc if isinstance(exc, OSError) else HungUp(0, "it closed the connection"))

    def pause_writing(self) -> None:
        """More is unsent than an envelope."""
        self.talk.held_back = True

    def resume_writing(self) -> None:
        """A last dot may have left; from now on the answer is waited for."""
        self.talk.held_back = False
        self._deadline = self._time() + self._terms.answer_timeout

    def _write(self, pieces: list[bytes]) -> None:
        terms = self._terms
        patience = terms.answer_timeout if self.talk.whole else terms.timeout
        self.written = self._time()
        self._deadline, self._unsent = self.written + patience, 0
        self._transport.write(b"".join(pieces) if len(pieces) > 1 else pieces[0])

    def _still_writing(self) -> bool:
        """Whether the server has read something since the last look at a line that is late."""
        unsent, self._unsent = self._unsent, self._transport.get_write_buffer_size()
        if 0 < self._unsent < unsent or (self._unsent and not unsent):
            self._deadline = self._time() + self._terms.timeout
            return True
        return False
