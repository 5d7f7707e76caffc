"""Tokens that a person must renew: said days ahead, once a stage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from publisher.adapters.base import Adapter, Connects, Expires
from publisher.model.messages import Message

STAGES: Final = (14, 7, 3, 1)
"""So many days before the end it is said again."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """A token that ends soon, or has ended; `stage` is the last one that it reached, 0: the end."""

    ends_at: datetime
    now: datetime
    stage: int
    connects: bool

    @property
    def mark(self) -> str:
        """What tells this stage of this token from any other."""
        return f"{self.ends_at:%Y-%m-%d} {self.stage}"

    @property
    def words(self) -> str:
        """When it ends, for people."""
        on = f"on {self.ends_at:%Y-%m-%d %H:%M} UTC"
        if self.now >= self.ends_at:
            return f"its token ended {on}"
        days = (self.ends_at - self.now) // _DAY
        return f"its token ends {on}, {_in(days)}"

    def hint(self, name: str) -> str:
        """What to do for the channel of that name."""
        return f"run: publish connect {name}" if self.connects else "put a new one in its place"


def end_of(adapter: Adapter[Message]) -> datetime | None:
    """When a person must connect it anew; None: never, or nobody knows."""
    return adapter.expires() if isinstance(adapter, Expires) else None


def ending_of(
    adapter: Adapter[Message], now: datetime, ends_at: datetime | None = None
) -> Ending | None:
    """The end of an adapter's token, if it is near; `ends_at` where the network has said so."""
    ends_at = ends_at or end_of(adapter)
    if ends_at is None or ends_at - now > STAGES[0] * _DAY:
        return None
    reached = [days for days in (*STAGES, 0) if ends_at - now <= days * _DAY]
    return Ending(ends_at, now, reached[-1], isinstance(adapter, Connects))


def _in(days: int) -> str:
    if days == 0:
        return "within a day"
    return "in a day" if days == 1 else f"in {days} days"
