"""Emails on a connection, without a socket: bytes in, outcomes and bytes out (RFC 5321, 2920).

Where the server offers PIPELINING, the body of one email and the envelope of the next leave
together: at most one email has its answer to come, and one behind it has its envelope out.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from publisher.errors import DeliveryError, Reason, Rejected
from publisher.smtp.handshake import Offer
from publisher.smtp.refusals import Stage
from publisher.smtp.replies import CLOSING, Gibberish, HungUp, Reply, ReplyReader, closing
from publisher.smtp.server import Server

DOT = b".\r\n"
LONGEST = 256  # characters of an address (RFC 5321, section 4.5.3.1.3)
TOO_LARGE = "552 5.3.4"  # as a server says it that is asked (RFC 1870, section 6.2; RFC 3463)
_SUCCESS, _GO_ON = b"23"  # how a reply begins
_FAREWELL = str(CLOSING).encode()


class RawEmail(NamedTuple):
    """One email as it travels: its delivery's id and key, the envelope, the bytes.

    `sender` and `recipient` are bare addresses. `content` is what follows DATA but for the last
    dot: its lines end with CRLF and none begins with a dot.
    """

    id: int
    key: str
    sender: str
    recipient: str
    content: bytes


Result = str | DeliveryError | None
"""What became of an email: the server's words for success, an error, or None: surely untried."""
Outcome = tuple[RawEmail, Result]


