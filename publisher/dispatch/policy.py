"""What an error means for a delivery and its channel: states and pauses, no side effects."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from publisher.dispatch.backoff import (
    LONGEST_DELAY,
    RETRY_FOR,
    backoff,
    grey_backoff,
    in_vain,
    mail_backoff,
)
from publisher.durations import spell
from publisher.errors import (
    AuthExpired,
    DeliveryError,
    Doubtful,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Rejected,
    Unavailable,
)
from publisher.model.channels import Blame
from publisher.model.contacts import Bounce, BounceKind
from publisher.model.deliveries import Delivery, Doubt, Kind, Outcome, State
from publisher.model.messages import Later, Receipt

DEFAULT_PAUSE = timedelta(minutes=5)
LEAST_PAUSE = timedelta(seconds=5)
ASK_AGAIN_AFTER = timedelta(seconds=30)
RESENT = "resent"
"""The status of a row that is sent anew though it may have arrived; once is enough."""

_THE_SERVERS = {Reason.SERVER, Reason.LATER}
_READ = 400  # characters
_ADDRESS = re.compile(r"<?[^\s<>]{1,254}@[^\s<>]{1,254}>?")
_CODE = re.compile(r"\S*\d\S*")  # a number, or an id with a digit in it
_SPACE = re.compile(r"[\W_]+")

ASK_ANOTHER = timedelta(minutes=1)
"""How long a refused note stands back, so that another one is tried meanwhile."""

SECOND_IN_A_ROW = "the second refusal in a row, so perhaps of the account"


class UnreadableRow(Exception):
    """Of a row no message can be made."""


class AdapterBug(Exception):
    """What an adapter did wrong, in words."""


class GoesOn(Exception):
    """No failure: a message that is sent in steps has done one of them, and waits for the next.

    `many`: it has done a lot of them one after the other, and lets others go first.
    """

    def __init__(self, later: Later, *, many: bool = False) -> None:
        super().__init__(later.what)
        self.later = later
        self.many = many


class Then(Enum):
    """What the channel does after a message."""

    GO_ON = auto()
    REFUSED = auto()  # a message was refused; the server is there, but nothing was accepted
    COUNT_FAILURE = auto()  # the server is in trouble; after a few in a row the channel backs off
    DOUBT = auto()  # it depends on what else the network refuses, see without_doubt
    PAUSE = auto()
    STOP_UNTIL_RESUMED = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The row's outcome, what follows for the channel, and for the reader if mail bounced.

    `doubt` is there for a refusal that may be about every reader. A no is not `final` where an
    earlier attempt may have arrived.
    """

    outcome: Outcome
    then: Then = Then.GO_ON
    until: datetime | None = None
    bounce: Bounce | None = None
    doubt: Doubt | None = None
    final: bool = True


def sent(delivery_id: int, receipt: Receipt) -> Outcome:
    """The network confirmed it."""
    there, url = receipt.remote_id, receipt.remote_url
    handle = json.dumps(dict(receipt.handle)) if receipt.handle else ""
    return Outcome(
        delivery_id, State.SENT, "", "", there, url, remark=receipt.remark, handle=handle
    )


def goes_on(delivery_id: int, later: Later, *, attempt: bool = False) -> Outcome:
    """Queued until the next step, of which surely nothing is published yet."""
    posted = later.posted or Receipt("")
    return Outcome(
        delivery_id,
        State.QUEUED,
        error=later.what,
        not_before=later.at,
        attempt=attempt,
        step=later.state,
        remote_id=posted.remote_id,
        remote_url=posted.remote_url,
        remark=posted.remark,
        handle=json.dumps(dict(posted.handle)) if posted.handle else "",
    )


def next_step(delivery: Delivery, later: Later, now: datetime, retry_for: timedelta) -> Outcome:
    """What a step that waits means: to wait once more is an attempt, and not for ever."""
    waited_before = bool(delivery.step) and later.at is not None
    attempts = delivery.attempts + waited_before
    if waited_before and in_vain(delivery, attempts, now, retry_for):
        return ended(delivery, _gave_up(delivery, later.what, "", retry_for))
    return goes_on(delivery.id, later, attempt=waited_before)


def ended(delivery: Delivery, outcome: Outcome) -> Outcome:
    """`outcome`, unless it rejects what stands in part: that was sent, and says where it ends."""
    if outcome.state is not State.REJECTED or not delivery.remote_id:
        return outcome
    remark = "; ".join(filter(None, (delivery.remark, f"it ends early: {outcome.error}")))
    return outcome._replace(state=State.SENT, error="", status="", remark=remark)


def not_there(delivery: Delivery, now: datetime, retry_for: timedelta = RETRY_FOR) -> Verdict:
    """The network surely does not have it: back to the queue, the first time at once."""
    if in_vain(delivery, delivery.attempts, now, retry_for):
        why, status = delivery.error, delivery.status
        gave_up = _gave_up(delivery, why, status, retry_for, attempt=False)
        return Verdict(ended(delivery, gave_up))
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
    outcome = Outcome(
        delivery.id, State.UNKNOWN, error, delivery.status, not_before=ask_again, attempt=False
    )
    return Verdict(outcome)


