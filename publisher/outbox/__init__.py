"""The tables: what waits, what was sent, and what became of it."""

from publisher.outbox.addresses import Address, AddressError, email_key, parse_address
from publisher.outbox.box import Outbox
from publisher.outbox.posts import PostRow
from publisher.outbox.records import (
    CarriedRow,
    ChannelState,
    Delivery,
    Edition,
    EditionDraft,
    Enqueued,
    Kind,
    NoteDraft,
    NotesDraft,
    Outcome,
    Planned,
    State,
)
from publisher.outbox.subscribers import Added, BadRows, Contact, Standing, Subscriber, Subscribers
from publisher.outbox.workers import worker_name

__all__ = [
    "Added",
    "Address",
    "AddressError",
    "BadRows",
    "CarriedRow",
    "ChannelState",
    "Contact",
    "Delivery",
    "Edition",
    "EditionDraft",
    "Enqueued",
    "Kind",
    "NoteDraft",
    "NotesDraft",
    "Outbox",
    "Outcome",
    "Planned",
    "PostRow",
    "Standing",
    "State",
    "Subscriber",
    "Subscribers",
    "email_key",
    "parse_address",
    "worker_name",
]
