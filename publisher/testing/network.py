"""What a fake network does, and which error an adapter must make of it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from publisher.errors import (
    AuthExpired,
    DeliveryError,
    Doubtful,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)


class Behaviour(StrEnum):
    """What a fake network does with the next messages, until the next call of `behave`."""

    WORKS = "works"
    REJECTS = "rejects"  # a clear no: HTTP 422, SMTP 550
    REFUSES_ACCOUNT = "refuses-account"  # HTTP 401, SMTP 535
    FORBIDS = "forbids"  # a no that may be meant for the account: HTTP 403 in unknown words
    DENIES = "denies"  # a no inside an answer of HTTP 200
    LIMITS = "limits"  # HTTP 429 that says when to come back
    LIMITS_MUTELY = "limits-mutely"  # HTTP 429 that does not
    REDIRECTS = "redirects"  # does not act, and names another host: HTTP 307
    BUSY = "busy"  # does not act and says so: HTTP 503, SMTP 451
    DOWN = "down"  # cannot be reached
    NEVER_ANSWERS = "never-answers"  # acts, then is silent for longer than the time-out
    RESETS = "resets"  # acts, then resets the connection
    CUTS = "cuts"  # acts, then ends in the middle of its answer
    FAILS = "fails"  # acts, then answers HTTP 500
    GARBLES = "garbles"  # acts, then answers a success that nobody can read
    EMPTIES = "empties"  # acts, then answers HTTP 201 without a body
    BOMBS = "bombs"  # acts, then answers some kilobytes that unpack to 100 MB
    DELAYS = "delays"  # acts, and answers late, but in time


EXPECTED: Mapping[Behaviour, type[DeliveryError]] = {
    Behaviour.REJECTS: Rejected,
    Behaviour.REFUSES_ACCOUNT: AuthExpired,
    Behaviour.FORBIDS: Doubtful,
    Behaviour.DENIES: Rejected,
    Behaviour.LIMITS: RateLimited,
    Behaviour.LIMITS_MUTELY: RateLimited,
    Behaviour.REDIRECTS: Unavailable,
    Behaviour.BUSY: Unavailable,
    Behaviour.DOWN: Unavailable,
    Behaviour.NEVER_ANSWERS: OutcomeUnknown,
    Behaviour.RESETS: OutcomeUnknown,
    Behaviour.CUTS: OutcomeUnknown,
    Behaviour.FAILS: OutcomeUnknown,
    Behaviour.GARBLES: OutcomeUnknown,
    Behaviour.EMPTIES: OutcomeUnknown,
    Behaviour.BOMBS: OutcomeUnknown,
}

USUAL: frozenset[Behaviour] = frozenset(Behaviour) - {Behaviour.DENIES}
"""What a network that speaks HTTP can do; some also say no inside a success."""

OF_HTTP = frozenset(
    {
        Behaviour.FORBIDS,
        Behaviour.DENIES,
        Behaviour.LIMITS_MUTELY,
        Behaviour.REDIRECTS,
        Behaviour.EMPTIES,
        Behaviour.BOMBS,
        Behaviour.DELAYS,
    }
)
"""What only a network that speaks HTTP can do."""


class Network(Protocol):
    """A fake network, as the suites need it."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The adapter's options as config.yaml would give them; time-outs well below 5 s."""

    @property
    def secrets(self) -> Sequence[str]:
        """Every secret among the options; none may ever be seen."""

    @property
    def attempts(self) -> int:
        """How many times a message was handed over so far; reading does not count."""

    @property
    def arrived(self) -> int:
        """How many messages the network holds."""

    def behave(self, behaviour: Behaviour) -> None:
        """From now on, do this."""


class WebNetwork(Network, Protocol):
    """A fake network that speaks HTTP."""

    @property
    def strays(self) -> int:
        """How many requests came to where a redirect led."""

    @property
    def shown(self) -> Sequence[str]:
        """Each message as readers see it, with where its links lead; oldest first."""


class MailNetwork(Network, Protocol):
    """A fake mail service, which also shows the emails it holds."""

    @property
    def emails(self) -> Sequence[bytes]:
        """Each email as it arrived, oldest first."""
