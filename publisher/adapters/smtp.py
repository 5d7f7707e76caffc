"""`adapter: smtp`: mail over kept connections to a server or relay, one reply at a time."""

import re
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import Field, SecretStr, model_validator

from publisher import mime
from publisher.adapters.base import Adapter, Settings
from publisher.errors import AuthExpired, OutcomeUnknown, Rejected, Unavailable
from publisher.messages import Email, Receipt
from publisher.smtp.replies import GO_ON, LATER, OK, Server, why
from publisher.smtp.session import HungUp, Reply, Session


class Security(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class SmtpSettings(Settings):
    """The options of `adapter: smtp`."""

    host: str = Field(
        pattern=r"^[^\s/@:]+$|^[0-9A-Fa-f:]+$",
        description="The server's name, as its certificate has it.",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Default: 587 for `starttls`, 465 for `tls`, 25 for `none`.",
    )
    security: Security = Field(
        default=Security.STARTTLS,
        description="`starttls`, `tls` (from the first byte) or `none` (inside your own machine).",
    )
    username: str = Field(default="", description="The account's name; without it, no login.")
    password: SecretStr = Field(
        default=SecretStr(""), description="The account's password, best as `${NAME}`."
    )
    ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) of your own authority, trusted as well."
    )
    connections: int = Field(
        default=4, ge=1, le=64, description="How many connections may be open at once, 1 to 64."
    )
    per_connection: int = Field(
        default=100, ge=1, description="How many mails go over one connection."
    )
    timeout: float = Field(
        default=30, gt=0, le=600, description="Seconds to wait for an answer to a command."
    )
    answer_timeout: float = Field(
        default=300, gt=0, le=3600, description="Seconds to wait for the answer to a whole mail."
    )
    helo: str = Field(
        default="",
        pattern=r"^[!-~]*$",
        description="The name to greet the server with; default: this machine's.",
    )

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username and password belong together: give both or none")
        return self


class _Parcel(NamedTuple):
    """A mail ready for the line: the envelope and the bytes."""

    sender: str
    recipient: str
    content: bytes


class _Stale(Exception):
    """A kept connection was dead before the server took anything of this mail."""


