"""Log lines of a mailing: how far it is, when it will be done, and what it sent."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.durations import Clock
from publisher.model.deliveries import Kind, Scope, State
from publisher.outbox.outbox import Outbox
from publisher.wiring import Publisher

LOG_SECONDS = 30.0
"""How often a long mailing is logged; looking may mean looking at a million rows."""

MOST_BY_NAME = 20
"""Up to so many notes are logged one by one; emails are counted."""

_OVER = (State.SENT, State.REJECTED, State.UNKNOWN)


@dataclass(slots=True)
class ProgressLog:
    """Counts what is settled of `expected`, and logs it every half minute.

    The finish is reckoned from the last half minute alone. `clock` is in the site's zone.
    """

    say: Callable[[str], None]
    clock: Clock
    expected: int = 0
    _done: int = 0
    _logged: int = 0
    _since: float = field(default_factory=time.monotonic)

    def expects(self, count: int) -> None:
        """Begin anew: so many messages are queued."""
        self.expected, self._done, self._logged = count, 0, 0
        self._since = time.monotonic()

    def settled(self, count: int) -> None:
        """Count messages, and log when it is time."""
        self._done += count
        seconds = time.monotonic() - self._since
        if seconds >= LOG_SECONDS:
            self.say(self._line((self._done - self._logged) / seconds))
            self._logged, self._since = self._done, time.monotonic()

    def _line(self, rate: float) -> str:
        whole = max(self.expected, self._done)
        noun = "message" if whole == 1 else "messages"
        pace = spell_pace(rate, self.expected - self._done, self.clock())
        return f"{self._done:,} of {whole:,} {noun}, {pace}"


def spell_pace(rate: float, left: int, now: datetime) -> str:
    """`240 a second, done about 07:42`; slow ones by the minute, the day where it is another."""
    pace = f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.0f} a minute"
    if left <= 0 or rate <= 0:
        return pace
    try:
        then = now + timedelta(seconds=left / rate)
    except OverflowError:
        return f"{pace}, done about no day that anyone will see"
    return f"{pace}, done about {then:{'%H:%M' if then.date() == now.date() else '%a %d %b %H:%M'}}"


@dataclass(slots=True)
class SendingLog:
    """Logs what became of what was due when it began, once that is over or has taken a while."""

    publisher: Publisher
    _scope: Scope | None = None
    _begun: float = 0.0
    _settled: int = 0

    def begin(self) -> None:
        """A run begins; what earlier ones did and was not logged yet still is."""
        if self._scope is None and (due := self._due()):
            now = self.publisher.clock()
            self._scope = self.publisher.outbox.runs.scope(due, [], now, now)
            self._begun = time.monotonic()

    def settled(self, count: int) -> None:
        """So many messages more were settled."""
        self._settled += count

    def lines(self) -> Iterator[str]:
        """`email: 120 sent, 1 rejected, 30 queued`; few notes each with where it is."""
        scope = self._scope
        early = time.monotonic() < self._begun + LOG_SECONDS
        if scope is None or (self._settled and early and self._due()):
            return
        settled, self._scope, self._settled = self._settled, None, 0
        if settled:
            yield from _lines(self.publisher.outbox, scope)

    def _due(self) -> list[str]:
        now, outbox = self.publisher.clock(), self.publisher.outbox
        return [name for name in self.publisher.config.channels if outbox.stats.due(name, now, 1)]


def _lines(outbox: Outbox, scope: Scope) -> Iterator[str]:
    counts = outbox.runs.tally(scope)
    over = sum(number for (_, state), number in counts.items() if state in _OVER)
    few = over <= MOST_BY_NAME
    rows = outbox.runs.touched(scope, states=_OVER, limit=MOST_BY_NAME) if few else []
    notes = [row for row in rows if row.kind is Kind.NOTE]
    for row in notes:
        where = row.remote_url or row.error
        yield f"{row.channel}: {row.label}: {row.state.value}{where and f': {where}'}"
    named = {row.channel for row in notes}
    for channel in sorted({name for name, _ in counts} - named):
        if any(counts[channel, state] for state in _OVER):
            found = ((state.value, counts[channel, state]) for state in State)
            parts = [f"{number:,} {word}" for word, number in found if number]
            yield f"{channel}: {', '.join(parts)}"
