"""What an error means for a delivery and its channel: states and pauses, no side effects."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from publisher.errors import (
    AuthExpired,
    DeliveryError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.messages import Receipt
from publisher.outbox import Delivery, Outcome, State

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=48)
DEFAULT_PAUSE = timedelta(minutes=5)
ASK_AGAIN_AFTER = timedelta(seconds=30)


class Then(Enum):
    """What the channel does after a message."""

    GO_ON = auto()
    COUNT_FAILURE = auto()
    PAUSE = auto()
    STOP_UNTIL_RESUMED = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The row's outcome, and what follows for the channel."""

    outcome: Outcome
    then: Then = Then.GO_ON
    until: datetime | None = None


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many attempts: a minute, doubling up to an hour."""
    doubled: timedelta = FIRST_DELAY * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST_DELAY)


def arrived(delivery: Delivery, receipt: Receipt) -> Verdict:
    """The network confirmed it."""
    return Verdict(
        Outcome(
            delivery.id,
            State.SENT,
            remote_id=receipt.remote_id,
            remote_url=receipt.remote_url,
        )
    )


def not_there(delivery: Delivery) -> Verdict:
    """The network surely does not have it: back to the queue."""
    return Verdict(Outcome(delivery.id, State.QUEUED, error=delivery.error, attempt=False))


def still_unknown(delivery: Delivery, error: str, ask_again: datetime | None) -> Verdict:
    """Nobody can tell; `ask_again` None leaves it to a person."""
    return Verdict(
        Outcome(
            delivery.id,
            State.UNKNOWN,
            error=error,
            status=delivery.status,
            not_before=ask_again,
            attempt=False,
        )
    )


def failed(delivery: Delivery, error: Exception, now: datetime) -> Verdict:
    """What `error`, raised by an attempt to send `delivery`, means."""
    match error:
        case Rejected():
            return Verdict(_outcome(delivery, State.REJECTED, error))
        case AuthExpired():
            waits = _outcome(delivery, State.QUEUED, error, attempt=False)
            return Verdict(waits, Then.STOP_UNTIL_RESUMED)
        case RateLimited():
            until = error.retry_at or now + DEFAULT_PAUSE
            waits = _outcome(delivery, State.QUEUED, error, not_before=until, attempt=False)
            return Verdict(waits, Then.PAUSE, until)
        case Unavailable():
            return _unavailable(delivery, error, now)
        case OutcomeUnknown():
            later = now + ASK_AGAIN_AFTER
            return Verdict(_outcome(delivery, State.UNKNOWN, error, not_before=later))
        case _:
            return Verdict(_outcome(delivery, State.UNKNOWN, _bug(error)))


def _unavailable(delivery: Delivery, error: Unavailable, now: datetime) -> Verdict:
    then = Then.GO_ON if _about_this_reader(error) else Then.COUNT_FAILURE
    if now - delivery.queued_at >= GIVE_UP_AFTER:
        hours = int(GIVE_UP_AFTER.total_seconds() // 3600)
        gave_up = Rejected(f"gave up after {hours} hours: {error}", status=error.status)
        return Verdict(_outcome(delivery, State.REJECTED, gave_up), then)
    later = now + backoff(delivery.attempts + 1)
    return Verdict(_outcome(delivery, State.QUEUED, error, not_before=later), then)


def _about_this_reader(error: Unavailable) -> bool:
    """A 4yz reply is about one mailbox; no reply at all, or 421, is about the server."""
    return error.status[:1] == "4" and not error.status.startswith("421")


def _bug(error: Exception) -> OutcomeUnknown:
    return OutcomeUnknown(f"a mistake in the adapter: {type(error).__name__}")


def _outcome(
    delivery: Delivery,
    state: State,
    error: DeliveryError,
    *,
    not_before: datetime | None = None,
    attempt: bool = True,
) -> Outcome:
    return Outcome(
        delivery.id,
        state,
        error=str(error),
        status=error.status,
        not_before=not_before,
        attempt=attempt,
    )
