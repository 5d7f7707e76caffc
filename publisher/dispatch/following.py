"""What a verdict means for the channel: trouble after failures in a row, and pauses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from publisher.dispatch.verdicts import Then, Verdict, pause_end
from publisher.dispatch.watch import Watch
from publisher.errors import AuthExpired, DeliveryError, RateLimited
from publisher.outbox import Outbox

FAILURES_IN_A_ROW = 3
REFUSALS_IN_A_ROW = 5
"""A sender that is refused so often has a name to lose; no further reader is tried."""


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
    _failures: int = 0
    _refusals: int = 0

    def went_well(self) -> None:
        """A message was taken: whatever failed before is over."""
        self._failures, self._refusals, self.trouble, self.well = 0, 0, "", True

    def follow(self, verdict: Verdict) -> None:
        """Do for the channel what the verdict on one message asks for."""
        match verdict.then:
            case Then.GO_ON:
                self.went_well()
            case Then.COUNT_FAILURE:
                self._failures += 1
                if self._failures >= FAILURES_IN_A_ROW:
                    self.trouble = verdict.outcome.error
            case Then.COUNT_REFUSAL:
                self._failures, self._refusals, self.well = 0, self._refusals + 1, True
                if self._refusals >= REFUSALS_IN_A_ROW:
                    self.pause(verdict.outcome.error, None)
            case Then.PAUSE | Then.STOP_UNTIL_RESUMED:
                self.pause(verdict.outcome.error, verdict.until)

    def server_failed(self, error: DeliveryError, now: datetime) -> None:
        """No connection can be had: the account is refused, a pause is asked for, or trouble."""
        match error:
            case AuthExpired():
                self.pause(str(error), None)
            case RateLimited():
                self.pause(str(error), pause_end(error, now))
            case _:
                self.trouble = str(error)

    def pause(self, reason: str, until: datetime | None) -> None:
        """Pause the channel, and say so once; a person's own pause stays as it is."""
        self.stopped = True
        before = self.outbox.channel(self.name)
        stopped = before.paused and before.paused_until is None
        if stopped or not self.outbox.pause(self.name, reason, until):
            return
        again = f"until {until:%Y-%m-%d %H:%M:%S %Z}" if until else f"publish resume {self.name}"
        self.watch.say(f"{self.name}: paused: {reason}; {again}")

    def is_paused(self) -> bool:
        """Whether the channel is paused at this moment."""
        return self.outbox.channel(self.name).is_paused(self.clock())

    def may_go_on(self) -> bool:
        """Whether another message may be taken in hand."""
        return not (self.trouble or self.watch.stopping() or self.is_paused())