def not_told(delivery: Delivery, error: DeliveryError, now: datetime) -> Verdict:
    """The network would not say; ask again after as long as nobody has known."""
    said = failed(delivery, error, now)
    in_doubt = now - (delivery.last_started or delivery.queued_at)
    later = now + min(max(in_doubt, ASK_AGAIN_AFTER), LONGEST_DELAY)
    unknown = still_unknown(delivery, str(error), max(later, said.until or now))
    return Verdict(unknown.outcome, said.then, said.until)


def failed(
    delivery: Delivery, error: Exception | None, now: datetime, retry_for: timedelta = RETRY_FOR
) -> Verdict:
    """What `error`, raised by an attempt to send `delivery`, means."""
    if isinstance(error, GoesOn):
        later = replace(error.later, at=now + LEAST_PAUSE) if error.many else error.later
        return Verdict(next_step(delivery, later, now, retry_for))
    verdict = _meant(delivery, error, now, retry_for)
    return replace(verdict, outcome=ended(delivery, verdict.outcome))


def _meant(
    delivery: Delivery, error: Exception | None, now: datetime, retry_for: timedelta
) -> Verdict:
    match error:
        case UnreadableRow(args=(cause,)):
            return unreadable(delivery, cause)
        case Rejected():
            return _rejected(delivery, error, now, retry_for)
        case AuthExpired() | RateLimited():
            return _channel_waits(delivery, error, now)
        case Unavailable():
            return _put_off(delivery, error, now, retry_for)
        case _:
            known = isinstance(error, OutcomeUnknown)
            later = now + ASK_AGAIN_AFTER if known and delivery.status != RESENT else None
            lost = error if isinstance(error, OutcomeUnknown) else _bug(error)
            unknown = _outcome(delivery, State.UNKNOWN, lost, not_before=later)
            return Verdict(unknown, Then.COUNT_FAILURE)


def _channel_waits(delivery: Delivery, error: AuthExpired | RateLimited, now: datetime) -> Verdict:
    """The row waits with its channel: until a person has acted, or until the network says.

    A note keeps its place in the queue; many emails go another way meanwhile.
    """
    if isinstance(error, AuthExpired):
        waits = _outcome(delivery, State.QUEUED, error, attempt=False)
        return Verdict(waits, Then.STOP_UNTIL_RESUMED)
    until = pause_end(error, now)
    later = None if delivery.kind is Kind.NOTE else until
    waits = _outcome(delivery, State.QUEUED, error, not_before=later, attempt=False)
    return Verdict(waits, Then.PAUSE, until)


def rough_outcome(delivery_id: int, error: Exception) -> Outcome:
    """The outcome of a failure whose row cannot be read now."""
    match error:
        case Rejected():
            state = State.REJECTED
        case GoesOn():
            return goes_on(delivery_id, error.later)
        case UnreadableRow() | Unavailable():
            return Outcome(delivery_id, State.QUEUED, error=str(error), attempt=False)
        case _:
            state = State.UNKNOWN
            error = error if isinstance(error, OutcomeUnknown) else _bug(error)
    return Outcome(delivery_id, state, error=str(error), status=error.status)


def without_doubt(verdict: Verdict, blame: Blame, now: datetime) -> Verdict:
    """The verdict on a refused note once it is known, or not, whom the refusal is meant for.

    Its row waits unless it is surely the message; the channel stops if it is probably the account.
    """
    outcome = verdict.outcome
    match blame:
        case Blame.MESSAGE:
            refused = outcome._replace(state=State.REJECTED, not_before=None)
            decided = replace(verdict, outcome=refused, then=Then.REFUSED)
            return decided if verdict.final else in_doubt(decided)
        case Blame.ACCOUNT:
            at_once = outcome.state is State.QUEUED
            waits = outcome._replace(
                error=f"{outcome.error}; {SECOND_IN_A_ROW}",
                not_before=None if at_once else outcome.not_before,
                attempt=False,
            )
            return replace(verdict, outcome=waits, then=Then.STOP_UNTIL_RESUMED)
        case Blame.UNKNOWN:
            waits = outcome._replace(not_before=outcome.not_before or now + ASK_ANOTHER)
            return replace(verdict, outcome=waits, then=Then.REFUSED)


def in_doubt(verdict: Verdict) -> Verdict:
    """The verdict on a refused repeat of what may have arrived: only a person can tell."""
    error = f"{verdict.outcome.error}; but an earlier attempt may have arrived"
    unknown = verdict.outcome._replace(state=State.UNKNOWN, error=error, not_before=None)
    return replace(verdict, outcome=unknown)


