"""Who is mailed: addresses, their subscriptions, and what servers reported of them."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode


class SubscriptionState(StrEnum):
    """Where a subscriber stands with one newsletter."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


class Cadence(StrEnum):
    """How often a reader wants to hear."""

    EACH = "each"  # each edition, when the newsletter sends it
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader chose of a newsletter; nothing is chosen by default.

    `topics` are categories or sources, none means all of them. `day` (Monday is 0) counts where the
    cadence is weekly, `hour` where it is daily or weekly, in the reader's zone.
    """

    topics: tuple[str, ...] = ()
    cadence: Cadence = Cadence.EACH
    day: int = 0
    hour: int = 7

    def to_json(self) -> str:
        """How the database keeps them; nothing where nothing was chosen."""
        if self == Choices():
            return ""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Choices":
        """The choices that `to_json` wrote."""
        if not text:
            return cls()
        values = json.loads(text)
        topics, cadence = tuple(values.pop("topics")), Cadence(values.pop("cadence"))
        return cls(topics=topics, cadence=cadence, **values)


NOTHING_CHOSEN: Final = Choices()


@dataclass(frozen=True, slots=True)
class Segment:
    """All readers of a newsletter who get the same editions: their choices, language and zone.

    `language` is empty where it is the site's, `timezone` where it decides nothing.
    """

    choices: Choices = Choices()
    language: str = ""
    timezone: str = ""

    @classmethod
    def of(cls, choices: Choices, language: str, timezone: str) -> "Segment":
        """The segment of a reader; choices that are written in another order are the same."""
        topics = tuple(sorted(set(choices.topics)))
        if choices.cadence is Cadence.EACH:
            return cls(Choices(topics), language)
        day = choices.day if choices.cadence is Cadence.WEEKLY else 0
        return cls(Choices(topics, choices.cadence, day, choices.hour), language, timezone)

    @property
    def key(self) -> str:
        """What stands for it; empty for the newsletter as it is."""
        chosen = self.choices
        pairs = [("topic", topic) for topic in chosen.topics]
        if chosen.cadence is not Cadence.EACH:
            pairs += [("cadence", chosen.cadence.value), ("hour", str(chosen.hour))]
        if chosen.cadence is Cadence.WEEKLY:
            pairs.append(("day", str(chosen.day)))
        pairs += [("zone", self.timezone), ("language", self.language)]
        return urlencode([pair for pair in pairs if pair[1]], safe="/")

    @classmethod
    def from_key(cls, key: str) -> "Segment":
        """The segment that `key` stands for."""
        pairs = parse_qsl(key, keep_blank_values=True)
        given = dict(pairs)
        choices = Choices(
            topics=tuple(value for name, value in pairs if name == "topic"),
            cadence=Cadence(given.get("cadence", Cadence.EACH)),
            day=int(given.get("day", 0)),
            hour=int(given.get("hour", Choices().hour)),
        )
        return cls(choices, given.get("language", ""), given.get("zone", ""))


@dataclass(frozen=True, slots=True)
class Consent:
    """That a reader agreed to be mailed: when, by which way, and where from."""

    at: datetime
    how: str
    source: str = ""


class Agreement(NamedTuple):
    """What is known of a contact's consent; None: nobody knows when it was given."""

    at: datetime | None
    how: str
    source: str = ""


UNKNOWN: Final = Agreement(None, "")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address on a newsletter; `token` stands for it in the links that it gets.

    `suppressed` says why it is never mailed, whatever the state, or is empty. `language` and
    `timezone` are empty where they are the site's.
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
    contact_id: int = 0
    language: str = ""
    timezone: str = ""
    choices: Choices = Choices()
    joined_at: datetime | None = None
    consent: Agreement = UNKNOWN


class EventKind(StrEnum):
    """What happened to a contact."""

    ASKED = "asked"  # to be subscribed; a confirmation is on its way
    SUBSCRIBED = "subscribed"
    CHANGED = "changed"  # their choices, name, language or zone
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft bounced"
    BLOCKED = "blocked"
    DELAYED = "delayed"
    AUTO_REPLIED = "auto replied"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    RELEASED = "released"  # may be mailed again


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a contact's history."""

    kind: EventKind
    reason: str
    at: datetime
    newsletter: str = ""
    delivery_id: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """All that is known of one address; `suppressed` as in Subscriber."""

    email: str
    suppressed: str
    subscriptions: tuple[Subscriber, ...]
    name: str = ""
    language: str = ""
    timezone: str = ""
    consent: Agreement | None = None
    history: tuple[Event, ...] = ()


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

    `reason` is why a suppressed one is. `newsletter` is empty where it is the one that the list is
    imported into, None for who is suppressed and has none. `kept`, `since` and `joined` are what
    an export of Publisher says of the subscription; `kept` is its state beside the suppression.
    """

    email: str
    key: str
    name: str = ""
    state: ImportState = ImportState.ACTIVE
    reason: str = ""
    newsletter: str | None = ""
    language: str = ""
    timezone: str = ""
    choices: Choices = NOTHING_CHOSEN
    consent: Agreement = UNKNOWN
    kept: str = ""
    since: datetime | None = None
    joined: datetime | None = None


class BounceKind(StrEnum):
    """Whether the recipient may be reached another time."""

    HARD = "hard"  # there is no such mailbox or domain
    SOFT = "soft"  # the mailbox is full, or the server could not be reached for days
    BLOCKED = (
        "blocked"  # refused for what the email says or whom it is from: not the reader's doing
    )


@dataclass(frozen=True, slots=True)
class SoftLimit:
    """How many days with a soft bounce, within how long, make an address one that is given up."""

    days: int = 5
    within: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Share:
    """How many emails of an edition were sent, bounced, and were complained of.

    `since` is when the edition was queued.
    """

    owner: str
    channel: str
    since: datetime
    sent: int
    bounced: int
    complained: int


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


class Released(StrEnum):
    """What became of the wish to end a suppression."""

    RELEASED = "may be mailed again"
    NOT_SUPPRESSED = "is not suppressed"
    GRAVE = "complained, or was erased"  # only if it is meant so


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many subscribers of a newsletter there are; `joined` and `left` since a moment."""

    newsletter: str
    active: int
    pending: int
    unsubscribed: int
    suppressed: int
    segments: int
    joined: int
    left: int


class SilentReader(NamedTuple):
    """A subscription of which nothing was seen for long, and its reader's language."""

    id: int
    language: str
