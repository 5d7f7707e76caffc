"""Trouble: a channel whose server fails rests, longer each time, and is tried with few messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.durations import spell

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=15)
PROBES = 3
"""How many messages try a server that was in trouble before the rest follow."""


@dataclass(slots=True)
class Trouble:
    """What one channel's server was last seen to do. The operator is told of each change, once."""

    name: str
    rest: timedelta = timedelta(0)
    since: datetime | None = None

    def rests(self, now: datetime, eager_since: datetime | None) -> bool:
        """Whether the server is left alone now, unless a person asked after it last failed."""
        if self.since is None or (eager_since and self.since < eager_since):
            return False
        return self.since <= now < self.since + self.rest

    def probes(self) -> int | None:
        """How many messages may try the server first; None: it is not in trouble."""
        return None if self.since is None else PROBES

    def failed(self, error: str, now: datetime) -> str:
        """The server fails (again): rest. Gives a line for the operator, "" if it was told."""
        first = self.since is None
        self.rest = FIRST_REST if first else min(self.rest * 2, LONGEST_REST)
        self.since = now
        if not first:
            return ""
        return f"{self.name}: several failures in a row, it rests {spell(self.rest)}: {error}"

    def works(self) -> str:
        """The server takes messages. Gives a line for the operator, "" if there was no trouble."""
        was_there, self.since = self.since is not None, None
        return f"{self.name}: works again" if was_there else ""
