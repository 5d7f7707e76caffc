"""How fast a server takes messages, learned from its refusals; kept where every process sees it.

After a refusal nothing is sent until the server's own stretch of time is over, then fewer a second
than it took, evenly; after a while without another refusal a little more is tried, ever more rarely
where that is refused again.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from publisher.dispatch.limits.gates import PaceGate, Stock
from publisher.durations import MICROSECOND, micros
from publisher.errors import RateLimited, Reason
from publisher.model.channels import EVERY_SERVER, Lesson
from publisher.outbox.limits.gcra import SECOND, Pace
from publisher.outbox.outbox import Outbox

STRETCH: Final = timedelta(seconds=1)
"""Over which a server counts that names no time."""

LONGEST_STRETCH: Final = timedelta(minutes=1)
LONGEST_HOLD: Final = timedelta(hours=1)
BELOW: Final = 0.9
"""What part of what a server took is asked of it afterwards."""

MORE: Final = 1.1
FIRST_TRIAL, LAST_TRIAL = timedelta(seconds=20), timedelta(minutes=10)
FORGOTTEN: Final = timedelta(days=1)
LEAST: Final = 1 / 60
EVENLY: Final = SECOND // 20
"""How far ahead of time a message may go, in microseconds: strict servers count strictly."""


@dataclass(slots=True)
class LearnedRate:
    """A gate that lets so many through as one channel's server has taken, if it ever refused."""

    channel: str
    outbox: Outbox
    clock: Callable[[], datetime]
    why: str = "its server takes no more"
    _lesson: Lesson | None = None
    _gate: PaceGate | None = None
    _accepted: deque[tuple[datetime, int]] = field(default_factory=deque)
    _since: int = 0  # accepted since the last refusal
    _streak: int = 0  # refusals with nothing accepted in between
    _stale: set[int] = field(default_factory=set)  # rows that were on their way at the refusal
    _trial: timedelta = FIRST_TRIAL

    @property
    def active(self) -> bool:
        """Whether anything is known."""
        return self._lesson is not None

    def look(self) -> None:
        """See what other processes have learned, and try a little more after a while."""
        now = self.clock()
        self._keep(self._known())
        lesson = self._lesson
        if lesson is None or lesson.rate is None:
            return
        if now - lesson.at > FORGOTTEN:
            self.outbox.learned.forget(self.channel, [EVERY_SERVER])
            self._keep(None)
        elif self._since and now - lesson.at >= self._trial:
            self._write(replace(lesson, rate=lesson.rate * MORE, at=now))

    def accepted(self, messages: int) -> None:
        """So many were taken just now."""
        now = self.clock()
        self._accepted.append((now, messages))
        while self._accepted[0][0] < now - LONGEST_STRETCH:
            self._accepted.popleft()
        self._since += messages
        self._streak = 0

    def is_lesson(self, error: RateLimited) -> bool:
        """Whether going slower will do: the rate counts over a short time."""
        return error.reason is Reason.RATE and (error.wait or STRETCH) <= LONGEST_STRETCH

    def too_fast(self, number: int, error: RateLimited, held: set[int]) -> None:
        """The server refused the row `number`; `held` are those on their way meanwhile."""
        if number in self._stale:
            self._stale.discard(number)
            return
        now, stretch = self.clock(), error.wait or STRETCH
        self._keep(self._known())
        if not self._is_another_s(now, stretch):
            hold = min(stretch * 2**self._streak, LONGEST_HOLD)
            rate = self._slower(now, stretch)
            self._write(Lesson(EVERY_SERVER, None, rate, now + hold, str(error), now))
            self._since, self._streak = 0, min(self._streak + 1, 16)
        self._stale = held - {number}

    def take(self, wanted: int, now: int) -> tuple[int, int]:
        """See Gate."""
        lesson = self._lesson
        if lesson is None:
            return wanted, 0
        held = micros(lesson.held_until) if lesson.held_until else 0
        if now < held <= now + LONGEST_HOLD // MICROSECOND:  # later only if the clock was set back
            return 0, held
        return self._gate.take(wanted, now) if self._gate else (wanted, 0)

    def put(self, rows: int) -> None:
        """See Gate."""
        if self._gate:
            self._gate.put(rows)

    def close(self) -> None:
        """See Gate."""
        if self._gate:
            self._gate.close()

    def _known(self) -> Lesson | None:
        known = self.outbox.learned.find(self.channel)
        return next((each for each in known if each.server == EVERY_SERVER), None)

    def _is_another_s(self, now: datetime, stretch: timedelta) -> bool:
        """Whether another process was refused at the same time, and has seen to it."""
        lesson = self._lesson
        return lesson is not None and timedelta(0) <= now - lesson.at < stretch and not self._since

    def _slower(self, now: datetime, stretch: timedelta) -> float:
        """How many a second from now on."""
        known = self._lesson.rate if self._lesson else None
        if known is not None:
            self._trial = min(self._trial * 2, LAST_TRIAL)
            return max(known * BELOW, LEAST)
        taken = sum(number for at, number in self._accepted if at > now - stretch)
        return max(BELOW * max(taken, 1) / stretch.total_seconds(), LEAST)

    def _write(self, lesson: Lesson) -> None:
        self.outbox.learned.record(self.channel, lesson)
        self._keep(lesson)

    def _keep(self, lesson: Lesson | None) -> None:
        """Go by `lesson` from now on."""
        before, self._lesson = self._lesson, lesson
        if (before and before.rate) == (lesson and lesson.rate):
            return
        self.close()
        self._gate = None
        if lesson and lesson.rate:
            pace = Pace(max(1, round(lesson.rate * 1000)), 1000 * SECOND, EVENLY)
            name = self.channel
            grants = self.outbox.limits
            self._gate = PaceGate(grants, name, Stock(f"{name} learned", pace), self.why)
