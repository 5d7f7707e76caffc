"""From the greeting to the first email, without a socket: EHLO, STARTTLS, login (RFC 5321, 3207).

The dialogues yield what to say next and are sent each reply; `Handshake` drives them on bytes.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass, field

from publisher.errors import AuthExpired, Unavailable
from publisher.smtp import auth as login
from publisher.smtp.replies import CLOSING, Gibberish, Reply, ReplyReader, closing
from publisher.smtp.security import Security
from publisher.smtp.server import ACCOUNT, LATER, NEVER, OK, Auth, Server

_LISTEN, _ENCRYPT = "listen", "encrypt"  # instead of words: a reply comes of itself; TLS begins
_ENCRYPTED = Reply(b"220 encrypted")
_Dialogue = Generator[bytes | str, Reply, "Offer"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server can do, by the words of its EHLO."""

    extensions: dict[str, str] = field(default_factory=dict)

    @property
    def pipelining(self) -> bool:
        """Whether commands may travel together (RFC 2920)."""
        return "PIPELINING" in self.extensions

    @property
    def size(self) -> int:
        """The most bytes that an email may have (RFC 1870); 0: no bound is known."""
        room = self.extensions.get("SIZE", "")
        return int(room) if re.fullmatch(r"[0-9]{1,18}", room) else 0


class Handshake:
    """Drives the dialogue: write `command`, begin TLS where it `encrypts`, until it has an `offer`.

    Every call may raise
        Unavailable: the server does not serve us, or not in the way that the options want;
        AuthExpired: it refuses the account;
        OSError: it speaks nonsense, or hangs up (421).
    """

    def __init__(self, server: Server, helo: str, *, probe: bool = False) -> None:
        self.offer: Offer | None = None
        self._reader = ReplyReader()
        self._dialogue = _open(server, helo, probe=probe)
        self._word: bytes | str = next(self._dialogue)

    @property
    def encrypts(self) -> bool:
        """Whether TLS begins now; call `encrypted` before anything is read."""
        return self._word == _ENCRYPT

    @property
    def command(self) -> bytes:
        """What to write now; empty where the server speaks first."""
        return b"" if isinstance(self._word, str) else self._word + b"\r\n"

    def encrypted(self) -> None:
        """TLS has begun; what was said in the clear is forgotten (RFC 3207)."""
        self._reader.forget()
        self._go_on(_ENCRYPTED)

    def receive(self, data: bytes) -> bool:
        """Take what the server says; whether it was the reply that was waited for."""
        replies = [Reply(raw) for raw in self._reader.feed(data)]
        if not replies:
            return False
        if replies[0].code == CLOSING:
            raise closing(replies[0])
        self._go_on(replies[0])
        if not self.encrypts and (replies[1:] or self._reader):
            raise Gibberish(0, "it answers what nobody asked")
        return True

    def _go_on(self, reply: Reply) -> None:
        try:
            self._word = self._dialogue.send(reply)
        except StopIteration as end:
            self.offer = end.value


def _open(server: Server, helo: str, *, probe: bool) -> _Dialogue:
    """Until an email may be sent; a `probe` has the server answer once more, whatever it says."""
    server.ready((yield _LISTEN))
    offer = yield from _hello(server, helo)
    if server.security is Security.STARTTLS:
        if "STARTTLS" not in offer.extensions:
            text = f"{server.host} offers no STARTTLS, and nothing is sent in the clear"
            raise Unavailable(f"{text}: is the option `security` right?")
        server.ready((yield b"STARTTLS"))
        yield _ENCRYPT
        offer = yield from _hello(server, helo)
    if server.username:
        yield from _log_in(server, offer)
    if probe:
        yield b"NOOP"
    return offer


def _hello(server: Server, helo: str) -> _Dialogue:
    """EHLO, or HELO where the server knows no more."""
    reply = yield f"EHLO {helo}".encode()
    if reply.kind == NEVER:
        server.ready((yield f"HELO {helo}".encode()))
        return Offer()
    server.ready(reply)
    words = [line.upper().strip().partition(" ") for line in reply.lines[1:]]
    return Offer({word: rest for word, _, rest in words})


def _log_in(server: Server, offer: Offer) -> Generator[bytes | str, Reply, None]:
    offered = offer.extensions.get("AUTH", "").split()
    way = login.choose(server.auth, offered, encrypted=server.security is not Security.NONE)
    if way is None:
        wanted = "login" if server.auth is Auth.AUTO else f"{server.auth.value.upper()} login"
        raise AuthExpired(f"{server.host} offers no {wanted} here: are port and security right?")
    reply = yield from login.WAYS[way](server.username, server.password)
    if reply.kind == LATER or (reply.kind == NEVER and reply.code not in ACCOUNT):
        raise server.unready(reply)
    if reply.kind != OK:
        raise server.account_refused(reply)
