"""One attempt to send, and what is done about an attempt whose outcome nobody knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from publisher.adapters.base import Adapter, Finds
from publisher.dispatch.letters import Letters
from publisher.dispatch.verdicts import (
    ASK_AGAIN_AFTER,
    Verdict,
    arrived,
    failed,
    not_there,
    still_unknown,
)
from publisher.errors import DeliveryError, OutcomeUnknown, Rejected
from publisher.messages import Message, Receipt
from publisher.outbox import Delivery, State

Clock = Callable[[], datetime]


def attempt(
    adapter: Adapter[Message], delivery: Delivery, message: Message, clock: Clock
) -> Verdict:
    """Send once. A lost answer is asked for at once where the network can tell."""
    try:
        return arrived(delivery, adapter.send(message, delivery.key))
    except OutcomeUnknown as error:
        receipt = _found(adapter, delivery, message)
        return arrived(delivery, receipt) if receipt else failed(delivery, error, clock())
    except Rejected as error:
        receipt = _found(adapter, delivery, message) if delivery.attempts else None
        return arrived(delivery, receipt) if receipt else failed(delivery, error, clock())
    except Exception as error:  # noqa: BLE001  an adapter's bug must not lose the row
        return failed(delivery, error, clock())


def _found(adapter: Adapter[Message], delivery: Delivery, message: Message) -> Receipt | None:
    """The receipt, if the network shows the message; its silence here proves nothing."""
    if not isinstance(adapter, Finds) or delivery.started_at is None:
        return None
    try:
        return adapter.find(delivery.key, message, delivery.started_at)
    except DeliveryError:
        return None


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Settles unknown rows: ask the network, else repeat under the key, else leave them named."""

    adapter: Adapter[Message]
    on_unknown: str
    letters: Letters
    clock: Clock

    def settle(self, delivery: Delivery) -> Verdict:
        """The verdict on `delivery`, whose earlier attempt was not answered."""
        message = self.letters.message(delivery)
        if isinstance(self.adapter, Finds):
            return self._ask(self.adapter, delivery, message)
        if self._repeatable(delivery):
            return self._repeat(delivery, message)
        if self.on_unknown == "resend":
            return not_there(delivery)
        return still_unknown(delivery, delivery.error, None)

    def _ask(self, adapter: Finds[Message], delivery: Delivery, message: Message) -> Verdict:
        now = self.clock()
        started = delivery.started_at or delivery.queued_at
        try:
            receipt = adapter.find(delivery.key, message, started)
        except DeliveryError as error:
            return still_unknown(delivery, str(error), now + ASK_AGAIN_AFTER)
        except Exception as error:  # noqa: BLE001  an adapter's bug must not lose the row
            return failed(delivery, error, now)
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
        return not_there(delivery)

    def _repeatable(self, delivery: Delivery) -> bool:
        if delivery.started_at is None:
            return False
        return self.clock() - delivery.started_at < self.adapter.repeatable_for

    def _repeat(self, delivery: Delivery, message: Message) -> Verdict:
        verdict = attempt(self.adapter, delivery, message, self.clock)
        outcome = verdict.outcome
        if outcome.state is not State.QUEUED:
            return verdict
        later = outcome.not_before or self.clock() + ASK_AGAIN_AFTER
        unknown = still_unknown(delivery, outcome.error, later)
        return Verdict(unknown.outcome, verdict.then, verdict.until)
