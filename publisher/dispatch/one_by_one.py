"""Adapters that send one message at a time, driven as those that send many."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from publisher.adapters.base import MOST_STEPS, Adapter, Finds, FindsSteps, Steps
from publisher.dispatch.policy import GoesOn
from publisher.errors import OutcomeUnknown, Reason, Rejected, StorageError
from publisher.model.deliveries import Delivery, State
from publisher.model.messages import Answer, Later, Message, Note, Receipt

NOTHING_DUE = 0.05  # seconds until it is asked again whether something is


class Attempt(NamedTuple):
    """A message to be sent once, and its delivery."""

    delivery: Delivery
    message: Message


Keep = Callable[[Delivery, Later], bool]
"""Writes down where a delivery goes on; False: it is not ours any more, or cannot be written."""


@dataclass(slots=True)
class OneByOne:
    """Sends over a few connections, one message at a time over each."""

    adapter: Adapter[Message]
    name: str
    keep: Keep = lambda *_: False

    @property
    def connections(self) -> int:
        """How many messages may be on their way at once."""
        return max(1, self.adapter.connections)

    def send_many(
        self, exchange: Callable[[Sequence[Answer], int], Sequence[Attempt] | None]
    ) -> None:
        """See SendsMany."""
        with ThreadPoolExecutor(self.connections, thread_name_prefix=self.name) as pool:
            answers = list[Answer]()
            flying = set[Future[Answer]]()
            more = True
            try:
                while more or flying or answers:
                    room = self.connections - len(flying) if more else 0
                    parcels = exchange(answers, room)
                    answers, more = [], more and parcels is not None
                    flying |= {pool.submit(self.attempt, *parcel) for parcel in parcels or ()}
                    if flying:
                        answered, flying = wait(flying, return_when=FIRST_COMPLETED)
                        answers = _answers(answered)
                    elif more:
                        time.sleep(NOTHING_DUE)
            except StorageError:
                exchange(_answers(flying), 0)
                raise

    def attempt(self, delivery: Delivery, message: Message) -> Answer:
        """Send once, in as many steps as follow at once; each is written down before the next."""
        for _ in range(MOST_STEPS):
            answer = self.step(delivery, message)
            step = answer.error
            if not isinstance(step, GoesOn) or step.later.at or not self.keep(delivery, step.later):
                return answer
            delivery = _at(delivery, step.later)
            answer = answer._replace(error=GoesOn(step.later, many=True))
        return answer

    def step(self, delivery: Delivery, message: Message) -> Answer:
        """Do one step. A lost answer is asked for at once where the network can tell."""
        message = self._fitting(message)
        try:
            sent = self._send(delivery, message)
            if isinstance(sent, Later):
                return Answer(delivery.id, error=GoesOn(sent))
            return Answer(delivery.id, checked(sent))
        except OutcomeUnknown as error:
            failure: Exception = error
            found = self._found(delivery, message)
        except Rejected as error:
            failure = error
            asked = delivery.state is State.UNKNOWN or delivery.attempts > 0
            # where a worker died in an attempt that nobody counted, only the two moments tell
            tried = asked or delivery.started_at != delivery.last_started
            found = self._found(delivery, message) if tried else None
            if tried and error.reason is Reason.DUPLICATE:  # ours, though it is not shown yet
                failure = OutcomeUnknown(str(error), status=error.status)
        except Exception as error:  # noqa: BLE001  an adapter's bug must not lose the row
            failure, found = error, None
        if isinstance(found, Later):
            return Answer(delivery.id, error=GoesOn(found))
        return Answer(delivery.id, found, None if found else failure)

    def _send(self, delivery: Delivery, message: Message) -> Receipt | Later:
        if delivery.step and isinstance(self.adapter, Steps):
            return self.adapter.go_on(message, delivery.key, delivery.step)
        return self.adapter.send(message, delivery.key)

    def _fitting(self, message: Message) -> Message:
        """A thread as one post where its channel has been given an adapter that makes none."""
        if isinstance(message, Note) and message.thread and not isinstance(self.adapter, Steps):
            return message.whole()
        return message

    def _found(self, delivery: Delivery, message: Message) -> Receipt | Later | None:
        """The receipt, if the network shows the message; its silence here proves nothing."""
        if delivery.started_at is None:
            return None
        try:
            return self.find(delivery, message, delivery.started_at)
        except Exception:  # noqa: BLE001  the failure that made us ask is what the row tells
            return None

    @property
    def finds(self) -> bool:
        """Whether the network can be asked at all."""
        return isinstance(self.adapter, Finds | FindsSteps)

    def find(self, delivery: Delivery, message: Message, since: datetime) -> Receipt | Later | None:
        """What became of the step whose answer was lost; None where the network cannot tell.

        Raises:
            DeliveryError: the network did not say.
        """
        adapter, found, message = self.adapter, None, self._fitting(message)
        if isinstance(adapter, FindsSteps):
            found = adapter.find_step(message, delivery.key, delivery.step or "", since)
        elif isinstance(adapter, Finds) and not (delivery.step and isinstance(adapter, Steps)):
            found = adapter.find(delivery.key, message, since)
        return checked(found) if isinstance(found, Receipt) else found


def _at(delivery: Delivery, later: Later) -> Delivery:
    """The row as it is written down after a step."""
    there = later.posted or Receipt(delivery.remote_id)
    return replace(delivery, step=later.state, remote_id=there.remote_id)


def checked(receipt: Receipt) -> Receipt:
    """The same with words where an adapter has a number; anything else is its bug."""
    there, url = str(receipt.remote_id), str(receipt.remote_url or "")
    return replace(receipt, remote_id=there, remote_url=url)


def _answers(done: Iterable[Future[Answer]]) -> list[Answer]:
    return sorted((each.result() for each in done), key=lambda answer: answer.id)
