"""A mailbox by POP3 (RFC 1939); its UIDL tells one email from another.

What is deleted is gone once the session has ended as it should: a line that drops deletes nothing.
"""

import poplib
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from publisher.config.options.mailbox import Mailbox
from publisher.errors import MailboxError
from publisher.events.mailbox.connecting import explained, tls
from publisher.smtp.security import Security

_LINE: Final = 65_536
_LOST: Final = "the connection was lost"
_SHORTEST: Final = 20
"""Bytes: of an email whose lines are no shorter, enough is asked for."""


class Pop3:
    """One session; the server keeps others out meanwhile."""

    def __init__(self, options: Mailbox) -> None:
        self._options = options
        self._numbers = dict[str, int]()
        self._sizes = dict[int, int]()
        with explained(options, "connecting"):
            self._connection = _connected(options)
        try:
            with explained(options, "logging in"):
                if options.security is Security.STARTTLS:
                    self._connection.stls(tls(options))
                self._connection.user(options.username)
                self._connection.pass_(options.password.get_secret_value())
        except BaseException:
            self.drop()
            raise

    def unseen(self, seen: Collection[str]) -> list[str]:
        """See Session."""
        with explained(self._options, "looking for emails (UIDL)"):
            self._numbers = {name: number for number, name in self._pairs("UIDL")}
            self._sizes = {number: int(size) for number, size in self._pairs("LIST")}
        return [name for name in self._numbers if name not in seen]

    def stale(self, seen: Collection[str]) -> list[str]:
        """See Session."""
        return [mark for mark in seen if mark not in self._numbers]

    def mark(self, name: str) -> tuple[str, bool]:
        """See Session."""
        return name, False

    def read(self, name: str, most: int) -> bytes | None:
        """See Session: of a long email, so many lines as are surely enough."""
        number = self._numbers[name]
        with explained(self._options, "reading"):
            if self._sizes.get(number, 0) > most:
                with suppress(poplib.error_proto):  # a few servers know no TOP
                    return self._stream(f"TOP {number} {most // _SHORTEST}", most)
            return self._stream(f"RETR {number}", most)

    def delete(self, name: str) -> None:
        """See Session."""
        with explained(self._options, "deleting"):
            self._connection.dele(self._numbers[name])

    def move(self, name: str, folder: str) -> None:
        """Never called: the configuration is refused."""
        raise MailboxError(f"POP3 cannot move {name} to {folder}")

    def close(self) -> None:
        """See Session."""
        with explained(self._options, "ending the session"):
            self._connection.quit()

    def drop(self) -> None:
        """See Session."""
        with suppress(Exception):
            self._connection.close()

    def _pairs(self, command: str) -> list[tuple[int, str]]:
        _, lines, _ = self._connection.uidl() if command == "UIDL" else self._connection.list()
        pairs = (line.decode("ascii", "replace").partition(" ") for line in lines)
        return [(int(number), rest.strip()) for number, _, rest in pairs]

    def _stream(self, command: str, most: int) -> bytes:
        """The answer's first bytes; the rest is read and dropped, however long a line is.

        poplib gives up on lines of more than 2,048 bytes, and holds the whole of the others.
        """
        self._connection.sock.sendall(f"{command}\r\n".encode("ascii"))
        file = self._connection.file
        first = file.readline(_LINE)
        if not first.startswith(b"+"):
            if not first:
                raise EOFError(_LOST)
            raise poplib.error_proto(first.strip())
        kept, starts = bytearray(), True
        while (piece := file.readline(_LINE)) not in (b".\r\n", b".\n") or not starts:
            if not piece:
                raise EOFError(_LOST)
            if len(kept) < most:
                kept += piece[1:] if starts and piece.startswith(b"..") else piece
            starts = piece.endswith(b"\n")
        return bytes(kept[:most])


def _connected(options: Mailbox) -> poplib.POP3:
    host, port = options.host, options.port_number
    if options.security is Security.TLS:
        return poplib.POP3_SSL(host, port, timeout=options.timeout, context=tls(options))
    return poplib.POP3(host, port, timeout=options.timeout)
