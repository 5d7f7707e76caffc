"""Readers and their links."""

from publisher.model.contacts import Subscriber
from publisher.model.deliveries import Kind
from publisher.signing import Purpose
from publisher.wiring import Publisher


def everybody(publisher: Publisher) -> list[Subscriber]:
    return list(publisher.outbox.subscribers.stream())


def states(publisher: Publisher) -> dict[str, str]:
    return {each.email: each.state.value for each in everybody(publisher)}


def added(publisher: Publisher, email: str = "ann@example.org") -> Subscriber:
    publisher.outbox.subscribers.add("daily", email)
    return next(each for each in everybody(publisher) if each.email == email)


def link(publisher: Publisher, reader: Subscriber) -> str:
    return publisher.outbox.keys.signer().sign(Purpose.READER, reader.token)


def confirmation(publisher: Publisher, reader: Subscriber) -> str:
    signer = publisher.outbox.keys.signer()
    return signer.confirmation(Purpose.CONFIRM, reader.token, publisher.clock())


def queued(publisher: Publisher) -> list[tuple[str, str]]:
    """Who gets which email of the system."""
    rows = publisher.outbox.operator.find()
    kinds = [publisher.outbox.editions.get(row.edition_id or 0).kind for row in rows]
    assert {row.kind for row in rows} <= {Kind.EMAIL}
    return [(row.recipient, kind) for row, kind in zip(rows, kinds, strict=True)]
