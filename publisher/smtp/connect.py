"""Opening a connection in an event loop: addresses, TCP, TLS, and the dialogue before the mails."""

import asyncio
import socket
from typing import Any

from publisher.smtp.handshake import Offer, Opening
from publisher.smtp.replies import Gibberish, HungUp
from publisher.smtp.server import Security, Server, Terms, in_tls


class _Ear(asyncio.Protocol):
    """Keeps what the server says until somebody listens."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[bytes | OSError] = asyncio.Queue()

    def data_received(self, data: bytes) -> None:
        self._heard.put_nowait(data)

    def connection_lost(self, exc: Exception | None) -> None:
        lost = exc if isinstance(exc, OSError) else HungUp(0, "it closed the connection")
        self._heard.put_nowait(lost)

    def forget(self) -> None:
        """Drop what nobody listened to."""
        while not self._heard.empty():
            self._heard.get_nowait()

    def check_silent(self) -> None:
        """Raise an OSError where more was said than was asked for, or the line is gone."""
        if not self._heard.empty():
            heard = self._heard.get_nowait()
            raise heard if isinstance(heard, OSError) else Gibberish(0, "it answers too much")

    async def hear(self) -> bytes:
        """What comes next."""
        heard = await self._heard.get()
        if isinstance(heard, OSError):
            raise heard
        return heard


class Dialler:
    """Opens one connection to a server; `transport` and `offer` are there once `dial` is done."""

    def __init__(self, server: Server, terms: Terms) -> None:
        self.server = server
        self.transport: asyncio.Transport | None = None
        self._terms = terms
        self._ear = _Ear()

    async def dial(self) -> tuple[asyncio.Transport, Offer]:
        """A connection that may take a mail, and what the server offers.

        Raises:
            Unavailable: the server cannot be reached, or does not serve us now.
            AuthExpired: it refuses the account.
        """
        try:
            offer = await self._dial()
        except (OSError, UnicodeError) as error:
            self._hang_up()
            raise self.server.unreachable(error) from error
        except BaseException:
            self._hang_up()
            raise
        assert self.transport is not None  # noqa: S101 - it is connected
        return self.transport, offer

    async def _dial(self) -> Offer:
        tls = self._terms.tls() if self.server.security is Security.TLS else None
        line = await self._connected()
        loop = asyncio.get_running_loop()
        name = self.server.host if tls else None
        async with asyncio.timeout(self._terms.timeout):
            try:
                made, _ = await loop.create_connection(
                    lambda: self._ear, sock=line, ssl=tls, server_hostname=name
                )
            except ConnectionError as error:  # the line itself was there before
                line.close()
                raise in_tls(error) from error
            except BaseException:
                line.close()
                raise
        self.transport = made
        offer = await self._converse()
        self._ear.check_silent()
        return offer

    async def _connected(self) -> socket.socket:
        """A socket to the first of the server's addresses that answers, IPv6 or IPv4."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._terms.timeout):
            found = await loop.run_in_executor(None, _addresses, self.server)
        trouble = OSError("no address")
        for family, address in found:
            try:
                return await self._try(family, address)
            except OSError as error:
                trouble = error
        raise trouble

    async def _try(self, family: int, address: Any) -> socket.socket:
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(0)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(self._terms.timeout):
                await asyncio.get_running_loop().sock_connect(line, address)
        except BaseException:
            line.close()
            raise
        return line

    async def _converse(self) -> Offer:
        opening = Opening(self.server, self._terms.helo)
        while opening.offer is None:
            if opening.encrypts:
                await self._encrypt()
                opening.encrypted()
            self._write(opening.words())
            async with asyncio.timeout(self._terms.timeout):
                while not opening.receive(await self._ear.hear()):
                    pass
        return opening.offer

    async def _encrypt(self) -> None:
        """TLS from here on; what came before it in the clear is forgotten (RFC 3207)."""
        assert self.transport is not None  # noqa: S101 - it is connected
        self._ear.forget()
        loop = asyncio.get_running_loop()
        tls = self._terms.tls()
        name = self.server.host
        async with asyncio.timeout(self._terms.timeout):
            try:
                self.transport = await loop.start_tls(
                    self.transport, self._ear, tls, server_hostname=name
                )
            except ConnectionError as error:
                raise in_tls(error) from error

    def _write(self, words: bytes) -> None:
        if words and self.transport is not None:
            self.transport.write(words)

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def _addresses(server: Server) -> list[tuple[int, Any]]:
    """Each address family and address of the server, in the order of preference."""
    found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]
