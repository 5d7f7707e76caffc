"""What a turn of `publish run` sent, for its log."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.model.deliveries import Delivery, Kind, Scope, State
from publisher.outbox.outbox import Outbox
from publisher.wiring import Publisher

MOST_BY_NAME = 20
"""So many notes are told of one by one; emails are counted."""

_OVER = (State.SENT, State.REJECTED, State.UNKNOWN)


TELL_SECONDS = 30.0
"""A mailing that trickles is told of no sooner: looking may mean looking at a million rows."""


@dataclass(slots=True)
class SendingLog:
    """Tells of what was open when it began, once that is over or has taken a while."""

    publisher: Publisher
    _scope: Scope | None = None
    _begun: float = 0.0
    _settled: int = 0

    def begin(self) -> None:
        """A turn begins; what earlier ones did and nobody was told of is still told."""
        if self._scope is None and (due := self._due()):
            now = self.publisher.clock()
            self._scope = self.publisher.outbox.runs.scope(due, [], now, now)
            self._begun = time.monotonic()

    def settled(self, count: int) -> None:
        """So many messages more were settled."""
        self._settled += count

    def lines(self) -> Iterator[str]:
        """`mail: 120 sent, 1 rejected, 30 queued`; few notes each with where it is."""
        scope = self._scope
        if scope is None or (self._settled and self._waits()):
            return
        settled, self._scope, self._settled = self._settled, None, 0
        if settled:
            yield from _told(self.publisher.outbox, scope)

    def _waits(self) -> bool:
        return time.monotonic() < self._begun + TELL_SECONDS and bool(self._due())

    def _due(self) -> list[str]:
        now, outbox = self.publisher.clock(), self.publisher.outbox
        return [name for name in self.publisher.config.channels if outbox.stats.due(name, now, 1)]


def _told(outbox: Outbox, scope: Scope) -> Iterator[str]:
    counts = outbox.runs.tally(scope)
    notes = _notes(outbox, scope) if _number_over(counts) <= MOST_BY_NAME else []
    for row in notes:
        where = row.remote_url or row.error
        yield f"{row.channel}: {row.post_path}: {row.state.value}{where and f': {where}'}"
    named = {row.channel for row in notes}
    for channel in sorted({name for name, _ in counts} - named):
        if any(counts[channel, state] for state in _OVER):
            yield f"{channel}: {_counted(counts, channel)}"


def _notes(outbox: Outbox, scope: Scope) -> list[Delivery]:
    rows = outbox.runs.touched(scope, states=_OVER, limit=MOST_BY_NAME)
    return [row for row in rows if row.kind is Kind.NOTE]


def _number_over(counts: Counter[tuple[str, State]]) -> int:
    return sum(number for (_, state), number in counts.items() if state in _OVER)


def _counted(counts: Counter[tuple[str, State]], channel: str) -> str:
    found = ((state, counts[channel, state]) for state in State)
    return ", ".join(f"{number:,} {state.value}" for state, number in found if number)
