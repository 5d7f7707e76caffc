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
LEAST_ATTEMPTS = 10
DEFAULT_PAUSE = timedelta(minutes=5)
LEAST_PAUSE = timedelta(seconds=5)
ASK_AGAIN_AFTER = timedelta(seconds=30)
RESENT = "resent"
"""The status of a row that is sent anew though it may have arrived; once is enough."""


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
            remote_id=str(receipt.remote_id),
            remote_url=str(receipt.remote_url or ""),
        )
    )


def not_there(delivery: Delivery, now: datetime) -> Verdict:
    """The network surely does not have it: back to the queue, the first time at once."""
    if _in_vain(delivery, delivery.attempts, now):
        return Verdict(_gave_up(delivery, delivery.error, delivery.status, attempt=False))
    later = now + backoff(delivery.attempts - 1) if delivery.attempts > 1 else None
    outcome = Outcome(
        delivery.id, State.QUEUED, error=delivery.error, not_before=later, attempt=False
    )
    return Verdict(outcome)


def resent(delivery: Delivery) -> Verdict:
    """Nobody can tell, and the channel prefers a second copy to none: back to the queue, once."""
    outcome = Outcome(delivery.id, State.QUEUED, error=delivery.error, status=RESENT, attempt=False)
    return Verdict(outcome)


def unreadable(delivery: Delivery, error: Exception) -> Verdict:
    """The row makes no message, so nothing was sent this time, and never will be."""
    state = State.UNKNOWN if delivery.state is State.UNKNOWN else State.REJECTED
    text = f"its message cannot be made from the database: {type(error).__name__}"
    return Verdict(Outcome(delivery.id, state, error=text, attempt=False))


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


def not_told(delivery: Delivery, error: DeliveryError, now: datetime) -> Verdict:
    """The network would not say; ask again after as long as nobody has known."""
    said = failed(delivery, error, now)
    in_doubt = now - (delivery.last_started or delivery.queued_at)
    later = now + min(max(in_doubt, ASK_AGAIN_AFTER), LONGEST_DELAY)
    unknown = still_unknown(delivery, str(error), max(later, said.until or now))
    return Verdict(unknown.outcome, said.then, said.until)


def failed(delivery: Delivery, error: Exception, now: datetime) -> Verdict:
    """What `error`, raised by an attempt to send `delivery`, means."""
    match error:
        case Rejected():
            return Verdict(_outcome(delivery, State.REJECTED, error))
        case AuthExpired():
            waits = _outcome(delivery, State.QUEUED, error, attempt=False)
            return Verdict(waits, Then.STOP_UNTIL_RESUMED)
        case RateLimited():
            until = max(error.retry_at or now + DEFAULT_PAUSE, now + LEAST_PAUSE)
            waits = _outcome(delivery, State.QUEUED, error, not_before=until, attempt=False)
            return Verdict(waits, Then.PAUSE, until)
        case Unavailable():
            return _unavailable(delivery, error, now)
        case OutcomeUnknown():
            later = None if delivery.status == RESENT else now + ASK_AGAIN_AFTER
            lost = _outcome(delivery, State.UNKNOWN, error, not_before=later)
            return Verdict(lost, Then.COUNT_FAILURE)
        case _:
            bug = _outcome(delivery, State.UNKNOWN, _bug(error))
            return Verdict(bug, Then.COUNT_FAILURE)


def _unavailable(delivery: Delivery, error: Unavailable, now: datetime) -> Verdict:
    then = Then.GO_ON if _about_this_reader(error) else Then.COUNT_FAILURE
    attempts = delivery.attempts + 1
    if delivery.state is not State.UNKNOWN and _in_vain(delivery, attempts, now):
        return Verdict(_gave_up(delivery, str(error), error.status), then)
    later = now + backoff(attempts)
    return Verdict(_outcome(delivery, State.QUEUED, error, not_before=later), then)


def _in_vain(delivery: Delivery, attempts: int, now: datetime) -> bool:
    """Long ago and often: a pause in between, or a row queued once more, is no trying."""
    begun = delivery.started_at or now
    return attempts >= LEAST_ATTEMPTS and now - begun >= GIVE_UP_AFTER


def _gave_up(delivery: Delivery, why: str, status: str, *, attempt: bool = True) -> Outcome:
    hours = int(GIVE_UP_AFTER.total_seconds() // 3600)
    text = f"gave up after {hours} hours: {why}"
    return Outcome(delivery.id, State.REJECTED, error=text, status=status, attempt=attempt)


def _about_this_reader(error: Unavailable) -> bool:
    """A 4yz reply is about one mailbox; none, 421, or X.3.X (RFC 3463) is about the server."""
    code, _, enhanced = error.status.partition(" ")
    return code[:1] == "4" and code != "421" and not enhanced.startswith("4.3.")


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
