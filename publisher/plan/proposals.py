"""Proposal: what one slot would send, before anything is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from publisher.config import Newsletter
from publisher.content.selection.digest import Digest as Selection
from publisher.errors import Problem
from publisher.model.deliveries import Rendered, Span, series_of
from publisher.model.messages import ChannelMessage, Digest, Limits, Note
from publisher.model.posts import Pick
from publisher.plan.newcomers import Variant
from publisher.plan.series import describe

if TYPE_CHECKING:
    from publisher.plan.budgets import Budget
    from publisher.plan.series import Publication

Kind = Literal["newsletter", "announcement"]

NO_READERS = "no subscribers: publish subscribers add EMAIL --newsletter {}"


def kind_of(publication: "Publication") -> Kind:
    """What a person calls it."""
    return "newsletter" if isinstance(publication, Newsletter) else "announcement"


@dataclass(frozen=True, slots=True)
class NoteProposal:
    """One note, or digest, for one channel, as its network shows, counts and prices it.

    `remark` says in one line what of its posts it had to leave out.
    """

    channel: str
    picks: tuple[Pick, ...]
    note: ChannelMessage
    limits: Limits | None
    cost: Decimal | None
    remark: str = ""

    @property
    def pick(self) -> Pick:
        """Its post, or the first of several."""
        return self.picks[0]

    @property
    def is_digest(self) -> bool:
        """Whether it has several posts."""
        return isinstance(self.note, Digest)

    @property
    def warning(self) -> str:
        """Its content warning."""
        return self.note.content_warning if isinstance(self.note, Note) else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Its text, or those of its thread."""
        return (self.note.text, *(self.note.thread if isinstance(self.note, Note) else ()))

    @property
    def shown(self) -> str:
        """Its text for people; where it is a thread, post by post."""
        first, *others = self.texts
        count = len(self.texts)
        marked = (f"\n\n[{number} of {count}]\n{text}" for number, text in enumerate(others, 2))
        return "".join((f"[1 of {count}]\n{first}" if others else first, *marked))

    @property
    def length(self) -> int:
        """The length of the note, or of its longest post, as its network counts it."""
        return max(map(self._length, self.texts))

    def _length(self, text: str) -> int:
        return self.limits.length_of(text, self.warning) if self.limits else len(text)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `owner` (a newsletter or an announcement) would send in `slot`.

    `read_at` is where the next edition's "new" begins once this one is enqueued.
    `planned` says that the slot was planned already, `empty_because` why there is nothing to send.
    `again` is set where a person asked for a repeat; it keeps the repeat's keys apart. `based_on`
    is the outbox's version of `owner` before posts were chosen. `budgets` are those of its
    channels, `remarks` what a person should know before its notes are sent, `problems` name the
    posts that cannot be rendered, and so are left out. `segment` is the key of the readers who get
    it. Those of them who came since moments in `spans` get it, too, others one of `variants`;
    `covered` are all moments that were thought of.
    """

    kind: Kind
    owner: str
    slot: datetime
    planned_at: datetime
    read_at: datetime
    digest: Selection
    channels: tuple[str, ...]
    rendered: Rendered | None = None
    notes: Sequence[NoteProposal] = ()
    recipients: int = 0
    empty_because: str = ""
    planned: bool = False
    again: str = ""
    based_on: int | None = None
    budgets: "Sequence[Budget]" = ()
    remarks: Sequence[str] = ()
    problems: tuple[Problem, ...] = ()
    segment: str = ""
    spans: tuple[Span, ...] = ()
    variants: tuple[Variant, ...] = ()
    covered: tuple[Span, ...] | None = None

    @property
    def series(self) -> str:
        """What its slot belongs to."""
        return series_of(self.owner, self.segment)

    @property
    def label(self) -> str:
        """Its owner, and for people what the readers of its segment chose."""
        chosen = describe(self.segment)
        return f"{self.owner} ({chosen})" if chosen else self.owner

    @property
    def readers(self) -> int:
        """How many get something."""
        return self.recipients + sum(each.readers for each in self.variants)

    def with_problems(self, problems: Iterable[Problem]) -> Self:
        """The same proposal with more to tell."""
        return replace(self, problems=(*self.problems, *problems))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What would be otherwise than meant; nothing of a slot planned before."""
        if self.planned:
            return ()
        return (*self.remarks, *(self.rendered.warnings if self.rendered else ()))

    @property
    def unsent_because(self) -> str:
        """Why enqueueing adds no message; "" if it does."""
        if self.variants:
            return ""
        if self.kind == "newsletter" and not self.empty_because and not self.recipients:
            return NO_READERS.format(self.owner)
        return self.empty_because
