"""What a server's replies, and its silence, mean for a mail (RFC 5321, section 4.2)."""

import base64
import socket
import ssl
from dataclasses import dataclass, field

from publisher import mime
from publisher.errors import AuthExpired, Rejected, Unavailable
from publisher.smtp.session import Gibberish, Reply

OK, GO_ON, LATER, NEVER = 2, 3, 4, 5  # the first digit of a code
ACCOUNT = (530, 534, 535, 538)  # RFC 4954, section 6: the account is refused, not the mail
SHOWN = 200  # characters of a reply that people see


@dataclass(frozen=True)
class Server:
    """Judges what one server says; the login is known so that no error ever repeats it."""

    host: str
    port: int
    username: str = field(repr=False)
    password: str = field(repr=False)

    def want(self, digit: int, reply: Reply) -> None:
        """Let pass a reply that begins with `digit`.

        Raises:
            Rejected: 5yz.
            Unavailable: 4yz.
            AuthExpired: the account is refused.
            Gibberish: the reply has no meaning here.
        """
        kind = reply.code // 100
        if kind == digit:
            return
        if reply.code in ACCOUNT:
            raise self.account_refused(reply)
        if kind == NEVER:
            text = f"{self.host} refuses the mail: {self.shown(reply)}"
            raise Rejected(text, status=reply.status)
        if kind == LATER:
            text = f"{self.host} cannot take the mail now: {self.shown(reply)}"
            raise Unavailable(text, status=reply.status)
        raise Gibberish(0, "it does not speak SMTP")

    def ready(self, reply: Reply) -> None:
        """Let pass success; a refusal is not about a mail, for there is none yet.

        Raises:
            Unavailable: 4yz and 5yz.
            AuthExpired: the account is refused.
        """
        if reply.code in ACCOUNT:
            raise self.account_refused(reply)
        if reply.code // 100 != OK:
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

    def shown(self, reply: Reply) -> str:
        """A reply in one bounded line, without secrets that the server may repeat."""
        text = " ".join(reply.lines)
        for secret in self._secrets():
            text = text.replace(secret, "[secret]")
        return mime.one_line(text)[:SHOWN]

    def _secrets(self) -> list[str]:
        """The password in each form that travels."""
        if not self.password:
            return []
        forms = self.password, f"\0{self.username}\0{self.password}"
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
