"""Plain lines about a long mailing: how far it is, how fast, and when it will be done."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

TELL_SECONDS = 30.0


@dataclass(slots=True)
class Teller:
    """Counts what is settled of `expected`, and says so every half minute.

    The finish is reckoned from the last half minute alone: what went before tells of another hour.
    """

    say: Callable[[str], None]
    zone: ZoneInfo
    expected: int = 0
    _done: int = 0
    _told: int = 0
    _since: float = field(default_factory=time.monotonic)

    def expects(self, count: int) -> None:
        """Begin anew: so many messages are queued."""
        self.expected, self._done, self._told = count, 0, 0
        self._since = time.monotonic()

    def settled(self, count: int) -> None:
        """Count messages, and tell when it is time."""
        self._done += count
        seconds = time.monotonic() - self._since
        if seconds >= TELL_SECONDS:
            self.say(self._line((self._done - self._told) / seconds))
            self._told, self._since = self._done, time.monotonic()

    def _line(self, rate: float) -> str:
        whole = max(self.expected, self._done)
        noun = "message" if whole == 1 else "messages"
        line = f"{self._done:,} of {whole:,} {noun}, {a_second(rate)}"
        left = self.expected - self._done
        return f"{line}, done about {finish(left, rate, self.zone)}" if left > 0 < rate else line


def a_second(rate: float) -> str:
    """`240 a second`; a slow pace by the minute."""
    return f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.0f} a minute"


def finish(left: int, rate: float, zone: ZoneInfo) -> str:
    """`07:42`, or with the day if it is another one: when `left` messages are gone at `rate`."""
    now = datetime.now(zone)
    try:
        then = now + timedelta(seconds=left / rate)
    except OverflowError:
        return "no day that anyone will see"
    return then.strftime("%H:%M" if then.date() == now.date() else "%a %d %b %H:%M")