def pause_end(error: RateLimited, now: datetime) -> datetime:
    """When a channel may go on that its network wants to pause."""
    return max(error.retry_at or now + (error.wait or DEFAULT_PAUSE), now + LEAST_PAUSE)


def _rejected(delivery: Delivery, error: Rejected, now: datetime, retry_for: timedelta) -> Verdict:
    """The network said no, for good; a mailbox that is full today is another matter."""
    if isinstance(error, Doubtful) and delivery.kind is Kind.NOTE and not delivery.remote_id:
        return Verdict(_outcome(delivery, State.QUEUED, error), Then.DOUBT)
    if error.reason is Reason.MAILBOX_FULL:
        return _put_off(delivery, error, now, retry_for)
    rejected = _outcome(delivery, State.REJECTED, error)
    if error.reason is Reason.NO_SUCH_RECIPIENT:
        return Verdict(rejected, bounce=_bounce(delivery, error, BounceKind.HARD, now))
    no_server_asked = error.reason is Reason.RECIPIENT_REFUSED and not error.status
    if no_server_asked or delivery.kind is not Kind.EMAIL:
        return Verdict(rejected, Then.REFUSED)
    doubt = Doubt(delivery.id, likeness(str(error), delivery.recipient), str(error))
    return Verdict(rejected, Then.REFUSED, doubt=doubt)


def likeness(text: str, recipient: str = "") -> str:
    """What refusals have in common: words without addresses, the reader, digits and ids."""
    words = _ADDRESS.sub(" ", text[:_READ].lower())
    name, _, domain = recipient.lower().rpartition("@")
    for mine in (domain, name):
        if mine:
            words = re.sub(rf"(?<!\w){re.escape(mine)}(?!\w)", " ", words)
    return _SPACE.sub(" ", _CODE.sub(" ", words)).strip()


def _put_off(
    delivery: Delivery, error: Rejected | Unavailable, now: datetime, retry_for: timedelta
) -> Verdict:
    """Try again later, as long as that makes sense."""
    reason = _reason(delivery, error)
    if reason in {Reason.CONNECTIONS, Reason.SESSION}:
        soon = now + LEAST_PAUSE
        waits = _outcome(delivery, State.QUEUED, error, not_before=soon, attempt=False)
        return Verdict(waits, Then.COUNT_FAILURE)
    then = Then.COUNT_FAILURE if reason in _THE_SERVERS else Then.REFUSED
    full = reason is Reason.MAILBOX_FULL
    soft = _bounce(delivery, error, BounceKind.SOFT, now)
    bounce = soft if full else None
    attempts = delivery.attempts + 1
    if delivery.state is not State.UNKNOWN and in_vain(delivery, attempts, now, retry_for):
        gave_up = _gave_up(delivery, str(error), error.status, retry_for)
        theirs = delivery.kind is Kind.EMAIL and error.status[:1] == "4"
        return Verdict(
            gave_up, then, bounce=soft if theirs and reason not in _THE_SERVERS else bounce
        )
    later = now + _wait(delivery.key, attempts, reason)
    return Verdict(_outcome(delivery, State.QUEUED, error, not_before=later), then, bounce=bounce)


def _reason(delivery: Delivery, error: Rejected | Unavailable) -> Reason:
    """What the reply to a mail is about; without a reply, or of a note, it is the server."""
    a_reader_s = delivery.kind is Kind.EMAIL and error.status[:1] == "4"
    return Reason.SERVER if not (error.reason or a_reader_s) else error.reason


def _wait(key: str, attempts: int, reason: Reason) -> timedelta:
    """A server in trouble may be back in a minute; a reader's server keeps its own time."""
    match reason:
        case Reason.SERVER:
            return backoff(attempts)
        case Reason.GREYLISTED:
            return grey_backoff(key, attempts)
        case _:
            return mail_backoff(key, attempts)


def _bounce(delivery: Delivery, error: DeliveryError, kind: BounceKind, now: datetime) -> Bounce:
    return Bounce(delivery.id, delivery.recipient, kind, error.status, str(error), now)


def _gave_up(
    delivery: Delivery, why: str, status: str, retry_for: timedelta, *, attempt: bool = True
) -> Outcome:
    hours, rest = divmod(retry_for, timedelta(hours=1))
    length = spell(retry_for) if rest or hours == 1 else f"{hours} hours"
    text = f"gave up after {length}: {why}"
    return Outcome(delivery.id, State.REJECTED, error=text, status=status, attempt=attempt)


def _bug(error: Exception | None) -> OutcomeUnknown:
    what = str(error) if isinstance(error, AdapterBug) else type(error).__name__
    return OutcomeUnknown(f"a mistake in the adapter: {what}")


def _outcome(
    delivery: Delivery,
    state: State,
    error: DeliveryError,
    *,
    not_before: datetime | None = None,
    attempt: bool = True,
) -> Outcome:
    text, status = str(error), error.status
    return Outcome(delivery.id, state, text, status, not_before=not_before, attempt=attempt)