class Smtp(Adapter[Email]):
    """Sends mail; safe to use from several threads, each mail on a connection of its own."""

    settings = SmtpSettings
    kinds = (Email,)

    def __init__(self, settings: Settings, *, name: str) -> None:  # noqa: ARG002 - the host says more
        """Keep the options; connect to nothing yet."""
        assert isinstance(settings, SmtpSettings)  # noqa: S101 - wiring pairs them
        self._options = settings
        self._host = settings.host
        self._port = settings.port or PORTS[settings.security]
        password = settings.password.get_secret_value()
        self._server = Server(settings.host, self._port, settings.username, password)
        self._idle: deque[Session] = deque()
        self.connections = settings.connections

    def send(self, message: Email, key: str) -> Receipt:
        """Hand one mail to the server.

        Raises:
            Rejected: 5yz, an address is none, the mail is too large or needs SMTPUTF8.
            Unavailable: nothing was sent: no connection, no TLS, 4yz.
            AuthExpired: the server refuses the account.
            OutcomeUnknown: the line was lost after the last byte.
        """
        sender = mime.mailbox(message.sender).address
        parcel = _Parcel(sender, mime.address(message.recipient), mime.as_bytes(message, key))
        reply = self._send(parcel)
        return Receipt(remote_id=self._server.shown(reply) or key)

    def check(self) -> None:
        """Connect, encrypt, log in; the first mail goes over the same connection.

        Raises:
            Unavailable: the server cannot be used now.
            AuthExpired: the server refuses the account.
        """
        session = self._open()
        with self._lent(session):
            self._server.ready(session.ask("NOOP"))

    def close(self) -> None:
        """Hang up every kept connection."""
        while self._idle:
            self._idle.pop().quit()

    def _send(self, parcel: _Parcel) -> Reply:
        """Over a kept connection, or a new one if there is none or it died while it was idle."""
        session = self._take()
        if session:
            with suppress(_Stale):
                return self._hand_over(session, parcel, kept=True)
        return self._hand_over(self._open(), parcel, kept=False)

    def _hand_over(self, session: Session, parcel: _Parcel, *, kept: bool) -> Reply:
        with self._lent(session):
            try:
                self._begin(session, parcel)
            except OSError as error:
                if kept:
                    raise _Stale from error
                raise
            self._server.want(OK, session.ask(f"RCPT TO:<{parcel.recipient}>"))
            self._server.want(GO_ON, session.ask("DATA"))
            session.write(parcel.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            return self._answer(session)

    @contextmanager
    def _lent(self, session: Session) -> Iterator[None]:
        """Take the connection back for the next mail, unless its state is unknown."""
        try:
            yield
        except OSError as error:
            session.close()
            raise self._server.unreachable(error) from error
        except (Rejected, Unavailable):
            self._keep(session)
            raise
        except BaseException:
            session.close()
            raise
        self._keep(session)

    def _take(self) -> Session | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _keep(self, session: Session) -> None:
        if session.mails < self._options.per_connection:
            self._idle.append(session)
        else:
            session.quit()

    def _open(self) -> Session:
        """A connection that may take a mail."""
        try:
            session = Session(self._host, self._port, self._options.timeout)
        except (OSError, UnicodeError) as error:
            raise self._server.unreachable(error) from error
        try:
            self._prepare(session)
        except OSError as error:
            session.close()
            raise self._server.unreachable(error) from error
        except BaseException:
            session.close()
            raise
        return session

    def _prepare(self, session: Session) -> None:
        """Greeting, EHLO, TLS and login, whatever of it is asked for."""
        security = self._options.security
        if security is Security.TLS:
            session.encrypt(self._context)
        self._server.ready(session.reply())
        self._server.ready(session.greet(self._helo))
        if security is Security.STARTTLS:
            self._start_tls(session)
        if self._options.username:
            self._login(session)

    def _start_tls(self, session: Session) -> None:
        if "STARTTLS" not in session.extensions:
            text = f"{self._host} offers no STARTTLS, and nothing is sent in the clear"
            raise Unavailable(f"{text}: is the option `security` right?")
        self._server.ready(session.ask("STARTTLS"))
        session.encrypt(self._context)
        self._server.ready(session.greet(self._helo))

    def _login(self, session: Session) -> None:
        options = self._options
        reply = session.login(options.username, options.password.get_secret_value())
        if reply is None:
            raise AuthExpired(f"{self._host} offers no login here: are port and security right?")
        if reply.code // 100 == LATER:
            raise Unavailable(f"{self._host} cannot check the login now", status=reply.status)
        if reply.code // 100 != OK:
            raise self._server.account_refused(reply)

    def _begin(self, session: Session, parcel: _Parcel) -> None:
        """MAIL FROM, after what an earlier mail may have left behind."""
        if session.open_mail and session.ask("RSET").code // 100 != OK:
            raise HungUp(0, "it does not reset")
        self._check_fit(session, parcel)
        session.open_mail = True
        self._server.want(OK, session.ask(_mail_command(session, parcel)))

    def _check_fit(self, session: Session, parcel: _Parcel) -> None:
        """What the server cannot take is rejected before it is sent (RFC 1870, 6531)."""
        room = session.extensions.get("SIZE", "")
        size = len(parcel.content)
        if re.fullmatch(r"[0-9]{1,18}", room) and 0 < int(room) < size:
            raise Rejected(f"the mail has {size} bytes, {self._host} takes {room}")
        if not parcel.content.isascii() and "SMTPUTF8" not in session.extensions:
            raise Rejected(f"{self._host} takes no international addresses (SMTPUTF8)")

    def _answer(self, session: Session) -> Reply:
        """The reply to the whole mail; from here on, a lost line is a doubt."""
        try:
            reply = session.reply(self._options.answer_timeout)
            session.open_mail = False
            session.mails += 1
            self._server.want(OK, reply)
        except OSError as error:
            if isinstance(error, HungUp) and error.status:
                raise
            text = f"{self._host} has the whole mail, but its answer was lost"
            raise OutcomeUnknown(f"{text}: {why(error)}") from error
        return reply

    @cached_property
    def _helo(self) -> str:
        """The name to greet with; a machine's name may have characters that SMTP lacks."""
        return self._options.helo or re.sub(r"[^!-~]", "-", socket.gethostname()) or "localhost"

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Trusts what this machine trusts, and the authority in `ca_file`."""
        context = ssl.create_default_context()
        file = self._options.ca_file
        try:
            if file:
                context.load_verify_locations(file)
        except OSError as error:
            text = f"ca_file {mime.one_line(str(file))} holds no certificates that can be read"
            raise Unavailable(text) from error
        return context


def _mail_command(session: Session, parcel: _Parcel) -> str:
    words = [f"MAIL FROM:<{parcel.sender}>"]
    if "SIZE" in session.extensions:
        words.append(f"SIZE={len(parcel.content)}")
    if not parcel.content.isascii():
        words += ["BODY=8BITMIME", "SMTPUTF8"]
    return " ".join(words)
