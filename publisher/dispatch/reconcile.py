"""What is done about a delivery whose outcome nobody knows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.adapters.base import FindsSteps, Steps
from publisher.dispatch.backoff import RETRY_FOR
from publisher.dispatch.networks import is_elsewhere, moved
from publisher.dispatch.one_by_one import OneByOne
from publisher.dispatch.policy import (
    ASK_AGAIN_AFTER,
    RESENT,
    GoesOn,
    Verdict,
    failed,
    in_doubt,
    not_there,
    not_told,
    resent,
    sent,
    still_unknown,
    unreadable,
)
from publisher.dispatch.render import Messages
from publisher.errors import DeliveryError, StorageError
from publisher.model.deliveries import Delivery, State
from publisher.model.messages import Later, Message


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Settles unknown rows: ask the network, else repeat under the key, else leave them named."""

    sender: OneByOne
    messages: Messages
    clock: Callable[[], datetime]
    on_unknown: str
    network: str = ""
    retry_for: timedelta = RETRY_FOR

    def reconcile(self, delivery: Delivery) -> Verdict:
        """The verdict on `delivery`, whose earlier attempt was not answered."""
        try:
            message = self.messages.message(delivery)
        except StorageError as error:
            return still_unknown(delivery, error.message, self.clock() + ASK_AGAIN_AFTER)
        except Exception as error:  # noqa: BLE001  one broken row must not hold up the others
            return unreadable(delivery, error)
        if is_elsewhere(delivery, self.network):
            return still_unknown(delivery, moved(delivery, self.network), None)
        adapter = self.sender.adapter
        steps = isinstance(adapter, Steps) and not isinstance(adapter, FindsSteps)
        goes_on = bool(delivery.step) and steps
        if self.sender.finds and not goes_on:
            return self._ask(delivery, message)
        if goes_on or self._repeatable(delivery):
            return self._repeat(delivery, message, final=goes_on)
        return self._left(delivery)

    def _left(self, delivery: Delivery) -> Verdict:
        """Nobody can tell, now or later."""
        if self.on_unknown == "resend" and delivery.status != RESENT:
            return resent(delivery)
        return still_unknown(delivery, delivery.error, None)

    def _ask(self, delivery: Delivery, message: Message) -> Verdict:
        now = self.clock()
        started = delivery.started_at or delivery.queued_at
        try:
            found = self.sender.find(delivery, message, started)
        except DeliveryError as error:
            return not_told(delivery, error, now)
        except Exception as error:  # noqa: BLE001  an adapter's bug must not lose the row
            return failed(delivery, error, now)
        if isinstance(found, Later):
            return failed(delivery, GoesOn(found), now, self.retry_for)
        if found:
            return Verdict(sent(delivery.id, found))
        return self._not_found(delivery, message, now)

    def _not_found(self, delivery: Delivery, message: Message, now: datetime) -> Verdict:
        """Once that proves something, it is repeated or sent anew."""
        tried = delivery.last_started or delivery.started_at or delivery.queued_at
        settled_by = tried + max(ASK_AGAIN_AFTER, self.sender.adapter.shows_within)
        if now < settled_by:
            again = now + max(ASK_AGAIN_AFTER, now - tried)
            return still_unknown(delivery, delivery.error, min(again, settled_by))
        shown = self.sender.adapter.reads_back
        if self._repeatable(delivery):
            return self._repeat(delivery, message, final=shown)
        if not shown:
            return self._left(delivery)
        return not_there(delivery, self.clock(), self.retry_for)

    def _repeatable(self, delivery: Delivery) -> bool:
        if delivery.started_at is None:
            return False
        repeatable_for = self.sender.adapter.repeatable_for
        since = self.clock() - delivery.started_at  # below zero where the clock was set back
        return repeatable_for is None or timedelta(0) <= since < repeatable_for

    def _repeat(self, delivery: Delivery, message: Message, *, final: bool) -> Verdict:
        """An attempt that surely failed says nothing of the one before: the row stays unknown.

        `final`: the network said that the one before is not there, so that a no is the last word.
        """
        _, receipt, error = self.sender.step(delivery, message)
        if receipt:
            return Verdict(sent(delivery.id, receipt))
        verdict = failed(delivery, error, self.clock(), self.retry_for)
        if verdict.outcome.state is State.REJECTED and not final:
            return in_doubt(verdict)
        if verdict.outcome.state is not State.QUEUED or isinstance(error, GoesOn):
            return verdict
        later = verdict.outcome.not_before or self.clock() + ASK_AGAIN_AFTER
        outcome = verdict.outcome._replace(state=State.UNKNOWN, not_before=later)
        return replace(verdict, outcome=outcome, final=final)
