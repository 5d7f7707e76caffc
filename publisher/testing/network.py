"""What a fake network does, and which error an adapter must make of it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from publisher.errors import (
    AuthExpired,
    DeliveryError,
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
    LIMITS = "limits"  # HTTP 429 that says when to come back
    BUSY = "busy"  # does not act and says so: HTTP 503, SMTP 451
    DOWN = "down"  # cannot be reached
    NEVER_ANSWERS = "never-answers"  # acts, then is silent for longer than the time-out
    RESETS = "resets"  # acts, then resets the connection
    CUTS = "cuts"  # acts, then ends in the middle of its answer
    FAILS = "fails"  # acts, then answers HTTP 500
    GARBLES = "garbles"  # acts, then answers a success that nobody can read


EXPECTED: Mapping[Behaviour, type[DeliveryError]] = {
    Behaviour.REJECTS: Rejected,
    Behaviour.REFUSES_ACCOUNT: AuthExpired,
    Behaviour.LIMITS: RateLimited,
    Behaviour.BUSY: Unavailable,
    Behaviour.DOWN: Unavailable,
    Behaviour.NEVER_ANSWERS: OutcomeUnknown,
    Behaviour.RESETS: OutcomeUnknown,
    Behaviour.CUTS: OutcomeUnknown,
    Behaviour.FAILS: OutcomeUnknown,
    Behaviour.GARBLES: OutcomeUnknown,
}


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


class MailNetwork(Network, Protocol):
    """A fake mail service, which also shows the emails it holds."""

    @property
    def emails(self) -> Sequence[bytes]:
        """Each email as it arrived, oldest first."""
