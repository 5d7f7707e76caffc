"""A real mail server with switches (aiosmtpd), and one that says whatever a test wants."""
# ruff: noqa: ARG002, N802 - aiosmtpd names its hooks and hands each of them everything

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any, ClassVar, NoReturn, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from publisher.testing import Behaviour
from tests.adapters.faults import RESET, FaultProxy, Mode

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
        self.senders: list[str] = []
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
            self.senders.append(envelope.mail_from or "")
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
        Behaviour.GARBLES: Mode.GARBLE,
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
    def emails(self) -> Sequence[bytes]:
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


class Wire:
    """One client of a Relay: its commands as lines, its mails as bytes."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.is_in = True
        self.sender = self.recipient = ""
        self._heard = b""

    def line(self) -> str:
        return self._until(b"\r\n").decode()

    def body(self) -> bytes:
        """Up to the last dot, which is not part of it."""
        if self._heard[:3] == b".\r\n" or not self._heard:
            self._fill(3)
        if self._heard[:3] == b".\r\n":
            self._heard = self._heard[3:]
            return b""
        return self._until(DOT) + b"\r\n"

    def say(self, text: str) -> None:
        self.link.sendall(text.encode())

    def reset(self) -> NoReturn:
        """Hang up so that the client sees an RST."""
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        raise ConnectionAbortedError

    def hang_up(self) -> NoReturn:
        """Say no more; what was said arrives."""
        self.link.shutdown(socket.SHUT_WR)
        while self.link.recv(65536):
            pass
        raise ConnectionAbortedError

    def ignore(self) -> NoReturn:
        """Read what comes, and say nothing."""
        while self.link.recv(65536):
            pass
        raise ConnectionAbortedError

    def wait_for_more(self) -> None:
        """Say nothing until the client has said something more."""
        self._fill(1)

    def _until(self, end: bytes) -> bytes:
        while end not in self._heard:
            self._fill(len(self._heard) + 1)
        found, _, self._heard = self._heard.partition(end)
        return found

    def _fill(self, size: int) -> None:
        while len(self._heard) < size:
            chunk = self.link.recv(65536)
            if not chunk:
                raise ConnectionAbortedError
            self._heard += chunk


Whim = Callable[[Wire, str], str | None]


class Relay:
    """A server with PIPELINING whose every reply a test may choose.

    `whims` maps a command's word (`GREETING`, `BODY` and `DOT`, an empty body, count as commands)
    to what answers it: given the wire and the line, it returns the reply, or None for the usual.
    """

    def __init__(
        self,
        whims: Mapping[str, Whim] | None = None,
        *,
        offers: Sequence[str] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"),
        family: socket.AddressFamily = socket.AF_INET,
        slow: bool = False,
    ) -> None:
        self.mails: dict[str, list[bytes]] = {}
        self.heard: list[str] = []
        self.opened = self.now = self.most = 0
        self._whims = whims or {}
        self._offers = offers
        self._lock = threading.Lock()
        self._wires: list[Wire] = []
        place = "::1" if family is socket.AF_INET6 else "127.0.0.1"
        self._listener = socket.create_server((place, 0), family=family, backlog=600)
        if slow:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """As if the machine were switched off."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in self._wires:
            with suppress(OSError):
                wire.link.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def count(self, word: str) -> int:
        return sum(line.upper().startswith(word) for line in self.heard)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                link.settimeout(20)
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                wire = Wire(link)
                self._wires.append(wire)
                self._threads.append(threading.Thread(target=self._serve, args=(wire,)))
                self._threads[-1].start()

    def _serve(self, wire: Wire) -> None:
        with self._lock:
            self.opened += 1
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self._talk(wire)
        except OSError:
            pass
        finally:
            self.count_out(wire)
            wire.link.close()

    def count_out(self, wire: Wire) -> None:
        """Count it out, once: a client may come back as soon as it has heard that it is to go."""
        with self._lock:
            if wire.is_in:
                wire.is_in = False
                self.now -= 1

    def _talk(self, wire: Wire) -> None:
        self._answer(wire, "GREETING", "", "220 relay.example ESMTP")
        while True:
            line = wire.line()
            word = line.partition(" ")[0].upper()
            with self._lock:
                self.heard.append(line)
            if word == "QUIT":
                self.count_out(wire)
            self._answer(wire, word, line, self._usual(wire, word, line))
            if word == "QUIT":
                return

    def _usual(self, wire: Wire, word: str, line: str) -> str:
        if word == "EHLO":
            return "".join(f"250-{word}\r\n" for word in ("hi", *self._offers)) + "250 HELP"
        if word == "MAIL":
            wire.sender, wire.recipient = line, ""
        if word == "RCPT":
            wire.recipient = line.partition("<")[2].partition(">")[0]
        usual = {"DATA": "354 go on", "QUIT": "221 2.0.0 bye"}
        return usual.get(word, "250 2.0.0 fine")

    def _answer(self, wire: Wire, word: str, line: str, usual: str) -> None:
        whim = self._whims.get(word)
        said = whim and whim(wire, line)
        reply = usual if said is None else str(said)
        if reply:
            wire.say(f"{reply}\r\n")
        if word == "DATA" and reply.startswith("354"):
            self._body(wire)

    def _body(self, wire: Wire) -> None:
        body = wire.body()
        whim = self._whims.get("BODY" if body else "DOT")
        said = whim and whim(wire, wire.recipient)
        reply = f"250 2.0.0 queued {wire.recipient}" if said is None else str(said)
        if body and (reply.startswith("250") or not reply):
            with self._lock:
                self.mails.setdefault(wire.recipient, []).append(body)
        if reply:
            wire.say(f"{reply}\r\n")
