"""Which server gets the next connection: by weight, around those that are in trouble."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.errors import DeliveryError
from publisher.smtp.server import Server

STRIKES = 3  # failures in a row after which a server is left out
LEFT_OUT = 60.0  # seconds until such a server is tried again, or a ceiling is lifted
FIRST_REST, LONGEST_REST = 1.0, 30.0  # seconds after a failure; each doubles the rest


@dataclass(eq=False, slots=True)
class Post:
    """One server, and how it has behaved; all times are those of one monotonic clock.

    `lines` counts the connections that are open or being opened, `ceiling` is the most it takes.
    """

    server: Server
    lines: int = 0
    failures: int = 0
    failed_at: float = -math.inf
    rests_until: float = -math.inf
    ceiling: float = math.inf
    ceiling_until: float = -math.inf

    def room(self, now: float) -> float:
        """How many connections it may have in all."""
        if now >= self.ceiling_until:
            self.ceiling = math.inf
        return self.ceiling

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

    def full(self, now: float) -> None:
        """It takes no more connections than it has."""
        self.ceiling, self.ceiling_until = max(1, self.lines), now + LEFT_OUT


class Servers:
    """The servers of one channel."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.posts = [Post(server) for server in servers]

    def choose(self, now: float) -> Post | None:
        """Where the next connection goes; None: no server may be tried now."""
        open_posts = [post for post in self.posts if post.open_to(now)]
        return min(open_posts, key=_load, default=None)

    def room(self, connections: int, now: float) -> int:
        """How many connections there may be in all, at least one."""
        return int(max(1, min(connections, sum(post.room(now) for post in self.posts))))


def is_full(error: DeliveryError) -> bool:
    """Whether a server that refuses a connection says that it has too many."""
    return error.status.startswith("421") or "too many" in str(error).lower()


def _load(post: Post) -> tuple[float, float]:
    return (post.lines + 1) / post.server.weight, -post.server.weight
