"""The tables: what waits, what was sent, and what became of it."""

from typing import TYPE_CHECKING

from publisher.lazily import parts_of

if TYPE_CHECKING:
    from publisher.mime.addresses import Address, AddressError, email_key, parse_address
    from publisher.outbox.arrivals import Added, Arrival, Says
    from publisher.outbox.bounces import Bounce, BounceKind
    from publisher.outbox.box import Outbox
    from publisher.outbox.doubts import Doubt, Weighing
    from publisher.outbox.exchange import Exchanger
    from publisher.outbox.lessons import EVERY_SERVER, Lesson
    from publisher.outbox.listing import Listed
    from publisher.outbox.notices import Notice
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
        Outdated,
        Planned,
        State,
        Ticket,
    )
    from publisher.outbox.refusals import Blame
    from publisher.outbox.scopes import Scope
    from publisher.outbox.spending import Paid
    from publisher.outbox.stored import PostRow
    from publisher.outbox.subscribers import (
        BadRows,
        Contact,
        Standing,
        Subscriber,
        Subscribers,
    )
    from publisher.outbox.workers import worker_name

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
    "Added": "publisher.outbox.arrivals",
    "Address": "publisher.mime.addresses",
    "AddressError": "publisher.mime.addresses",
    "Arrival": "publisher.outbox.arrivals",
    "BadRows": "publisher.outbox.subscribers",
    "Blame": "publisher.outbox.refusals",
    "Bounce": "publisher.outbox.bounces",
    "BounceKind": "publisher.outbox.bounces",
    "CarriedRow": "publisher.outbox.records",
    "ChannelState": "publisher.outbox.records",
    "Contact": "publisher.outbox.subscribers",
    "Delivery": "publisher.outbox.records",
    "Doubt": "publisher.outbox.doubts",
    "EVERY_SERVER": "publisher.outbox.lessons",
    "Edition": "publisher.outbox.records",
    "EditionDraft": "publisher.outbox.records",
    "Enqueued": "publisher.outbox.records",
    "Exchanger": "publisher.outbox.exchange",
    "Kind": "publisher.outbox.records",
    "Listed": "publisher.outbox.listing",
    "Lesson": "publisher.outbox.lessons",
    "NoteDraft": "publisher.outbox.records",
    "NotesDraft": "publisher.outbox.records",
    "Notice": "publisher.outbox.notices",
    "Outbox": "publisher.outbox.box",
    "Outcome": "publisher.outbox.records",
    "Outdated": "publisher.outbox.records",
    "Paid": "publisher.outbox.spending",
    "Planned": "publisher.outbox.records",
    "PostRow": "publisher.outbox.stored",
    "Says": "publisher.outbox.arrivals",
    "Scope": "publisher.outbox.scopes",
    "Standing": "publisher.outbox.subscribers",
    "State": "publisher.outbox.records",
    "Subscriber": "publisher.outbox.subscribers",
    "Subscribers": "publisher.outbox.subscribers",
    "Ticket": "publisher.outbox.records",
    "Weighing": "publisher.outbox.doubts",
    "email_key": "publisher.mime.addresses",
    "parse_address": "publisher.mime.addresses",
    "worker_name": "publisher.outbox.workers",
}

__getattr__ = parts_of(__name__, _HOMES)  # SQLAlchemy takes its time to import
