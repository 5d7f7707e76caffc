"""The servers that emails are handed to, and what their replies and their silence mean."""

import base64
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from publisher.errors import (
    AuthExpired,
    DeliveryError,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Rejected,
    Unavailable,
)
from publisher.masking import masked
from publisher.mime.lines import one_line
from publisher.smtp.refusals import Stage, read
from publisher.smtp.replies import HungUp, Reply
from publisher.smtp.security import Security

OK, GO_ON, LATER, NEVER = 2, 3, 4, 5  # the first digit of a code
ACCOUNT = (530, 534, 535, 538)  # RFC 4954, section 6: the account is refused, not the email
SHOWN = 200  # characters of a reply that people see
_WHOM = {Reason.ACCOUNT: "this account", Reason.TOO_LONG: "email of this size"}
_A_PERSON_S = {Reason.SENDER, Reason.ACCOUNT}  # to fix, and then to resume the channel
_NOT_FOR_GOOD = {
    Reason.MAILBOX_FULL,
    Reason.RECIPIENT_THROTTLED,
    Reason.GREYLISTED,
    Reason.CONNECTIONS,
    Reason.SESSION,
    Reason.LATER,
}
_OLD = "it knows only old TLS (1.1 or older), which no longer protects; it must learn TLS 1.2"
_NO_TLS = "it does not begin with TLS there: use `tls` on port 465 and `starttls` on 587"
HUNG_UP_IN_TLS = "it hung up as TLS began: perhaps it knows only old TLS (1.1 or older)"
_TLS = {
    "UNSUPPORTED_PROTOCOL": _OLD,
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD,
    "NO_PROTOCOLS_AVAILABLE": _OLD,
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "HTTP_REQUEST": _NO_TLS,
    "UNEXPECTED_EOF_WHILE_READING": HUNG_UP_IN_TLS,  # many servers say nothing else
}


class Auth(StrEnum):
    """How to log in; `auto` takes the best of PLAIN, LOGIN and CRAM-MD5 that is offered."""

    AUTO = "auto"
    PLAIN = "plain"
    LOGIN = "login"
    CRAM_MD5 = "cram-md5"
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True)
class Terms:
    """How connections are held, whatever the server: all times in seconds."""

    connections: int
    per_connection: int
    connection_age: float
    timeout: float
    answer_timeout: float
    helo: str
    tls: Callable[[], ssl.SSLContext] = field(repr=False)


@dataclass(frozen=True)
class Server:
    """Where emails go and with which account; judges replies, and shows no secret in any error."""

    host: str
    port: int
    security: Security = Security.NONE
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    auth: Auth = Auth.AUTO
    weight: int = 1

    @property
    def place(self) -> str:
        """Its name for people, and for what was learned of it."""
        return f"{self.host}:{self.port}"

    def refusal(
        self, reply: Reply, stage: Stage, *, sender: str = "", recipient: str = ""
    ) -> DeliveryError:
        """What a 4yz or 5yz to an email means, by where in the dialogue it was said."""
        if reply.code in ACCOUNT:
            return self.account_refused(reply)
        reason, wait = read(reply, stage, sender=sender, recipient=recipient)
        if reason in {Reason.QUOTA, Reason.RATE}:
            return self._limited(reply, reason, wait)
        about: dict[str, Any] = {"status": reply.status, "reason": reason}
        words = self.shown(reply)
        if reason in _A_PERSON_S or (reason is Reason.TOO_LONG and stage is Stage.MAIL):
            whom = _WHOM.get(reason, "the sender")
            return AuthExpired(f"{self.host} refuses {whom}: {words}", **about)
        if reply.kind == LATER or reason in _NOT_FOR_GOOD:
            return Unavailable(f"{self.host} cannot take the email now: {words}", **about)
        return Rejected(f"{self.host} refuses the email: {words}", **about)

    def ready(self, reply: Reply) -> None:
        """Let pass success; a refusal is not about an email, for there is none yet.

        Raises:
            Unavailable: 4yz and 5yz; a RateLimited where it speaks of a quota or a rate.
            AuthExpired: the account is refused.
        """
        if reply.code in ACCOUNT:
            raise self.account_refused(reply)
        if reply.kind != OK:
            raise self.unready(reply)

    def unready(self, reply: Reply) -> Unavailable:
        """What a refusal means that comes before any email."""
        reason, wait = read(reply, Stage.OPENING)
        if reason in {Reason.QUOTA, Reason.RATE}:
            return self._limited(reply, reason, wait)
        text = f"{self.host} does not serve us now: {self.shown(reply)}"
        return Unavailable(text, status=reply.status, reason=reason)

    def _limited(self, reply: Reply, reason: Reason, wait: timedelta | None) -> RateLimited:
        what = "a quota is used up" if reason is Reason.QUOTA else "that is too fast"
        text = f"{self.host} says that {what}: {self.shown(reply)}"
        return RateLimited(text, wait=wait, status=reply.status, reason=reason)

    def account_refused(self, reply: Reply) -> AuthExpired:
        """For a login that failed or is missing; its reply is not shown."""
        text = f"{self.host} refuses the account, check `username` and `password`"
        return AuthExpired(text, status=reply.status, reason=Reason.ACCOUNT)

    def unreachable(self, error: OSError | UnicodeError) -> Unavailable:
        """For a connection that failed before the server had the whole email."""
        if isinstance(error, HungUp) and error.reply:
            return self.unready(error.reply)
        text = f"{self.host} port {self.port}: {why(error)}"
        return Unavailable(text, reason=Reason.SERVER)

    def doubtful(self, error: OSError) -> OutcomeUnknown:
        """For a connection that failed when the server may have had the whole email."""
        text = f"{self.host} has the whole email, but its answer was lost"
        return OutcomeUnknown(f"{text}: {why(error)}")

    def shown(self, reply: Reply) -> str:
        """A reply in one bounded line, without secrets that the server may repeat."""
        text = " ".join(reply.lines)
        if self.password:
            text = masked(text, self._secrets)
        if not (text.isascii() and text.isprintable()) or "  " in text:
            text = one_line(text)
        return text.strip()[:SHOWN]

    @property
    def _secrets(self) -> tuple[str, ...]:
        """The password, alone and in each form in which it travels."""
        forms = (
            f"\0{self.username}\0{self.password}",
            f"user={self.username}\1auth=Bearer {self.password}\1\1",
        )
        return self.password, *(base64.b64encode(form.encode()).decode() for form in forms)


def why(error: OSError | UnicodeError) -> str:
    """What happened to the connection, and what to do about it."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "there is no such host, check `host`"
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "set `ca_file` if the authority is yours"
        return f"its certificate is not trusted ({error.verify_message}), {hint}"
    if isinstance(error, ssl.SSLError):
        words = (error.reason or "no reason was given").replace("_", " ").lower()
        otherwise = f"TLS failed ({words}): use `tls` on port 465 and `starttls` on 587"
        return _TLS.get(error.reason or "", otherwise)
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there, check `host` and `port`"
    if isinstance(error, TimeoutError):
        return "no answer in time, try again or raise the time-out"
    details = error.strerror or "the connection was lost"
    return details if isinstance(error, HungUp) else details.lower()
