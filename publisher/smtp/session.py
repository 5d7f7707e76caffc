"""One SMTP connection: commands and replies, bounded in size and time (RFC 5321, 3207, 4954)."""

import base64
import hmac
import re
import socket
import ssl
import time
from contextlib import suppress
from typing import NamedTuple

REPLY = 16384  # bytes that one reply may have
FAREWELL = 2.0  # seconds that QUIT may take
CLOSING = 421  # the server hangs up after this reply


class Reply(NamedTuple):
    """What the server says: a code, and its lines without the code."""

    code: int
    lines: list[str]

    @property
    def status(self) -> str:
        """`550 5.1.1`, or the code alone where there is no enhanced one (RFC 3463)."""
        enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", self.lines[0])
        return f"{self.code} {enhanced[0]}" if enhanced else str(self.code)


class Gibberish(OSError):
    """The other side speaks, but not SMTP."""


class HungUp(OSError):
    """The server closed the connection, or said that it does so (421: `status`)."""

    status = ""


class Session:
    """From the connection to QUIT. Every trouble is an OSError and ends the session.

    `extensions` are what EHLO offers, `mails` counts those handed over, `open_mail` tells that one
    is begun and neither answered nor reset.
    """

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.extensions: dict[str, str] = {}
        self.mails = 0
        self.open_mail = False
        self._host = host
        self._timeout = timeout
        self._buffer = b""
        self._socket = socket.create_connection((host, port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def encrypted(self) -> bool:
        """Whether TLS protects it."""
        return isinstance(self._socket, ssl.SSLSocket)

    def encrypt(self, context: ssl.SSLContext) -> None:
        """TLS from here on; what was said before it in the clear is forgotten (RFC 3207)."""
        self._buffer = b""
        self._socket = context.wrap_socket(self._socket, server_hostname=self._host)

    def greet(self, name: str) -> Reply:
        """EHLO, or HELO where the server knows no more."""
        reply = self.ask(f"EHLO {name}")
        words = [line.upper().partition(" ") for line in reply.lines[1:]]
        self.extensions = {word: rest for word, _, rest in words}
        return reply if reply.code < 500 else self.ask(f"HELO {name}")  # noqa: PLR2004 - RFC 5321

    def login(self, username: str, password: str) -> Reply | None:
        """AUTH by the best way that both sides know; None: there is none."""
        ways = {"PLAIN": self._plain, "LOGIN": self._login, "CRAM-MD5": self._cram_md5}
        order = list(ways) if self.encrypted else list(reversed(ways))
        offered = self.extensions.get("AUTH", "").split()
        way = next((way for way in order if way in offered), None)
        return ways[way](username, password) if way else None

    def ask(self, command: str) -> Reply:
        """One command, one reply."""
        self.write(f"{command}\r\n".encode())
        return self.reply()

    def write(self, content: bytes) -> None:
        """Hand all of it to the system; after an error the other side lacks the end of it."""
        if self._buffer:
            raise Gibberish(0, "it answers what nobody asked")
        self._socket.settimeout(self._timeout)
        self._socket.sendall(content)

    def reply(self, patience: float = 0) -> Reply:
        """Read one reply; all of it within `patience` seconds, or the session's time-out."""
        deadline = time.monotonic() + (patience or self._timeout)
        lines: list[str] = []
        room = REPLY
        while True:
            line = self._line(deadline, room)
            room -= len(line)
            found = re.fullmatch(rb"([2-5]\d\d)([ -]?)(.*)", line.rstrip(), re.DOTALL)
            if not found:
                raise Gibberish(0, "it does not speak SMTP")
            lines.append(found[3].decode("utf-8", "replace"))
            if found[2] != b"-":
                return _unless_closing(Reply(int(found[1]), lines))

    def quit(self) -> None:
        """Say goodbye and hang up."""
        self._timeout = min(self._timeout, FAREWELL)
        with suppress(OSError):
            self.ask("QUIT")
        self.close()

    def close(self) -> None:
        """Hang up without a word."""
        with suppress(OSError):
            self._socket.close()

    def _line(self, deadline: float, room: int) -> bytes:
        while b"\n" not in self._buffer[:room]:
            if len(self._buffer) >= room:
                raise Gibberish(0, "it does not speak SMTP")
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = self._socket.recv(4096)
            if not chunk:
                raise HungUp(0, "it closed the connection")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _plain(self, username: str, password: str) -> Reply:
        words = f"\x00{username}\x00{password}"
        return self.ask(f"AUTH PLAIN {_base64(words.encode())}")

    def _login(self, username: str, password: str) -> Reply:
        reply = self.ask("AUTH LOGIN")
        for word in (username, password):
            if reply.code != 334:  # noqa: PLR2004 - RFC 4954: go on
                break
            reply = self.ask(_base64(word.encode()))
        return reply

    def _cram_md5(self, username: str, password: str) -> Reply:
        """RFC 2195."""
        reply = self.ask("AUTH CRAM-MD5")
        if reply.code != 334:  # noqa: PLR2004 - RFC 4954: go on
            return reply
        try:
            challenge = base64.b64decode(reply.lines[0])
        except ValueError as error:
            raise Gibberish(0, "its challenge cannot be read") from error
        digest = hmac.new(password.encode(), challenge, "md5").hexdigest()
        return self.ask(_base64(f"{username} {digest}".encode()))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unless_closing(reply: Reply) -> Reply:
    if reply.code == CLOSING:
        error = HungUp(0, "it closes the connection for now")
        error.status = reply.status
        raise error
    return reply
