"""A server's replies, as they are cut from the stream (RFC 5321, section 4.2)."""

import re
from typing import NamedTuple

MOST = 16384  # bytes that one reply may have
CLOSING = 421  # the server hangs up after this reply
_LINE = re.compile(rb"[2-5]\d\d(?!\d)")
_ONE_LINERS = re.compile(rb"(?:[2-5]\d\d [^\r\n]*\r\n)+")  # as nearly all replies come


class Gibberish(OSError):
    """The other side speaks, but not SMTP."""


class HungUp(OSError):
    """The server closed the connection, or said that it does so (421: `reply`)."""

    reply: "Reply | None" = None


class Reply(NamedTuple):
    """What the server says; `raw` is all its lines, without the last line end."""

    raw: bytes

    @property
    def code(self) -> int:
        """Three digits."""
        return int(self.raw[:3])

    @property
    def kind(self) -> int:
        """The first digit: 2 success, 3 go on, 4 not now, 5 never."""
        return self.raw[0] - 48

    @property
    def lines(self) -> list[str]:
        """The text of each line, without the code."""
        return [line[4:].rstrip("\r") for line in self.raw.decode("utf-8", "replace").split("\n")]

    @property
    def status(self) -> str:
        """`550 5.1.1`, or the code alone where there is no enhanced one (RFC 3463)."""
        enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", self.lines[0])
        return f"{self.code} {enhanced[0]}" if enhanced else str(self.code)


class ReplyReader:
    """Bytes in, whole replies out, however the network has cut them; none beyond `MOST` bytes."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []  # of a reply whose last line is still to come
        self._rest = b""  # of a line whose end is still to come
        self._size = 0

    def __bool__(self) -> bool:
        """Whether a part of a reply is here."""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> list[bytes]:
        """The replies that are whole with `data`, each as one piece of bytes.

        Raises:
            Gibberish: this is not SMTP, or has no end.
        """
        if not self and len(data) <= MOST and _ONE_LINERS.fullmatch(data):
            return data[:-2].split(b"\r\n")
        *lines, self._rest = (self._rest + data).split(b"\n")
        replies = [reply for line in lines if (reply := self._whole(line.rstrip(b"\r")))]
        if len(self._rest) + self._size > MOST:
            raise Gibberish(0, "it does not speak SMTP")
        return replies

    def forget(self) -> None:
        """Drop what is here: it was said in the clear, and TLS begins."""
        self._lines, self._rest, self._size = [], b"", 0

    def _whole(self, line: bytes) -> bytes | None:
        """The reply that ends with `line`; None: there is more of it."""
        if not _LINE.match(line) or len(line) + self._size > MOST:
            raise Gibberish(0, "it does not speak SMTP")
        if line[3:4] == b"-":
            self._lines.append(line)
            self._size += len(line) + 2
            return None
        if self._lines:
            line = b"\n".join((*self._lines, line))
            self._lines, self._size = [], 0
        return line


def closing(reply: Reply) -> HungUp:
    """For a server that takes its leave: 421."""
    error = HungUp(0, "it closes the connection for now")
    error.reply = reply
    return error
