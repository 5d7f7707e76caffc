"""A channel whose server fails is backed off, and one that a person must see to is paused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.dispatch.policy import Then, Verdict, pause_end
from publisher.dispatch.progress import Watch
from publisher.durations import spell
from publisher.errors import AuthExpired, DeliveryError, RateLimited
from publisher.model.channels import how_to_go_on
from publisher.model.contacts import BounceKind
from publisher.model.deliveries import State
from publisher.outbox.outbox import Outbox

FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(minutes=15)
PROBES = 3
"""How many messages try a server that failed before the rest follow."""

FAILURES_IN_A_ROW = 3
ENOUGH_TRIED = 50
"""From so many recipients on it is reported whether too many of them do not exist."""

TOO_MANY_DEAD = 0.1
"""A list of which a larger part does not exist costs the sender its name."""

REMEMBERED = 1_000
"""Recipients; of those before them the tally counts ever less."""

SEEN_TO = timedelta(days=1)
"""For so long after a person resumed the channel, the list is taken as it is."""


@dataclass(slots=True)
class Tally:
    """Of one channel's newest recipients, how many were reached and how many do not exist."""

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
        return f"{self.dead} of {self.accepted + self.dead} recipients do not exist"


@dataclass(slots=True)
class CircuitBreaker:
    """What one channel's server was last seen to do. The operator hears of each change, once.

    `error` is what it fails with, empty if it does not.
    """

    name: str
    backoff: timedelta = timedelta(0)
    since: datetime | None = None
    error: str = ""
    tally: Tally = field(default_factory=Tally)

    def is_open(self, now: datetime, eager_since: datetime | None) -> bool:
        """Whether the server is left alone now, unless a person asked after it last failed."""
        if self.since is None or (eager_since and self.since < eager_since):
            return False
        return self.since <= now < self.since + self.backoff

    def probes(self) -> int | None:
        """How many messages may try the server first; None: it does not fail."""
        return None if self.since is None else PROBES

    def failed(self, error: str, now: datetime) -> str:
        """Back off (again). Gives a line for the operator, "" if it was reported."""
        first = self.since is None
        self.backoff = FIRST_BACKOFF if first else min(self.backoff * 2, LONGEST_BACKOFF)
        self.since, self.error = now, error
        if not first:
            return ""
        length = spell(self.backoff)
        return f"{self.name}: the server fails, backing off for {length}: {error}"

    def recovered(self) -> str:
        """The server takes messages. Gives a line for the operator, "" if it did not fail."""
        was_open, self.since, self.error = self.since is not None, None, ""
        return f"{self.name}: recovered" if was_open else ""


@dataclass(slots=True)
class Health:
    """How one run of a channel goes.

    `error` is what its server fails with, if it does; `well` says that it has answered as it should
    at least once, `stopped` that the channel was paused on the way.
    """

    name: str
    outbox: Outbox
    watch: Watch
    clock: Callable[[], datetime]
    tally: Tally = field(default_factory=Tally)
    error: str = ""
    well: bool = False
    stopped: bool = False
    _failures: int = 0

    def went_well(self, messages: int = 0) -> None:
        """So many messages were taken: whatever failed before is over."""
        self.tally.accepted += messages
        self._failures, self.error, self.well = 0, "", True

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
                    self.error = verdict.outcome.error
            case Then.PAUSE | Then.STOP_UNTIL_RESUMED:
                self.pause(verdict.outcome.error, verdict.until)

    def server_failed(self, error: DeliveryError) -> None:
        """No connection can be had: the account is refused, a pause is asked for, or it fails."""
        match error:
            case AuthExpired():
                self.pause(str(error))
            case RateLimited():
                self.pause(str(error), pause_end(error, self.clock()))
            case _:
                self.error = str(error)

    def pause(self, reason: str, until: datetime | None = None) -> None:
        """Pause the channel, and say so once; a person's own pause stays as it is."""
        before = self.outbox.channels.get(self.name)
        lasting = before.paused and before.paused_until is None
        if not lasting and self.outbox.channels.pause(self.name, reason, until):
            self.paused(reason, until)
        self.stopped = True

    def paused(self, reason: str, until: datetime | None = None) -> None:
        """The channel was paused just now."""
        if not self.stopped:
            how = how_to_go_on(self.name, reason)
            how = f"until {until:%Y-%m-%d %H:%M:%S %Z}" if until else how
            more = "" if f"`{how}`" in reason else f"; {how}"  # the reason may say it already
            self.watch.say(f"{self.name}: paused: {reason}{more}")
        self.stopped = True

    def is_paused(self) -> bool:
        """Whether the channel is paused at this moment."""
        return self.outbox.channels.get(self.name).is_paused(self.clock())

    def may_go_on(self) -> bool:
        """Whether another message may be taken in hand; a pause by others is looked for apart."""
        return not (self.error or self.stopped or self.watch.stopping())

    def _count_dead(self, verdict: Verdict) -> None:
        """Pause if too many recipients do not exist, unless a person has seen to it since."""
        bounce = verdict.bounce
        if bounce is None or bounce.kind is not BounceKind.HARD:
            return
        if not self.tally.bury() or self.stopped:
            return
        resumed = self.outbox.channels.resumed_at(self.name)
        if resumed is None or resumed < self.clock() - SEEN_TO:
            self.pause(f"{self.tally}; check whether the list is an old one")
