"""`adapter: smtp`: mail over kept connections to a server or relay, one reply at a time."""

import base64
import re
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import Field, SecretStr, model_validator

from publisher import mime
from publisher.adapters.base import Adapter, Settings
from publisher.errors import AuthExpired, DeliveryError, OutcomeUnknown, Rejected, Unavailable
from publisher.messages import Email, Receipt
from publisher.smtp_session import HungUp, Reply, Session

SHOWN = 200  # characters of a reply that people see
ACCOUNT = (530, 534, 535, 538)  # RFC 4954, section 6: the account is refused, not the mail


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
        self._secrets = _secrets(settings)
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
        return Receipt(remote_id=self._shown(reply) or key)

    def check(self) -> None:
        """Connect, encrypt, log in, say goodbye.

        Raises:
            Unavailable: the server cannot be used now.
            AuthExpired: the server refuses the account.
        """
        session = self._open()
        try:
            with self._named():
                self._ready(session.ask("NOOP"))
        finally:
            session.quit()

    def close(self) -> None:
        """Hang up every kept connection."""
        while self._idle:
            self._idle.pop().quit()

    def _send(self, parcel: _Parcel) -> Reply:
        """Over a kept connection, or a new one if there is none or it died while it was idle."""
        with suppress(_Stale, IndexError):
            return self._hand_over(self._idle.pop(), parcel)
        return self._hand_over(self._open(), parcel)

    def _hand_over(self, session: Session, parcel: _Parcel) -> Reply:
        with self._kept(session):
            self._begin(session, parcel)
            self._want(2, session.ask(f"RCPT TO:<{parcel.recipient}>"))
            self._want(3, session.ask("DATA"))
            session.write(parcel.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            return self._answer(session)

    @contextmanager
    def _kept(self, session: Session) -> Iterator[None]:
        """Keep the connection for the next mail, unless it is in an unknown state."""
        try:
            with self._named():
                yield
        except (Rejected, Unavailable):
            self._keep(session)
            raise
        except BaseException:
            session.close()
            raise
        self._keep(session)

    def _keep(self, session: Session) -> None:
        if session.mails >= self._options.per_connection:
            session.quit()
        elif session.alive:
            self._idle.append(session)

    def _open(self) -> Session:
        """A connection that may take a mail."""
        with self._named():
            session = Session(self._host, self._port, self._options.timeout)
            try:
                self._prepare(session)
            except BaseException:
                session.close()
                raise
        return session

    def _prepare(self, session: Session) -> None:
        """Greeting, EHLO, TLS and login, whatever of it is asked for."""
        security = self._options.security
        if security is Security.TLS:
            session.encrypt(self._context)
        self._ready(session.reply())
        self._ready(session.greet(self._helo))
        if security is Security.STARTTLS:
            self._start_tls(session)
        if self._options.username:
            self._login(session)

    def _start_tls(self, session: Session) -> None:
        if "STARTTLS" not in session.extensions:
            text = f"{self._host} offers no STARTTLS, and nothing is sent in the clear"
            raise Unavailable(f"{text}: is the option `security` right?")
        self._ready(session.ask("STARTTLS"))
        session.encrypt(self._context)
        self._ready(session.greet(self._helo))

    def _login(self, session: Session) -> None:
        options = self._options
        reply = session.login(options.username, options.password.get_secret_value())
        if reply is None:
            raise AuthExpired(f"{self._host} offers no login here: are port and security right?")
        if reply.code // 100 == 4:  # noqa: PLR2004 - RFC 5321: transient
            raise Unavailable(f"{self._host} cannot check the login now", status=reply.status)
        if reply.code // 100 != 2:  # noqa: PLR2004 - RFC 5321: done
            raise self._account_refused(reply)

    def _begin(self, session: Session, parcel: _Parcel) -> None:
        """MAIL FROM, after what an earlier mail may have left behind."""
        try:
            if session.open_mail:
                self._ready(session.ask("RSET"))
            self._check_fit(session, parcel)
            session.open_mail = True
            self._want(2, session.ask(_mail_command(session, parcel)))
        except OSError as error:
            if session.kept:
                raise _Stale from error
            raise

    def _check_fit(self, session: Session, parcel: _Parcel) -> None:
        """What the server cannot take is rejected before it is sent (RFC 1870, 6531)."""
        room = session.extensions.get("SIZE", "")
        size = len(parcel.content)
        if room.isdecimal() and 0 < int(room) < size:
            raise Rejected(f"the mail has {size} bytes, {self._host} takes {int(room)}")
        if not parcel.content.isascii() and "SMTPUTF8" not in session.extensions:
            raise Rejected(f"{self._host} takes no international addresses (SMTPUTF8)")

    def _answer(self, session: Session) -> Reply:
        """The reply to the whole mail; from here on, a lost line is a doubt."""
        try:
            reply = session.reply(self._options.answer_timeout)
            session.open_mail = False
            session.mails += 1
            self._want(2, reply)
        except OSError as error:
            if isinstance(error, HungUp) and error.status:
                raise
            text = f"{self._host} has the whole mail, but its answer was lost"
            raise OutcomeUnknown(f"{text}: {_why(error)}") from error
        return reply
