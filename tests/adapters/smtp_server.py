"""A real mail server with switches (aiosmtpd), and one that says whatever a test wants."""
# ruff: noqa: ARG002, N802 - aiosmtpd names its hooks and hands each of them everything

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any, ClassVar, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from publisher.testing import Behaviour
from tests.adapters.faults import FaultProxy, Mode

USERNAME, PASSWORD = "news", "s3cr3t-påss-wörd"
DOT = b"\r\n.\r\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class MailServer:
    """Takes every mail, unless `says` holds replies for a command: the next ones, in turn."""

    def __init__(self, *, implicit_tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.commands: list[str] = []
        self.says: dict[str, list[str]] = {}
        self.open = True
        options.setdefault("auth_require_tls", False)
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            ssl_context=implicit_tls,
            authenticator=self._authenticate,
            **options,
        )
        self.port: int = self._controller.port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def count(self, command: str) -> int:
        return self.commands.count(command)

    def _say(self, command: str, otherwise: str) -> str:
        self.commands.append(command)
        replies = self.says.get(command)
        return replies.pop(0) if replies else otherwise

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
    ) -> AuthResult:
        self.commands.append(f"AUTH {mechanism}")
        right = LoginPassword(USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=login == right and self.open, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._say("MAIL", "250 2.1.0 fine" if self.open else "530 5.7.0 log in first")
        if reply.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._say("RCPT", "250 2.1.5 fine")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self._say("DATA", f"250 2.0.0 queued as {len(self.mails) + 1:06d}")
        if reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(envelope.content)
            self.recipients += envelope.rcpt_tos
        return reply

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return self._say("RSET", "250 OK")

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return self._say("QUIT", "221 Bye")


class SmtpNetwork:
    """The mail server behind the fault proxy, as the conformance suite needs it."""

    secrets: Sequence[str] = (PASSWORD,)
    faults: ClassVar = {
        Behaviour.DOWN: Mode.REFUSE,
        Behaviour.NEVER_ANSWERS: Mode.SWALLOW,
        Behaviour.RESETS: Mode.RESET,
        Behaviour.CUTS: Mode.CUT,
        Behaviour.MUMBLES: Mode.GARBLE,
    }
    refusals: ClassVar = {
        Behaviour.REJECTS: ("RCPT", "550 5.1.1 no such user here"),
        Behaviour.BUSY: ("RCPT", "451 4.7.1 greylisted, come back"),
    }

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.server = self._stack.enter_context(MailServer(auth_required=True))
        self.proxy = self._stack.enter_context(FaultProxy(self.server.port))
        self.options: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.proxy.port,
            "security": "none",
            "username": USERNAME,
            "password": PASSWORD,
            "timeout": 1,
            "answer_timeout": 0.4,
        }

    def stop(self) -> None:
        self._stack.close()

    @property
    def mails(self) -> Sequence[bytes]:
        return self.server.mails

    @property
    def attempts(self) -> int:
        return self.server.count("MAIL")

    @property
    def arrived(self) -> int:
        return len(self.server.mails)

    def behave(self, behaviour: Behaviour) -> None:
        down = behaviour is Behaviour.DOWN
        mode = self.faults.get(behaviour, Mode.PASS)
        self.proxy.switch(mode, after=b"" if down else DOT)
        command, reply = self.refusals.get(behaviour, ("", ""))
        self.server.says = {command: [reply]}
        self.server.open = behaviour is not Behaviour.REFUSES_ACCOUNT


class Parrot:
    """Says its lines, one at each command, to each who connects; remembers what it heard."""

    def __init__(self, *lines: bytes) -> None:
        self.heard: list[bytes] = []
        self._lines = lines
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, suppress(OSError):
                    client.settimeout(5)
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        for line in self._lines:
            client.sendall(line)
            heard = client.recv(65536)
            self.heard.append(heard)
            if not heard:
                return


def eventually(fact: Callable[[], bool], seconds: float = 3) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while not fact() and time.monotonic() < end:
        time.sleep(0.005)
    return fact()
