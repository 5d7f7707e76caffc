"""Opening a connection in an event loop: addresses, TCP, TLS, and the handshake."""

import asyncio
import socket
from collections.abc import Awaitable
from typing import Any, TypeVar

from publisher.smtp.handshake import Handshake, Offer
from publisher.smtp.replies import Gibberish, HungUp
from publisher.smtp.server import Security, Server, Terms, in_tls

T = TypeVar("T")


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
        except (OSError, UnicodeError) as error:
            self._abort()
            raise self.server.unreachable(error) from error
        except BaseException:
            self._abort()
            raise
        return self._transport, offer

    async def check(self) -> None:
        """Open one, and say goodbye; raises what `connect` does."""
        self._handshake = Handshake(self.server, self._terms.helo, probe=True)
        transport, _ = await self.connect()
        transport.abort()

    async def _connected(self) -> asyncio.Transport:
        """TCP, and TLS where it begins with the first byte."""
        tls = self._terms.tls() if self.server.security is Security.TLS else None
        sock = await self._socket()
        name = self.server.host if tls else None
        try:
            made = asyncio.get_running_loop().create_connection(
                lambda: self._inbox, sock=sock, ssl=tls, server_hostname=name
            )
            return (await self._in_tls(made))[0]
        except BaseException:
            sock.close()
            raise

    async def _socket(self) -> socket.socket:
        """A socket to the first of the server's addresses that answers, IPv6 or IPv4."""
        host, port = self.server.host, self.server.port
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._terms.timeout):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        problem = OSError("no address")
        for family, *_, address in found:
            try:
                return await self._try(family, address)
            except OSError as error:
                problem = error
        raise problem

    async def _try(self, family: int, address: Any) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(0)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(self._terms.timeout):
                await asyncio.get_running_loop().sock_connect(sock, address)
        except BaseException:
            sock.close()
            raise
        return sock

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
        tls, name = self._terms.tls(), self.server.host
        begun = asyncio.get_running_loop().start_tls(
            self._transport, self._inbox, tls, server_hostname=name
        )
        self._transport = await self._in_tls(begun)

    async def _in_tls(self, made: Awaitable[T]) -> T:
        """Wait for it; TCP is there, so a connection that is lost is lost to TLS."""
        try:
            async with asyncio.timeout(self._terms.timeout):
                return await made
        except ConnectionError as error:
            raise in_tls(error) from error

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
