"""Which server gets the next connection: by weight, around those that fail."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.errors import DeliveryError, Reason
from publisher.smtp.server import Server

MOST_FAILURES = 3  # in a row, after which a server is left out
LEFT_OUT = 60.0  # seconds until such a server is tried again
FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0  # seconds after a failure; each doubles the delay
SOON = 0.5  # seconds until one connection more is tried while the bound is being looked for
LATER, LAST = 60.0, 1800.0  # seconds once it is found; each time in vain doubles them
PATIENT = 5  # refusals in a row of a server that is merely full; after that it fails


@dataclass(slots=True)
class ConnectionCap:
    """How many connections, or transactions at once, one server takes: learned from refusals.

    A refusal leaves as many as have an email on its way, or half of those that are open where none
    has. Then one more is tried: soon, until that is refused as well, and ever more rarely after.
    All times are those of one monotonic clock.
    """

    most: float = math.inf
    known: int | None = None  # what it surely takes, once it has refused
    reason: str = ""
    shrunk_at: float = -math.inf
    _grow_at: float = math.inf
    _pause: float = SOON

    def recall(self, connections: int, now: float) -> None:
        """Begin with what was learned before."""
        self.most = self.known = connections
        self._pause, self._grow_at = LATER, now + LATER

    def room(self, now: float) -> float:
        """How many connections there may be."""
        if now >= self._grow_at:
            self.most += 1
            self._grow_at = now + self._pause
        return self.most

    def refused(self, connections: int, taken: int, now: float, reason: str) -> None:
        """It refuses one of `connections`, while `taken` others have an email on its way."""
        was_trial = self.known is not None and self.most == self.known + 1
        if was_trial:
            self.most = self.most - 1
            self._pause = LATER if self._pause < LATER else min(self._pause * 2, LAST)
        else:
            self.most = max(1, min(taken or connections // 2, connections - 1))
            self._pause = SOON
        self.known, self.reason = int(self.most), reason
        self.shrunk_at, self._grow_at = now, now + self._pause

    def worked(self, connections: int, now: float) -> None:
        """An email begun after the last refusal was answered, with so many connections open."""
        if self.known is not None and connections > self.known:
            self.known = connections
            if connections > self.most:
                self.most, self._grow_at = connections, now + self._pause


@dataclass(eq=False, slots=True)
class ServerState:
    """One server, and how it has behaved; all times are those of one monotonic clock.

    `connections` counts those that are open or being opened.
    """

    server: Server
    allowance: ConnectionCap = field(default_factory=ConnectionCap)
    connections: int = 0
    failures: int = 0
    failed_at: float = -math.inf
    backs_off_until: float = -math.inf

    def is_open(self, now: float) -> bool:
        """Whether another connection may be tried."""
        return now >= self.backs_off_until and self.connections < self.allowance.room(now)

    def worked(self) -> None:
        """An email was answered over it."""
        self.failures = 0

    @property
    def load(self) -> float:
        """Its share of the connections if it gets the next one."""
        return (self.connections + 1) / self.server.weight

    def failed(self, began: float, now: float) -> None:
        """An attempt that began so came to nothing; attempts side by side count as one."""
        if began < self.failed_at:
            return
        self.failed_at = now
        self._back_off(now)
        if self.failures >= MOST_FAILURES:
            self.backs_off_until = now + LEFT_OUT

    def full(self, taken: int, began: float, now: float, reason: str) -> bool:
        """It takes no more than it has; False if it takes none at all, and has said so often.

        What was begun before the last such refusal says nothing new.
        """
        if began > self.allowance.shrunk_at:
            self.allowance.refused(self.connections, taken, now, reason)
            if self.connections <= 1:
                self._back_off(now)
        return self.failures < PATIENT

    def _back_off(self, now: float) -> None:
        self.failures += 1
        delay = FIRST_DELAY * 2 ** (self.failures - 1)
        self.backs_off_until = now + min(delay, LONGEST_DELAY)


class Balancer:
    """The servers of one channel."""

    def __init__(
        self, servers: Sequence[Server], allowances: Sequence[ConnectionCap] | None = None
    ) -> None:
        known = allowances or [ConnectionCap() for _ in servers]
        self.states = [ServerState(*both) for both in zip(servers, known, strict=True)]

    def choose(self, now: float) -> ServerState | None:
        """Where the next connection goes; None: no server may be tried now."""
        ready = (state for state in self.states if state.is_open(now))
        return min(ready, key=lambda state: (state.load, -state.server.weight), default=None)

    @property
    def failures(self) -> int:
        """How often in a row even the best of them has failed."""
        return min(state.failures for state in self.states)

    def room(self, connections: int, now: float) -> int:
        """How many connections there may be in all, at least one."""
        allowed = sum(state.allowance.room(now) for state in self.states)
        return int(max(1, min(connections, allowed)))


def is_full(error: DeliveryError) -> bool:
    """Whether a server that refuses a connection says that it has too many."""
    return error.reason is Reason.CONNECTIONS or error.status.startswith("421")
