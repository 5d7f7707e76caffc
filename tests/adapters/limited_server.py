# ruff: noqa: ARG002 - whims are handed everything
"""A mail server that takes only so many connections, transactions or mails a second."""

import threading
import time
from collections import Counter, deque
from collections.abc import Sequence

from tests.adapters.smtp_server import Relay, Wire

PIPELINING = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")


class LimitedServer(Relay):
    """Refuses what is more than `transactions` at once, said at MAIL, or `connections`, said `at`.

    With `per_second`, what is more than that in any second is refused after the message. `taken`
    counts the mails of each reader, `at_once` is the most transactions there ever were.
    """

    def __init__(
        self,
        *,
        transactions: int = 1000,
        connections: int = 1000,
        at: str = "GREETING",
        per_second: int = 0,
        words: str = "432 4.3.2 Concurrent connections limit exceeded",
        hold: float = 0.002,
        offers: Sequence[str] = PIPELINING,
    ) -> None:
        self.taken: Counter[str] = Counter()
        self.refused = self.at_once = 0
        self._most, self._connections = transactions, connections
        self._per_second, self._words, self._hold = per_second, words, hold
        self._busy: set[int] = set()
        self._turn = threading.Lock()
        self._moments: deque[float] = deque()
        whims = {"MAIL": self._begin, "BODY": self._end, "QUIT": self._leave}
        if connections < transactions:
            whims[at] = self._crowded
        super().__init__(whims, offers=offers)

    def _serve(self, wire: Wire) -> None:
        super()._serve(wire)
        self._busy.discard(id(wire))

    def _crowded(self, wire: Wire, line: str) -> str | None:
        with self._turn:
            if self.now <= self._connections:
                return None
            self.refused += 1
        if not line:
            wire.say(f"{self._words}\r\n")
            return wire.hang_up()
        return self._words

    def _begin(self, wire: Wire, line: str) -> str | None:
        with self._turn:
            if len(self._busy - {id(wire)}) >= self._most:
                self.refused += 1
                return self._words
            self._busy.add(id(wire))
            self.at_once = max(self.at_once, len(self._busy))
        return None

    def _leave(self, wire: Wire, line: str) -> None:
        self._busy.discard(id(wire))

    def _end(self, wire: Wire, recipient: str) -> str | None:
        threading.Event().wait(self._hold)
        with self._turn:
            self._busy.discard(id(wire))
            if self._per_second and not self._in_time():
                self.refused += 1
                return self._words
            self.taken[recipient] += 1
        return None

    def _in_time(self) -> bool:
        now = time.monotonic()
        while self._moments and self._moments[0] <= now - 1:
            self._moments.popleft()
        if len(self._moments) >= self._per_second:
            return False
        self._moments.append(now)
        return True
