"""Who is mailed: addresses, their subscriptions, and what servers reported of them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple


class SubscriptionState(StrEnum):
    """Where a subscriber stands with one newsletter."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address on a newsletter; `token` stands for it in the links that it gets.

    `suppressed` says why it is never mailed, whatever the state, or is empty.
    """

    id: int
    newsletter: str
    email: str
    name: str
    state: SubscriptionState
    token: str = field(repr=False)
    created_at: datetime
    changed_at: datetime
    suppressed: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """All that is known of one address; `suppressed` as in Subscriber."""

    email: str
    suppressed: str
    subscriptions: tuple[Subscriber, ...]


class Added(StrEnum):
    """What adding an address did."""

    ADDED = "added"
    ALREADY = "already subscribed"
    AGAIN = "again"  # had unsubscribed and was asked back
    PENDING = "pending"  # has not confirmed, so is on record and not mailed
    UNSUBSCRIBED = "unsubscribed"  # here, or by what the imported list says
    SUPPRESSED = "suppressed"


class ImportState(IntEnum):
    """What an imported list says of a contact; of two that differ the higher one counts."""

    ACTIVE = 0
    PENDING = 1
    UNSUBSCRIBED = 2
    SUPPRESSED = 3


class ImportRow(NamedTuple):
    """A contact of an imported list: a checked address and its key.

    `reason` is why a suppressed one is.
    """

    email: str
    key: str
    name: str = ""
    state: ImportState = ImportState.ACTIVE
    reason: str = ""


class BounceKind(StrEnum):
    """Whether the recipient may be reached another time."""

    HARD = "hard"  # there is no such mailbox or domain
    SOFT = "soft"  # the mailbox is full


@dataclass(frozen=True, slots=True)
class Bounce:
    """A server said that `recipient` cannot be reached.

    `status` is its code, such as `550 5.1.1`, `text` what it said, in one line.
    """

    delivery_id: int
    recipient: str
    kind: BounceKind
    status: str
    text: str
    at: datetime
