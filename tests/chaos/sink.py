"""A mail server that writes down the Message-ID of every email before it confirms it.

`python -m tests.chaos.sink PORT LOG SECONDS`: its answers come SECONDS late. It is a process of its
own, so that it can be killed; what is in the log was accepted, whether or not anybody heard of it.
"""

import asyncio
import os
import re
import sys
from itertools import count

GREETING = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n"
GREETING += b"250 ENHANCEDSTATUSCODES\r\n"
REPLIES = {
    b"EHLO": GREETING,
    b"HELO": b"250 sink.example\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"NOOP": b"250 2.0.0 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
END = b"\r\n.\r\n"
NAME = re.compile(rb"^message-id:\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
_taken = count(1)


class Talk(asyncio.Protocol):
    """One connection; commands may come many in a packet, or a packet hold half of one."""

    def __init__(self, log: int, late: float) -> None:
        self._log = log
        self._late = late
        self._held = bytearray()
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        searched = max(0, len(self._held) - len(END))
        self._held += data
        replies = []
        while (reply := self._next(searched)) is not None:
            searched = 0
            replies.append(reply)
        if replies:
            self._answer(b"".join(replies))

    def _next(self, searched: int) -> bytes | None:
        """The answer to the next whole command or mail, if there is one."""
        mark = END if self._in_data else b"\r\n"
        end = self._held.find(mark, searched)
        if end < 0:
            return None
        taken = bytes(self._held[:end])
        del self._held[: end + len(mark)]
        return self._accept(taken) if self._in_data else self._obey(taken)

    def _obey(self, line: bytes) -> bytes:
        word = line[:4].upper()
        if word == b"DATA":
            self._in_data = True
            self._held[:0] = b"\r\n"  # so that a dot on the first line ends the mail as well
        return REPLIES.get(word, b"500 5.5.2 what?\r\n")

    def _accept(self, mail: bytes) -> bytes:
        self._in_data = False
        found = NAME.search(mail)
        os.write(self._log, (found[1] if found else b"?") + b"\n")
        return b"250 2.0.0 taken as %06d\r\n" % next(_taken)

    def _answer(self, replies: bytes) -> None:
        asyncio.get_running_loop().call_later(self._late, self._transport.write, replies)


async def serve(port: int, log: str, late: float) -> None:
    """Take mail until killed."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Talk(file, late), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
