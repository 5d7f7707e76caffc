"""The tables: what waits, what was sent, and what became of it."""

from typing import TYPE_CHECKING

from publisher.lazily import parts_of

if TYPE_CHECKING:
    from publisher.mime.addresses import Address, AddressError, email_key, parse_address
    from publisher.model.deliveries import (
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
        Outdated,
        Planned,
        State,
        Ticket,
    )
    from publisher.outbox.deliveries.bulk import Exchanger
    from publisher.outbox.deliveries.paging import Listed
    from publisher.outbox.deliveries.runs import Scope
    from publisher.outbox.deliveries.workers import worker_name
    from publisher.outbox.doubts import Doubt, Weighing
    from publisher.outbox.limits.budget import Paid
    from publisher.outbox.limits.learned import EVERY_SERVER, Lesson
    from publisher.outbox.notices import Notice
    from publisher.outbox.outbox import Outbox
    from publisher.outbox.post_index.stored import PostRow
    from publisher.outbox.refusals import Blame
    from publisher.outbox.subscribers.bounces import Bounce, BounceKind
    from publisher.outbox.subscribers.bulk_import import Added, Arrival, Says
    from publisher.outbox.subscribers.store import (
        BadRows,
        Contact,
        Standing,
        Subscriber,
        Subscribers,
    )

__all__ = [
    "EVERY_SERVER",
    "Added",
    "Address",
    "AddressError",
    "Arrival",
    "BadRows",
    "Blame",
    "Bounce",
    "BounceKind",
    "CarriedRow",
    "ChannelState",
    "Contact",
    "Delivery",
    "Doubt",
    "Edition",
    "EditionDraft",
    "Enqueued",
    "Exchanger",
    "Kind",
    "Lesson",
    "Listed",
    "NoteDraft",
    "NotesDraft",
    "Notice",
    "Outbox",
    "Outcome",
    "Outdated",
    "Paid",
    "Planned",
    "PostRow",
    "Says",
    "Scope",
    "Standing",
    "State",
    "Subscriber",
    "Subscribers",
    "Ticket",
    "Weighing",
    "email_key",
    "parse_address",
    "worker_name",
]

_HOMES = {
    "Added": "publisher.outbox.subscribers.bulk_import",
    "Address": "publisher.mime.addresses",
    "AddressError": "publisher.mime.addresses",
    "Arrival": "publisher.outbox.subscribers.bulk_import",
    "BadRows": "publisher.outbox.subscribers.store",
    "Blame": "publisher.outbox.refusals",
    "Bounce": "publisher.outbox.subscribers.bounces",
    "BounceKind": "publisher.outbox.subscribers.bounces",
    "CarriedRow": "publisher.model.deliveries",
    "ChannelState": "publisher.model.deliveries",
    "Contact": "publisher.outbox.subscribers.store",
    "Delivery": "publisher.model.deliveries",
    "Doubt": "publisher.outbox.doubts",
    "EVERY_SERVER": "publisher.outbox.limits.learned",
    "Edition": "publisher.model.deliveries",
    "EditionDraft": "publisher.model.deliveries",
    "Enqueued": "publisher.model.deliveries",
    "Exchanger": "publisher.outbox.deliveries.bulk",
    "Kind": "publisher.model.deliveries",
    "Listed": "publisher.outbox.deliveries.paging",
    "Lesson": "publisher.outbox.limits.learned",
    "NoteDraft": "publisher.model.deliveries",
    "NotesDraft": "publisher.model.deliveries",
    "Notice": "publisher.outbox.notices",
    "Outbox": "publisher.outbox.outbox",
    "Outcome": "publisher.model.deliveries",
    "Outdated": "publisher.model.deliveries",
    "Paid": "publisher.outbox.limits.budget",
    "Planned": "publisher.model.deliveries",
    "PostRow": "publisher.outbox.post_index.stored",
    "Says": "publisher.outbox.subscribers.bulk_import",
    "Scope": "publisher.outbox.deliveries.runs",
    "Standing": "publisher.outbox.subscribers.store",
    "State": "publisher.model.deliveries",
    "Subscriber": "publisher.outbox.subscribers.store",
    "Subscribers": "publisher.outbox.subscribers.store",
    "Ticket": "publisher.model.deliveries",
    "Weighing": "publisher.outbox.doubts",
    "email_key": "publisher.mime.addresses",
    "parse_address": "publisher.mime.addresses",
    "worker_name": "publisher.outbox.deliveries.workers",
}

__getattr__ = parts_of(__name__, _HOMES)  # SQLAlchemy takes its time to import
