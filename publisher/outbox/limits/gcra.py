"""Even pacing by the generic cell rate algorithm (ITU-T I.371): pure, in whole microseconds.

A bucket remembers one moment, `free_at`: until then it is spoken for. Each message moves it on by
one step. A message may go while that moment is no further ahead than the pace's slack, so over any
window no more than `1 + (window + slack) / step` go. Those for whom there is nothing left stand in
line: each is told a moment of its own, a step behind the one before.
"""

from typing import Final, NamedTuple

SECOND: Final = 1_000_000
SKEW: Final = 10 * SECOND
"""Machines' clocks may differ by this much; one that is further back has been set back."""

ABANDONED: Final = 60 * SECOND
"""So long after its time a bucket that nobody takes from has no line any more."""


class Pace(NamedTuple):
    """`number` in `period` microseconds, evenly; `slack` is how far ahead of time one may go."""

    number: int
    period: int
    slack: int = 0

    def cost(self, rows: int) -> int:
        """How long so many take, rounded up: what is lost errs on the slow side."""
        return -(-rows * self.period // self.number)

    def chunk(self) -> int:
        """How many may go at once after a rest."""
        return self.slack * self.number // self.period + 1


class Bucket(NamedTuple):
    """`since` its first use, `seen` its newest; what is behind `free_at` and `line_at` is taken."""

    since: int
    seen: int
    free_at: int = 0
    line_at: int = 0


class Taken(NamedTuple):
    """`rows` may go now; if that is fewer than wanted, the next one may at `next_at`.

    `free_at` is what the bucket says afterwards, `before` what it would say without these rows.
    `slots` places in the line begin at `line_at`, a step apart.
    """

    rows: int = 0
    next_at: int = 0
    before: int = 0
    free_at: int = 0
    slots: int = 0
    line_at: int = 0


def steady(number: int, period: int) -> Pace:
    """A pace that lets a second's worth go at once, and at least one.

    Whoever asks does so about once a second; the slack makes up for coming late by some of it.
    """
    step = period // number
    return Pace(number, period, max(SECOND - step, min(step // 2, SECOND)))


def at_clock(bucket: Bucket, now: int) -> Bucket:
    """The same bucket at `now`, whatever happened to the clock.

    Time stands still while a clock is a little behind another. Where it was set back, what is
    taken moves back with it: nothing is forgiven, and nobody waits for the old time to come.
    """
    back = bucket.seen - now
    if back <= SKEW:
        return bucket._replace(seen=max(bucket.seen, now))
    free_at, line_at = bucket.free_at - back, bucket.line_at - back
    return Bucket(min(bucket.since, now), now, free_at, line_at)


def without_abandoned_line(bucket: Bucket, pace: Pace) -> Bucket:
    """The same bucket, but for a line in which nobody came to take their turn for long.

    Its mail was cancelled, or waits for something else; whoever comes back stands in line anew.
    """
    idle = bucket.seen - bucket.free_at
    return bucket._replace(line_at=0) if idle > ABANDONED + 2 * pace.cost(1) else bucket


def take(bucket: Bucket, pace: Pace, wanted: int) -> tuple[Bucket, Taken]:
    """Take up to `wanted` from a bucket that is at the clock."""
    before = max(bucket.free_at, bucket.seen)
    room = bucket.seen + pace.slack - before
    most = room * pace.number // pace.period + 1 if room >= 0 else 0
    rows = max(0, min(wanted, most))
    free_at = before + pace.cost(rows)
    taken = Taken(rows, free_at - pace.slack, before, free_at)
    return bucket._replace(free_at=free_at) if rows else bucket, taken


def stand_in_line(bucket: Bucket, pace: Pace, slots: int) -> tuple[Bucket, int]:
    """Keep `slots` places in the line; says when the first one's turn is."""
    first = max(bucket.line_at, bucket.free_at - pace.slack, bucket.seen)
    return bucket._replace(line_at=first + pace.cost(slots)), first
