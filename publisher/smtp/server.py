"""The servers that mail is handed to, and what their replies and their silence mean."""

import base64
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from publisher import mime
from publisher.errors import AuthExpired, DeliveryError, OutcomeUnknown, Rejected, Unavailable
from publisher.smtp.reply import Reply

OK, GO_ON, LATER, NEVER = 2, 3, 4, 5  # the first digit of a code
ACCOUNT = (530, 534, 535, 538)  # RFC 4954, section 6: the account is refused, not the mail
SHOWN = 200  # characters of a reply that people see


class Security(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


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
    """Where mail goes and with which account; judges replies, and shows no secret in any error."""

    host: str
    port: int
    security: Security = Security.NONE
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    auth: Auth = Auth.AUTO
    weight: int = 1

    def refusal(self, reply: Reply) -> DeliveryError:
        """What a 4yz or 5yz says of a mail: AuthExpired, Unavailable or Rejected."""
        if reply.code in ACCOUNT:
            return self.account_refused(reply)
        if reply.kind == LATER:
            text = f"{self.host} cannot take the mail now: {self.shown(reply)}"
            return Unavailable(text, status=reply.status)
        return Rejected(f"{self.host} refuses the mail: {self.shown(reply)}", status=reply.status)

    def ready(self, reply: Reply) -> None:
        """Let pass success; a refusal is not about a mail, for there is none yet.

        Raises:
            Unavailable: 4yz and 5yz.
            AuthExpired: the account is refused.
        """
        if reply.code in ACCOUNT:
            raise self.account_refused(reply)
        if reply.kind != OK:
            text = f"{self.host} does not serve us now: {self.shown(reply)}"
            raise Unavailable(text, status=reply.status)

    def account_refused(self, reply: Reply) -> AuthExpired:
        """For a login that failed or is missing; its reply is not shown."""
        text = f"{self.host} refuses the account, check `username` and `password`"
        return AuthExpired(text, status=reply.status)

    def unreachable(self, error: OSError | UnicodeError) -> Unavailable:
        """For a line that failed before the server had the whole mail."""
        text = f"{self.host} port {self.port}: {why(error)}"
        return Unavailable(text, status=getattr(error, "status", ""))

    def doubtful(self, error: OSError) -> OutcomeUnknown:
        """For a line that failed when the server may have had the whole mail."""
        text = f"{self.host} has the whole mail, but its answer was lost"
        return OutcomeUnknown(f"{text}: {why(error)}")

    def shown(self, reply: Reply) -> str:
        """A reply in one bounded line, without secrets that the server may repeat."""
        text = " ".join(reply.lines)
        if self.password:
            for secret in self._secrets():
                text = text.replace(secret, "[secret]")
        if not (text.isascii() and text.isprintable()) or "  " in text:
            text = mime.one_line(text)
        return text.strip()[:SHOWN]

    def _secrets(self) -> list[str]:
        """The password in each form that travels."""
        forms = (
            self.password,
            f"\0{self.username}\0{self.password}",
            f"user={self.username}\1auth=Bearer {self.password}\1\1",
        )
        return [self.password, *(base64.b64encode(form.encode()).decode() for form in forms)]


def why(error: OSError | UnicodeError) -> str:
    """What happened to the line, and what to do about it."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "there is no such host, check `host`"
    if isinstance(error, ssl.SSLCertVerificationError):
        told = error.verify_message
        return f"its certificate is not trusted ({told}), set `ca_file` if the authority is yours"
    if isinstance(error, ssl.SSLError):
        return "TLS failed, use `tls` on port 465 and `starttls` on 587"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there, check `host` and `port`"
    if isinstance(error, TimeoutError):
        return "no answer in time, try again or raise the time-out"
    return (error.strerror or "the line was lost").lower()
