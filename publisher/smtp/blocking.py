"""One mail at a time over a blocking socket: the conversation, driven by hand."""

import socket
import time
from contextlib import suppress

from publisher.errors import Unavailable
from publisher.smtp.handshake import Offer, Opening
from publisher.smtp.protocol import Conversation, Mail
from publisher.smtp.replies import HungUp
from publisher.smtp.server import Security, Server, Terms, in_tls

FAREWELL = 2.0  # seconds that QUIT may take
CHUNK = 4096


class Stale(Exception):
    """The line broke before the server took anything of the mail; `error` tells how."""

    def __init__(self, error: Unavailable) -> None:
        super().__init__(str(error))
        self.error = error


class Session:
    """An open connection, from the login to QUIT; after any trouble with the line it is closed.

    Raises:
        Unavailable: the server cannot be reached, or does not serve us now.
        AuthExpired: it refuses the account.
    """

    def __init__(self, server: Server, terms: Terms) -> None:
        self.server = server
        self._terms = terms
        self._born = time.monotonic()
        try:
            self._socket = socket.create_connection((server.host, server.port), terms.timeout)
        except (OSError, UnicodeError) as error:
            raise server.unreachable(error) from error
        try:
            self._talk = Conversation[Mail](server, self._open())
        except OSError as error:
            self.close()
            raise server.unreachable(error) from error
        except BaseException:
            self.close()
            raise

    @property
    def worn(self) -> bool:
        """Whether it has carried enough, or is old enough, to be renewed; or is closed."""
        old = time.monotonic() - self._born > self._terms.connection_age
        return old or self._talk.begun >= self._terms.per_connection or self._socket.fileno() < 0

    def hand_over(self, mail: Mail) -> str:
        """One mail; returns the server's words for its success.

        Raises:
            Stale: the line broke before the server took anything of it.
            DeliveryError: what became of it instead, see publisher.errors.
        """
        talk, unfit = self._talk, self._talk.unfit(mail)
        if unfit is not None:
            raise unfit
        try:
            self._write(b"".join(talk.flight(mail)))
            while not talk.quiet:
                self._turn()
        except OSError as error:
            talk.lost(error)
            self.close()
            self._judge(error)
        _, result = talk.outcomes.pop()
        if isinstance(result, str):
            return result
        assert result is not None  # noqa: S101 - a mail is given back by a lost line only
        raise result

    def alive(self) -> None:
        """Ask the server whether it is there.

        Raises:
            Unavailable: it is not.
        """
        try:
            self._talk.ask()
            while not self._talk.quiet:
                self._turn()
        except OSError as error:
            self.close()
            raise self.server.unreachable(error) from error

    def quit(self) -> None:
        """Say goodbye and hang up."""
        with suppress(OSError):
            self._socket.settimeout(min(self._terms.timeout, FAREWELL))
            self._socket.sendall(b"QUIT\r\n")
            self._socket.recv(CHUNK)
        self.close()

    def close(self) -> None:
        """Hang up without a word."""
        with suppress(OSError):
            self._socket.close()

    def _judge(self, error: OSError) -> None:
        """Raise what a lost line means for a mail that nothing else became of."""
        _, result = self._talk.outcomes[-1]
        if result is None:
            unreachable = self.server.unreachable(error)
            raise (unreachable if self._talk.accepted else Stale(unreachable)) from error

    def _turn(self) -> None:
        """Write what is due, or hear what the server says next."""
        talk = self._talk
        if talk.due:
            talk.held_back = True
            self._write(b"".join(talk.flight()))
            talk.held_back = False
            return
        patience = self._terms.answer_timeout if talk.whole else self._terms.timeout
        talk.receive(self._hear(time.monotonic() + patience))

    def _open(self) -> Offer:
        """Greeting, EHLO, TLS and login, whatever of it is asked for."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.security is Security.TLS:
            self._encrypt()
        opening = Opening(self.server, self._terms.helo)
        while opening.offer is None:
            if opening.encrypts:
                self._encrypt()
                opening.encrypted()
            self._write(opening.words())
            deadline = time.monotonic() + self._terms.timeout
            while not opening.receive(self._hear(deadline)):
                pass
        return opening.offer

    def _encrypt(self) -> None:
        context = self._terms.tls()
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self.server.host)
        except ConnectionError as error:
            raise in_tls(error) from error

    def _write(self, content: bytes) -> None:
        self._socket.settimeout(self._terms.timeout)
        self._socket.sendall(content)

    def _hear(self, deadline: float) -> bytes:
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        data = self._socket.recv(CHUNK)
        if not data:
            raise HungUp(0, "it closed the connection")
        return data
