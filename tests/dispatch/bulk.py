"""An adapter that sends many, and does with each parcel what the test says."""

import time
from collections.abc import Callable, Sequence

from publisher.errors import DeliveryError, Rejected
from publisher.mime.template import ByteTemplate
from publisher.model.messages import Answer, Exchange, Parcel, Receipt
from tests.dispatch.scripted import Scripted

Server = Callable[[Parcel], Answer]


def accept(parcel: Parcel) -> Answer:
    return Answer(parcel.id, Receipt(f"ok-{parcel.id}"))


def encode(parcel: Parcel) -> Answer:
    """As adapters do that make bytes."""
    try:
        ByteTemplate(parcel.template).fill(parcel)
    except Rejected as error:
        return Answer(parcel.id, error=error)
    return accept(parcel)


def refuse(error: DeliveryError) -> Server:
    return lambda parcel: Answer(parcel.id, error=error)


def give_back(parcel: Parcel) -> Answer:
    return Answer(parcel.id)


class Bulk(Scripted):
    """Holds at most `room` parcels; `server` answers each, `raises` and `leaves` end a call."""

    def __init__(self, server: Server = accept, *, room: int = 4) -> None:
        super().__init__(name="bulk")
        self.server = server
        self.room = room
        self.raises: Exception | None = None
        self.leaves = False
        self.parcels: list[Parcel] = []

    def send_many(self, exchange: Exchange) -> None:
        answers: Sequence[Answer] = []
        while True:
            parcels = exchange(answers, self.room)
            if parcels is None:
                return
            self.parcels += parcels
            if self.raises and parcels:
                raise self.raises
            if self.leaves and parcels:
                return
            answers = [self.server(parcel) for parcel in parcels]
            if not parcels:
                time.sleep(0.01)

    @property
    def readers(self) -> list[str]:
        return [parcel.recipient for parcel in self.parcels]