class Conversation:
    """Matches replies with commands; whoever drives it writes what `flight` hands out.

    `outcomes` gathers what became of emails, until the driver takes it. `begun` counts the emails
    whose envelopes were given, `judged` those that the server took or refused; it `has_accepted`
    MAIL if neither a body nor a reset has ended that email. The driver sets `held_back` while bytes
    that the server needs for a whole email have surely not left.
    """

    def __init__(self, server: Server, offer: Offer) -> None:
        self.server = server
        self.outcomes: list[Outcome] = []
        self.begun = self.judged = 0
        self.held_back = self.has_accepted = False
        self._pipelining = offer.pipelining
        self._room = offer.size
        self._says_size = "SIZE" in offer.extensions
        self._takes_international = "SMTPUTF8" in offer.extensions
        self._reader = ReplyReader()
        self._awaited: deque[Callable[[bytes], None]] = deque()
        self._body: RawEmail | None = None  # sent whole, its answer is to come
        self._next: RawEmail | None = None  # its envelope is with the server
        self._refusal: tuple[bytes, Stage] | None = None  # of that envelope, and where
        self._allowed = False  # the server wants the body of that envelope
        self._international = False  # the email that comes next needs SMTPUTF8
        self._now: list[bytes] = []  # to be written at once
        self._later: deque[tuple[bytes, Callable[[bytes], None]]] = deque()

    @property
    def is_free(self) -> bool:
        """Whether the envelope of another email may be given."""
        if self._pipelining:
            return self._next is None or self._allowed
        return self.is_quiet

    @property
    def is_due(self) -> bool:
        """Whether `flight` has something to write, though no email is given."""
        return self._allowed or bool(self._now)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is to come and nothing to be written."""
        return not (self._awaited or self._next or self._now)

    @property
    def is_whole(self) -> bool:
        """Whether the answer to a whole email is to come."""
        return self._body is not None

    @property
    def refused_at_once(self) -> bool:
        """Whether the last refusal of an envelope came before the recipient was named."""
        return self._refusal is not None and self._refusal[1] is Stage.MAIL

    def unfit(self, email: RawEmail) -> Rejected | None:
        """Why the server cannot take this email at all (RFC 1870, 6531); None: it can.

        Ask before each `flight` with an email.
        """
        if 0 < self._room < len(email.content):
            size = len(email.content)
            text = f"the email has {size} bytes, {self.server.host} takes {self._room}"
            return Rejected(text, status=TOO_LARGE, reason=Reason.TOO_LONG)
        if _breaks_out(email.sender) or _breaks_out(email.recipient):
            return Rejected("an address of this email is invalid", reason=Reason.RECIPIENT_REFUSED)
        addresses_fit = email.recipient.isascii() and email.sender.isascii()
        self._international = not (addresses_fit and email.content.isascii())
        if self._international and not self._takes_international:
            text = f"{self.server.host} takes no international addresses (SMTPUTF8)"
            return Rejected(text, reason=Reason.RECIPIENT_REFUSED)
        return None

    def flight(self, email: RawEmail | None = None) -> list[bytes]:
        """What to write now; `email` is the next one if there is one and it `is_free`."""
        pieces, self._now = self._now, []
        if self._allowed:
            pieces += self._body_of_next()
        if email is not None:
            pieces += self._envelope(email)
        return pieces

    def receive(self, data: bytes) -> None:
        """Take what the server says, in whatever pieces.

        Raises:
            HungUp: 421, or it does not reset. Gibberish: this is not SMTP, or nobody asked.
        """
        for raw in self._reader.feed(data):
            if self._awaited:
                self._awaited.popleft()(raw)
            elif not raw.startswith(_FAREWELL):
                raise Gibberish(0, "it answers what nobody asked")
            if raw.startswith(_FAREWELL):
                raise closing(Reply(raw))
            if self._later and not self._awaited:
                self._say(*self._later.popleft())
        if self._reader and not self._awaited:
            raise Gibberish(0, "it answers what nobody asked")

    def lost(self, error: OSError) -> None:
        """The connection is lost: what that means for the emails on it becomes their outcome."""
        body, self._body, envelope, self._next = self._body, None, self._next, None
        if body is not None:
            judge = self.server.unreachable if self.held_back else self.server.doubtful
            self.outcomes.append((body, judge(error)))
        if envelope is not None:
            self.outcomes.append((envelope, self._refused(envelope)))

    def _body_of_next(self) -> tuple[bytes, bytes]:
        email, self._body, self._next = self._next, self._next, None
        assert email is not None  # noqa: S101 - allowed means that there is one
        self._allowed = self.has_accepted = False
        self._awaited.append(self._on_answer)
        return email.content, DOT

    def _envelope(self, email: RawEmail) -> list[bytes]:
        """MAIL, RCPT and DATA, together or one by one, behind RSET where one came to nothing."""
        commands: list[tuple[bytes, Callable[[bytes], None]]] = [
            (self._mail_command(email), self._on_mail),
            (f"RCPT TO:<{email.recipient}>\r\n".encode(), self._on_recipient),
            (b"DATA\r\n", self._on_data),
        ]
        if self.has_accepted:
            commands.insert(0, (b"RSET\r\n", self._on_reset))
        self.begun += 1
        self._next, self._refusal = email, None
        now, later = (commands, []) if self._pipelining else (commands[:1], commands[1:])
        self._awaited.extend(handler for _, handler in now)
        self._later.extend(later)
        return [command for command, _ in now]

    def _mail_command(self, email: RawEmail) -> bytes:
        words = f"MAIL FROM:<{email.sender}>"
        if self._says_size:
            words += f" SIZE={len(email.content)}"
        if self._international:
            words += " BODY=8BITMIME SMTPUTF8"
        return f"{words}\r\n".encode()

    def _say(self, words: bytes, handler: Callable[[bytes], None]) -> None:
        self._now.append(words)
        self._awaited.append(handler)

    def _on_reset(self, raw: bytes) -> None:
        if raw[0] != _SUCCESS:
            raise HungUp(0, "it does not reset")
        self.has_accepted = False

    def _on_mail(self, raw: bytes) -> None:
        if raw[0] == _SUCCESS:
            self.has_accepted = True
        elif not raw.startswith(_FAREWELL):
            self._refuse(raw, Stage.MAIL)

    def _on_recipient(self, raw: bytes) -> None:
        if raw[0] != _SUCCESS:
            self._refuse(raw, Stage.RECIPIENT)

    def _on_data(self, raw: bytes) -> None:
        if raw[0] != _GO_ON:
            self._refuse(raw, Stage.DATA)
        elif self._refusal is None:
            self._allowed = True
        elif self._refusal[1] is Stage.MAIL:  # it may take an empty email for this recipient
            self._give_up_envelope()
            raise HungUp(0, "it takes an email whose sender it has refused")
        else:  # RFC 2920, section 3.1: DATA was taken without a recipient
            self.has_accepted = False
            self._say(DOT, self._on_nothing)
        if self._refusal is not None:
            self._give_up_envelope()

    def _on_nothing(self, raw: bytes) -> None:
        """What an empty email without a recipient gets, or NOOP, says nothing of any email."""

    def _on_answer(self, raw: bytes) -> None:
        reply = Reply(raw)
        success = raw[0] == _SUCCESS
        if raw[0] == _GO_ON or (success and self.held_back):
            raise Gibberish(0, "it does not speak SMTP")
        assert self._body is not None  # noqa: S101 - its answer is awaited
        email = self._body
        result = self.server.shown(reply) if success else self._judged(email, reply, Stage.MESSAGE)
        self.outcomes.append((self._body, result))
        self._body = None
        self.judged += 1
        if self.held_back:
            raise HungUp(0, "it did not take the whole email")

    def _refuse(self, raw: bytes, stage: Stage) -> None:
        """Keep the first refusal of an envelope; those that follow are its echo."""
        if self._refusal is not None:
            return
        if raw[0] in (_SUCCESS, _GO_ON):
            raise Gibberish(0, "it does not speak SMTP")
        self._refusal = raw, stage
        if not self._pipelining:
            self._later.clear()
            self._give_up_envelope()

    def _give_up_envelope(self) -> None:
        email, self._next = self._next, None
        if email is not None and self._refusal is not None:
            self.judged += 1
            self.outcomes.append((email, self._refused(email)))

    def _refused(self, email: RawEmail) -> DeliveryError | None:
        """What the refusal of the envelope means; None: there is none."""
        return self._refusal and self._judged(email, Reply(self._refusal[0]), self._refusal[1])

    def _judged(self, email: RawEmail, reply: Reply, stage: Stage) -> DeliveryError:
        return self.server.refusal(reply, stage, sender=email.sender, recipient=email.recipient)


def _breaks_out(address: str) -> bool:
    """Whether a command with this address in angle brackets may not end where it should."""
    odd = " " in address or "<" in address or ">" in address or not address.isprintable()
    return odd or len(address) > LONGEST
