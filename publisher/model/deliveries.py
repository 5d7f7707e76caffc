"""What goes into the outbox and what comes out of it: plain data, every time aware."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from publisher.model.posts import Included

DIGEST: Final = "digest"
EDITION: Final = "edition"
NOTES: Final = "notes"
NO_SUBSCRIBERS: Final = "no subscribers"

Decisions = Mapping[str, Sequence[str]]
"""By post path: rule, role and detail of what was decided about the post."""


class State(StrEnum):
    """What became of one message."""

    QUEUED = "queued"  # surely nothing was sent
    SENDING = "sending"  # a worker has it in hand
    SENT = "sent"  # the network confirmed it
    REJECTED = "rejected"  # the network said no, for good
    UNKNOWN = "unknown"  # it may have been sent
    CANCELLED = "cancelled"  # withdrawn: manually, or as its subscriber left


OPEN = (State.QUEUED, State.SENDING, State.UNKNOWN)
STARTED = (State.SENDING, State.SENT, State.UNKNOWN)
ENDED = (State.REJECTED, State.CANCELLED)
FINISHED = (State.SENT, State.REJECTED, State.CANCELLED)


class Kind(StrEnum):
    """What sort of message a delivery carries."""

    EMAIL = "email"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The texts of an edition, frozen; what is a recipient's own stands in them as merge fields.

    `html` and `text` are shown only after `merge`. `warnings` are sentences for the sender, which
    are not stored.
    """

    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)
    preheader: str = ""
    warnings: tuple[str, ...] = ()


def series_of(newsletter: str, segment: str) -> str:
    """What the slots of a newsletter's segment belong to, where those of the newsletter say it."""
    return f"{newsletter}/{segment}" if segment else newsletter


class Span(NamedTuple):
    """Moments from `begin` on, before `end` (None: without end), since when posts are new.

    `joined` says of whom: of readers who joined then, of others who came from another segment
    after an edition, or of both (None).
    """

    begin: datetime | None
    end: datetime | None
    joined: bool | None = None


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """What was decided for a slot of `owner` from what was read at `read_at`.

    `again` is empty for the one regular edition of a slot; any other word makes a further one.
    `based_on` is what `Editions.version` said before its posts were chosen (None: it does not
    matter). `segment` is the key of the readers whose slot it is; empty: the newsletter's own.
    `covered` are the moments since when posts are new for readers who have just come to the
    segment, as far as it was found out what they get (None: it does not matter).
    """

    owner: str
    slot: datetime
    read_at: datetime
    included: Sequence[Included]
    decisions: Decisions = field(repr=False)
    again: str = field(default="", kw_only=True)
    based_on: int | None = field(default=None, kw_only=True)
    segment: str = field(default="", kw_only=True)
    covered: Sequence[Span] | None = field(default=None, kw_only=True)

    @property
    def series(self) -> str:
        """Whose slots these are: each segment of a newsletter has its own."""
        return series_of(self.owner, self.segment)


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """What readers who have just come to a segment get of a slot, in place of its edition.

    They are those for whom posts are new since a moment in `spans`.
    """

    rendered: Rendered
    included: Sequence[Included]
    spans: Sequence[Span]
    slug: str


@dataclass(frozen=True, slots=True)
class EditionDraft(SlotDraft):
    """A rendered edition, ready to be frozen and queued for the active subscribers of its segment.

    Those who have just come get it if posts are new for them since a moment in `spans`, or one of
    `variants`; from then on they are like all others, or, where there is a reason why others get
    nothing (`empty_because`), posts are new for them since `heard`. With `to_all` everybody gets
    it, and nobody is counted as having heard. `slug` is the end of its public address; empty: any.
    """

    channel: str
    rendered: Rendered | None
    sender: str
    list_id: str
    slug: str = field(default="", kw_only=True)
    spans: Sequence[Span] = field(default=(), kw_only=True)
    variants: Sequence[VariantDraft] = field(default=(), kw_only=True)
    to_all: bool = field(default=False, kw_only=True)
    empty_because: str = field(default="", kw_only=True)
    heard: datetime | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class SystemDraft:
    """An email of the system to readers of `owner`: a confirmation, a welcome, a goodbye.

    `kind` is its template's name. One that says the same is frozen once.
    """

    owner: str
    kind: str
    channel: str
    rendered: Rendered
    sender: str

    @property
    def slug(self) -> str:
        """The same for the same content."""
        texts = (self.channel, self.sender, self.rendered.subject, self.rendered.html)
        content = json.dumps([*texts, self.rendered.text])
        return f"{self.kind}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """One note for one channel; `payload` is its JSON, `cost` its price in US dollars.

    `remark` says in one line what of the post the note had to leave out. A post goes once; of what
    is no single post, `once` is what goes once. It goes out up to `jitter` later.
    """

    channel: str
    post_path: str
    post_url: str
    payload: str = field(repr=False)
    cost: Decimal | None = None
    remark: str = ""
    once: str = ""
    jitter: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class NotesDraft(SlotDraft):
    """The notes of one announcement's slot."""

    notes: Sequence[NoteDraft]


