"""How channels stand: pauses, what their servers taught, and what the operator was notified of."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class ChannelState:
    """Whether a channel is paused, why, and until when (None: until a person resumes it)."""

    paused: bool = False
    reason: str = ""
    paused_until: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Tell whether the pause still holds at `now`."""
        return self.paused and (self.paused_until is None or now < self.paused_until)


def how_to_go_on(name: str, reason: str) -> str:
    """The command that ends the pause of the channel `name`: another secret, or a person's word."""
    connect = f"publish connect {name}"
    return connect if f"`{connect}`" in reason else f"publish resume {name}"


EVERY_SERVER = ""
"""The name under which a channel's rate stands: whatever the server, it is the account's."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One server takes `connections` at once (None: no bound is known), or `rate` a second.

    Nothing is sent until `held_until`; `said` are the server's words, `at` when it said so.
    """

    server: str
    connections: int | None
    rate: float | None
    held_until: datetime | None
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A fact to report: `topic` names what it is about, `mark` tells this fact from the next.

    `content` is JSON of whoever reports it; `tries` is how often that failed.
    """

    topic: str
    mark: str
    content: str
    at: datetime
    tries: int = 0


class Blame(Enum):
    """Whom a refusal without a reason is meant for, as far as is known by now."""

    MESSAGE = auto()  # it was refused before, and another was taken since
    ACCOUNT = auto()  # two were refused, and nothing was taken in between
    UNKNOWN = auto()  # the next message tells
