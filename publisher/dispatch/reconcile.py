"""One attempt to send, and what is done about an attempt whose outcome nobody knows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.adapters.base import Adapter, Finds
from publisher.dispatch.backoff import RETRY_FOR
from publisher.dispatch.policy import (
    ASK_AGAIN_AFTER,
    RESENT,
    Verdict,
    arrived,
    failed,
    not_there,
    not_told,
    resent,
    still_unknown,
    unreadable,
)
from publisher.dispatch.render import Letters
from publisher.errors import DeliveryError, OutcomeUnknown, Rejected, StorageError, Unavailable
from publisher.model.deliveries import Delivery, State
from publisher.model.messages import Message, Receipt

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Sender:
    """Makes the one attempt that a claim is for; whatever goes wrong becomes a verdict."""

    adapter: Adapter[Message]
    letters: Letters
    clock: Clock
    retry_for: timedelta = RETRY_FOR

    def send(self, delivery: Delivery) -> Verdict:
        """The verdict on `delivery`, which is queued no more and not sent yet."""
        try:
            message = self.letters.message(delivery)
        except StorageError as error:
            return self.failed(delivery, Unavailable(error.message))
        except Exception as error:  # noqa: BLE001  one broken row must not hold up the others
            return unreadable(delivery, error)
        return self.attempt(delivery, message)

    def attempt(self, delivery: Delivery, message: Message) -> Verdict:
        """Send once. A lost answer is asked for at once where the network can tell."""
        try:
            return arrived(delivery, self.adapter.send(message, delivery.key))
        except OutcomeUnknown as error:
            failure: Exception = error
            receipt = self._found(delivery, message)
        except Rejected as error:
            failure = error
            receipt = self._found(delivery, message) if _tried_before(delivery) else None
        except Exception as error:  # noqa: BLE001  an adapter's bug must not lose the row
            failure, receipt = error, None
        return arrived(delivery, receipt) if receipt else self.failed(delivery, failure)

    def failed(self, delivery: Delivery, error: Exception) -> Verdict:
        """What `error` means now."""
        return failed(delivery, error, self.clock(), self.retry_for)

    def _found(self, delivery: Delivery, message: Message) -> Receipt | None:
        """The receipt, if the network shows the message; its silence here proves nothing."""
        if not isinstance(self.adapter, Finds) or delivery.started_at is None:
            return None
        try:
            return self.adapter.find(delivery.key, message, delivery.started_at)
        except Exception:  # noqa: BLE001  the failure that made us ask is what the row tells
            return None


def _tried_before(delivery: Delivery) -> bool:
    """A worker may have died in an attempt that nobody counted."""
    asked = delivery.state is State.UNKNOWN
    return asked or bool(delivery.attempts) or delivery.started_at != delivery.last_started


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Settles unknown rows: ask the network, else repeat under the key, else leave them named."""

    sender: Sender
    on_unknown: str

    def settle(self, delivery: Delivery) -> Verdict:
        """The verdict on `delivery`, whose earlier attempt was not answered."""
        try:
            message = self.sender.letters.message(delivery)
        except StorageError as error:
            return still_unknown(delivery, error.message, self._now() + ASK_AGAIN_AFTER)
        except Exception as error:  # noqa: BLE001  one broken row must not hold up the others
            return unreadable(delivery, error)
        if isinstance(self.sender.adapter, Finds):
            return self._ask(self.sender.adapter, delivery, message)
        if self._repeatable(delivery):
            return self._repeat(delivery, message)
        if self.on_unknown == "resend" and delivery.status != RESENT:
            return resent(delivery)
        return still_unknown(delivery, delivery.error, None)

    def _ask(self, adapter: Finds[Message], delivery: Delivery, message: Message) -> Verdict:
        now = self._now()
        started = delivery.started_at or delivery.queued_at
        try:
            receipt = adapter.find(delivery.key, message, started)
        except DeliveryError as error:
            return not_told(delivery, error, now)
        except Exception as error:  # noqa: BLE001  an adapter's bug must not lose the row
            return self.sender.failed(delivery, error)
        if receipt:
            return arrived(delivery, receipt)
        settled_by = (delivery.last_started or started) + ASK_AGAIN_AFTER
        if now < settled_by:
            return still_unknown(delivery, delivery.error, settled_by)
        return self._send_again(delivery, message)

    def _send_again(self, delivery: Delivery, message: Message) -> Verdict:
        """The network shows no trace: repeat under the key where that is safe, else queue anew."""
        if self._repeatable(delivery):
            return self._repeat(delivery, message)
        return not_there(delivery, self._now(), self.sender.retry_for)

    def _repeatable(self, delivery: Delivery) -> bool:
        if delivery.started_at is None:
            return False
        since = self._now() - delivery.started_at  # below zero where the clock was set back
        return timedelta(0) <= since < self.sender.adapter.repeatable_for

    def _repeat(self, delivery: Delivery, message: Message) -> Verdict:
        """An attempt that surely failed says nothing of the one before: the row stays unknown."""
        verdict = self.sender.attempt(delivery, message)
        if verdict.outcome.state is not State.QUEUED:
            return verdict
        later = verdict.outcome.not_before or self._now() + ASK_AGAIN_AFTER
        outcome = replace(verdict.outcome, state=State.UNKNOWN, not_before=later)
        return replace(verdict, outcome=outcome)

    def _now(self) -> datetime:
        return self.sender.clock()