class Outdated(Exception):
    """Others have planned since the posts of a draft were chosen: choose anew."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What planning did: `new` is False where the slot had been planned before."""

    new: bool
    edition_id: int | None
    deliveries: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A slot that has been planned.

    `read_at` is the moment whose posts were looked at; `outcome` is `edition`, `notes`,
    `no subscribers`, or the reason why the slot stayed empty. `planned_at` is when that was decided
    (None: by a Publisher that did not note it).
    """

    owner: str
    slot: datetime
    read_at: datetime
    edition_id: int | None
    outcome: str
    decisions: Decisions = field(repr=False)
    again: str = ""
    planned_at: datetime | None = field(default=None, compare=False)

    @property
    def sent_something(self) -> bool:
        """Whether the slot has an edition or notes: what it decided then stands."""
        return self.edition_id is not None or self.outcome == NOTES


@dataclass(frozen=True, slots=True)
class Edition:
    """A frozen edition as it was queued, or an email of the system: their `kind` says which."""

    id: int
    owner: str
    channel: str
    slot: datetime
    rendered: Rendered
    sender: str
    list_id: str
    kind: str = DIGEST
    slug: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Archived:
    """An edition that somebody has got, without its texts, as the archive lists it.

    `published_at` is when the first email of it was sent; `segment` is empty for the newsletter's
    own edition, which alone is listed.
    """

    id: int
    owner: str
    slug: str
    segment: str
    slot: datetime
    published_at: datetime
    subject: str
    preheader: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one channel, and for one recipient if it is an email.

    `not_before` is None for an unknown row that nobody will ask about again; `started_at` is the
    first claim ever, `last_started` the newest; `cost` is in US dollars; `remark` says what of the
    message had to be left out. `step` is where an adapter that sends in steps goes on, `handle`
    (JSON) what editing and deleting need, `undone_at` when it was deleted at the network. Of a
    note, `dated_at` is when it was first tried as the clock was then: it never changes, for what
    the network knows it by may hang on it; `network` is where it was tried last.
    """

    id: int
    key: str
    channel: str
    kind: Kind
    owner: str
    slot: datetime
    edition_id: int | None
    post_path: str
    recipient: str
    recipient_name: str
    token: str = field(repr=False)
    payload: str = field(repr=False)
    state: State
    attempts: int
    error: str
    status: str
    remote_id: str
    remote_url: str
    queued_at: datetime
    started_at: datetime | None
    last_started: datetime | None
    sent_at: datetime | None
    not_before: datetime | None
    cost: Decimal | None
    remark: str | None
    handle: str | None
    step: str | None
    undone_at: datetime | None
    dated_at: datetime | None
    network: str | None

    @property
    def label(self) -> str:
        """The reader, or the post's path; of several posts in one message, what that is."""
        unnamed = DIGEST if self.kind is Kind.NOTE else "-"  # an email of somebody who is erased
        return self.recipient or self.post_path or unnamed


class Ticket(NamedTuple):
    """A claimed row: what is needed to write its email; `queued_at` is in microseconds."""

    id: int
    key: str
    edition_id: int | None
    recipient: str
    recipient_name: str
    token: str
    attempts: int
    queued_at: int


class Outcome(NamedTuple):
    """What became of one attempt.

    `not_before` says when a queued row may be claimed again (None: at once), or when an unknown
    row is to be asked about (None: never, a person resolves it). `attempt` is False where the
    attempt does not count, as with a rate limit. `remark` says what the network left out. `step`
    and `handle` are as in Delivery; empty: as before.
    """

    id: int
    state: State
    error: str = ""
    status: str = ""
    remote_id: str = ""
    remote_url: str = ""
    not_before: datetime | None = None
    attempt: bool = True
    remark: str = ""
    step: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A refusal that may be about all emails: `likeness` is what it has in common with others."""

    id: int
    likeness: str
    said: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `dollars` may be spent on a channel from `since` on."""

    dollars: Decimal
    since: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows a run is about; see Runs.scope.

    `first` is the lowest id of a row that was open on `channels` at `since`.
    """

    channels: Sequence[str]
    first: int
    since: datetime
    owners: Sequence[str]
    slot: datetime


@dataclass(frozen=True, slots=True)
class EditionSummary:
    """An edition that was queued, and how many of its emails are in each state.

    `segment` is the key of the readers who get it; empty: those who chose nothing.
    """

    id: int
    owner: str
    channel: str
    slot: datetime
    subject: str
    counts: Mapping[State, int]
    segment: str = ""


class Totals(NamedTuple):
    """How often an edition was opened, and its links all together."""

    opens: int = 0
    clicks: int = 0
