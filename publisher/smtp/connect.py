"""Opening a connection in an event loop: addresses, TCP, TLS, and the handshake."""

import asyncio
import socket
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from publisher.smtp.handshake import Handshake, Offer
from publisher.smtp.replies import Gibberish, HungUp
from publisher.smtp.security import Security
from publisher.smtp.server import HUNG_UP_IN_TLS, Server, Terms

T = TypeVar("T")


QUIT = b"QUIT\r\n"
FAREWELL = 1.0  # seconds that QUIT may take


class _Inbox(asyncio.Protocol):
    """Keeps what the server says until somebody reads it."""

    def __init__(self) -> None:
        self._received: asyncio.Queue[bytes | OSError] = asyncio.Queue()

    def data_received(self, data: bytes) -> None:
        self._received.put_nowait(data)

    def connection_lost(self, exc: Exception | None) -> None:
        lost = exc if isinstance(exc, OSError) else HungUp(0, "it closed the connection")
        self._received.put_nowait(lost)

    def clear(self) -> None:
        """Drop what nobody has read."""
        while not self._received.empty():
            self._received.get_nowait()

    def check_empty(self) -> None:
        """Raise an OSError where more was said than was asked for, or the connection is lost."""
        if not self._received.empty():
            first = self._received.get_nowait()
            raise first if isinstance(first, OSError) else Gibberish(0, "it answers too much")

    async def read(self) -> bytes:
        """What comes next."""
        received = await self._received.get()
        if isinstance(received, OSError):
            raise received
        return received


class Connector:
    """Opens one connection."""

    def __init__(self, server: Server, terms: Terms) -> None:
        self.server = server
        self._terms = terms
        self._handshake = Handshake(server, terms.helo)
        self._inbox = _Inbox()
        self._transport: asyncio.Transport | None = None

    async def connect(self) -> tuple[asyncio.Transport, Offer]:
        """A connection that may take an email, and what the server offers.

        Raises:
            Unavailable: the server cannot be reached, or does not serve us now.
            AuthExpired: it refuses the account.
        """
        try:
            self._transport = await self._connected()
            offer = await self._shake_hands()
            self._inbox.check_empty()
        except BaseException as error:
            if self._transport is not None:
                self._transport.abort()
            if isinstance(error, OSError | UnicodeError):
                raise self.server.unreachable(error) from error
            raise
        return self._transport, offer

    async def check(self) -> None:
        """Open one, and say goodbye; raises what `connect` does."""
        self._handshake = Handshake(self.server, self._terms.helo, probe=True)
        transport, _ = await self.connect()
        transport.write(QUIT)
        with suppress(OSError):  # it may be silent, or gone
            async with asyncio.timeout(FAREWELL):
                await self._inbox.read()
        transport.abort()

    async def _connected(self) -> asyncio.Transport:
        """TCP to the first of the server's addresses that answers, and TLS where it begins it."""
        host, loop = self.server.host, asyncio.get_running_loop()
        tls = self._terms.tls() if self.server.security is Security.TLS else None
        async with asyncio.timeout(self._terms.timeout):
            found = await loop.getaddrinfo(host, self.server.port, type=socket.SOCK_STREAM)
        problem = OSError("no address")
        name = host if tls else None
        for *_, address in found:
            self._inbox, at, port = _Inbox(), str(address[0]), self.server.port
            made = loop.create_connection(
                lambda: self._inbox, at, port, ssl=tls, server_hostname=name
            )
            try:
                return (await self._in_tls(made))[0]
            except OSError as error:
                problem = error
        raise problem

    async def _shake_hands(self) -> Offer:
        handshake = self._handshake
        while handshake.offer is None:
            if handshake.encrypts:
                await self._encrypt()
                handshake.encrypted()
            if handshake.command and self._transport:
                self._transport.write(handshake.command)
            async with asyncio.timeout(self._terms.timeout):
                while not handshake.receive(await self._inbox.read()):
                    pass
        return handshake.offer

    async def _encrypt(self) -> None:
        """TLS from here on; what came before it in the clear is forgotten (RFC 3207)."""
        assert self._transport is not None  # noqa: S101 - it is connected
        self._inbox.clear()
        start = asyncio.get_running_loop().start_tls
        name = self.server.host
        begun = start(self._transport, self._inbox, self._terms.tls(), server_hostname=name)
        self._transport = await self._in_tls(begun)

    async def _in_tls(self, made: Awaitable[T]) -> T:
        """Wait for it; a connection that is lost, though it was not refused, is lost to TLS."""
        try:
            async with asyncio.timeout(self._terms.timeout):
                return await made
        except ConnectionRefusedError:
            raise
        except ConnectionError as error:
            raise HungUp(0, HUNG_UP_IN_TLS) from error
