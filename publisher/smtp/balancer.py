"""Which server gets the next connection: by weight, around those that are in trouble."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.errors import DeliveryError, Reason
from publisher.smtp.server import Server

STRIKES = 3  # failures in a row after which a server is left out
LEFT_OUT = 60.0  # seconds until such a server is tried again
FIRST_REST, LONGEST_REST = 1.0, 30.0  # seconds after a failure; each doubles the rest
SOON = 0.5  # seconds until one connection more is tried while the bound is being looked for
LATER, LAST = 60.0, 1800.0  # seconds once it is found; each time in vain doubles them
PATIENT = 5  # refusals in a row of a server that is merely full; after that it is in trouble


@dataclass(slots=True)
class Allowance:
    """How many connections, or transactions at once, one server takes: learned from refusals.

    A refusal leaves as many as have a mail on its way, or half of those that are open where none
    has. Then one more is tried: soon, until that is refused as well, and ever more rarely after.
    All times are those of one monotonic clock.
    """

    most: float = math.inf
    known: int | None = None  # what it surely takes, once it has refused
    said: str = ""
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

    def refused(self, lines: int, taken: int, now: float, said: str) -> None:
        """It refuses one of `lines`, while `taken` others have a mail on its way."""
        was_trial = self.known is not None and self.most == self.known + 1
        if was_trial:
            self.most = self.most - 1
            self._pause = LATER if self._pause < LATER else min(self._pause * 2, LAST)
        else:
            self.most = max(1, min(taken or lines // 2, lines - 1))
            self._pause = SOON
        self.known, self.said = int(self.most), said
        self.shrunk_at, self._grow_at = now, now + self._pause

    def worked(self, lines: int, now: float) -> None:
        """A mail that was begun after the last refusal was answered, with so many lines open."""
        if self.known is not None and lines > self.known:
            self.known = lines
            if lines > self.most:
                self.most, self._grow_at = lines, now + self._pause


@dataclass(eq=False, slots=True)
class Post:
    """One server, and how it has behaved; all times are those of one monotonic clock.

    `lines` counts the connections that are open or being opened.
    """

    server: Server
    allowance: Allowance = field(default_factory=Allowance)
    lines: int = 0
    failures: int = 0
    failed_at: float = -math.inf
    rests_until: float = -math.inf

    def room(self, now: float) -> float:
        """How many connections it may have in all."""
        return self.allowance.room(now)

    def open_to(self, now: float) -> bool:
        """Whether another connection may be tried."""
        return now >= self.rests_until and self.lines < self.room(now)

    def worked(self) -> None:
        """A mail was answered over it."""
        self.failures = 0

    def failed(self, began: float, now: float) -> None:
        """An attempt that began so came to nothing; attempts side by side count as one."""
        if began < self.failed_at:
            return
        self.failures += 1
        self.failed_at = now
        rest = min(FIRST_REST * 2 ** (self.failures - 1), LONGEST_REST)
        self.rests_until = now + (LEFT_OUT if self.failures >= STRIKES else rest)

    def full(self, taken: int, began: float, now: float, said: str) -> bool:
        """It takes no more than it has; False if it takes none at all, and has said so often.

        What was begun before the last such refusal says nothing new.
        """
        if began > self.allowance.shrunk_at:
            self.allowance.refused(self.lines, taken, now, said)
            if self.lines <= 1:
                self.failures += 1
                rest = FIRST_REST * 2 ** (self.failures - 1)
                self.rests_until = now + min(rest, LONGEST_REST)
        return self.failures < PATIENT


class Servers:
    """The servers of one channel."""

    def __init__(
        self, servers: Sequence[Server], allowances: Sequence[Allowance] | None = None
    ) -> None:
        known = allowances or [Allowance() for _ in servers]
        self.posts = [Post(*both) for both in zip(servers, known, strict=True)]

    def choose(self, now: float) -> Post | None:
        """Where the next connection goes; None: no server may be tried now."""
        open_posts = [post for post in self.posts if post.open_to(now)]
        return min(open_posts, key=_load, default=None)

    @property
    def failures(self) -> int:
        """How often in a row even the best of them has failed."""
        return min(post.failures for post in self.posts)

    def room(self, connections: int, now: float) -> int:
        """How many connections there may be in all, at least one."""
        return int(max(1, min(connections, sum(post.room(now) for post in self.posts))))


def is_full(error: DeliveryError) -> bool:
    """Whether a server that refuses a connection says that it has too many."""
    return error.reason is Reason.CONNECTIONS or error.status.startswith("421")


def _load(post: Post) -> tuple[float, float]:
    return (post.lines + 1) / post.server.weight, -post.server.weight
