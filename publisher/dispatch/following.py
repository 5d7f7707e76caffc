"""What a verdict means for the channel: trouble after failures in a row, and pauses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.dispatch.policy import Then, Verdict, pause_end
from publisher.dispatch.progress import Watch
from publisher.errors import AuthExpired, DeliveryError, RateLimited
from publisher.model.contacts import BounceKind
from publisher.model.deliveries import State
from publisher.outbox.outbox import Outbox

FAILURES_IN_A_ROW = 3
ENOUGH_TRIED = 50
"""From so many readers on it is told whether too many of them do not exist."""

TOO_MANY_DEAD = 0.1
"""A list of which a larger part does not exist costs the sender its name."""

REMEMBERED = 1_000
"""Readers; of those before them the tally counts ever less."""

SEEN_TO = timedelta(days=1)
"""For so long after a person resumed the channel, the list is taken as it is."""


@dataclass(slots=True)
class Tally:
    """Of one channel's newest readers, how many were reached and how many do not exist."""

    accepted: int = 0
    dead: int = 0

    def bury(self) -> bool:
        """Count one more who does not exist; whether there are too many by now."""
        self.dead += 1
        tried = self.accepted + self.dead
        too_many = tried >= ENOUGH_TRIED and self.dead > TOO_MANY_DEAD * tried
        if tried > REMEMBERED:
            self.accepted, self.dead = self.accepted // 2, self.dead // 2
        return too_many

    def __str__(self) -> str:
        return f"{self.dead} of {self.accepted + self.dead} readers do not exist"


@dataclass(slots=True)
class Follower:
    """Keeps an eye on one channel; `trouble` is what its server fails with, if it does.

    `well` tells that the server has answered as it should at least once, `stopped` that the channel
    was paused on the way.
    """

    name: str
    outbox: Outbox
    watch: Watch
    clock: Callable[[], datetime]
    trouble: str = ""
    well: bool = False
    stopped: bool = False
    tally: Tally = field(default_factory=Tally)
    _failures: int = 0

    def went_well(self, messages: int = 0) -> None:
        """So many messages were taken: whatever failed before is over."""
        self.tally.accepted += messages
        self._failures, self.trouble, self.well = 0, "", True

    def follow(self, verdict: Verdict) -> None:
        """Do for the channel what the verdict on one message asks for."""
        match verdict.then:
            case Then.GO_ON:
                self.went_well(verdict.outcome.state is State.SENT)
                self._count_dead(verdict)
            case Then.REFUSED:
                self.went_well()
            case Then.COUNT_FAILURE:
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    self.trouble = verdict.outcome.error
            case Then.PAUSE | Then.STOP_UNTIL_RESUMED:
                self.pause(verdict.outcome.error, verdict.until)

    def _count_dead(self, verdict: Verdict) -> None:
        """Pause if too many readers do not exist, unless a person has seen to it since."""
        bounce = verdict.bounce
        if bounce is None or bounce.kind is not BounceKind.HARD:
            return
        if not self.tally.bury() or self.stopped:
            return
        resumed = self.outbox.channels.resumed_at(self.name)
        if resumed is None or resumed < self.clock() - SEEN_TO:
            self.pause(f"{self.tally}: is the list an old one?")

    def server_failed(self, error: DeliveryError, now: datetime) -> None:
        """No connection can be had: the account is refused, a pause is asked for, or trouble."""
        match error:
            case AuthExpired():
                self.pause(str(error), None)
            case RateLimited():
                self.pause(str(error), pause_end(error, now))
            case _:
                self.trouble = str(error)

    def doubted(self, reason: str) -> None:
        """The channel was paused in the transaction that settled."""
        if not self.stopped:
            self._say(reason, None)
        self.stopped = True

    def pause(self, reason: str, until: datetime | None = None) -> None:
        """Pause the channel, and say so once; a person's own pause stays as it is."""
        told, self.stopped = self.stopped, True
        before = self.outbox.channels.get(self.name)
        stopped = before.paused and before.paused_until is None
        if stopped or not self.outbox.channels.pause(self.name, reason, until):
            return
        if not told:
            self._say(reason, until)

    def _say(self, reason: str, until: datetime | None) -> None:
        again = f"until {until:%Y-%m-%d %H:%M:%S %Z}" if until else f"publish resume {self.name}"
        self.watch.say(f"{self.name}: paused: {reason}; {again}")

    def is_paused(self) -> bool:
        """Whether the channel is paused at this moment."""
        return self.outbox.channels.get(self.name).is_paused(self.clock())

    def may_go_on(self) -> bool:
        """Whether another message may be taken in hand."""
        return not (self.trouble or self.watch.stopping() or self.is_paused())
