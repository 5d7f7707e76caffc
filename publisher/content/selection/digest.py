"""What choosing takes and gives; pure data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from publisher.content.selection.texts import Texts
from publisher.content.selection.wanted import ALL, Wanted
from publisher.model.posts import Included, Pick


@dataclass(frozen=True, slots=True)
class Rules:
    """What one newsletter or announcement wants to include.

    `featured`, `latest` and `per_section` are numbers of places, `per_category` the share of one
    category before the others had their turn (None: no share), `min_posts` the least an edition
    needs. `ignored` categories are noise. `fill` lets a thin edition take what earlier ones passed
    over. A post counts from `min_age` after it became sendable until `max_age` after its date.
    `channels` are those of an announcement (None: a newsletter's rules). With `queue`, what finds
    no place waits for a later slot. `wanted` are the posts that it is about. Reasons name times in
    `zone` (None: that of the moment at which posts are chosen).
    """

    featured: int
    latest: int
    per_category: int | None
    min_posts: int
    max_age: timedelta
    ignored: frozenset[str] = frozenset({"latest"})
    fill: bool = False
    sections: tuple[str, ...] = ()
    per_section: int = 3
    min_age: timedelta = timedelta(0)
    channels: tuple[str, ...] | None = None
    queue: bool = False
    wanted: Wanted = ALL
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier editions included and decided, and when the previous one was planned.

    `previous_at` is None if there was none. Posts dated since `begun` are never too old: it is
    `previous_at`, or the first slot that stayed empty. `passed_over` are the posts, by path, that
    an edition could have included and did not, with that edition's slot; `held_back` are the paths
    that none could include yet (a draft, a date to come, a page that was not there): they never
    are too old. `waiting` are those for which a slot of an announcement had no place left; with
    `takes_waiting` this edition may include them. `outside` are those that it was not about: they
    are new if it is now, as far as they are not too old.
    `before` is the slot whose choice is made again, with what was known then.
    """

    included: Sequence[Included]
    previous_at: datetime | None
    begun: datetime | None = None
    passed_over: Mapping[str, datetime] = field(default_factory=dict)
    held_back: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    takes_waiting: bool = True
    outside: frozenset[str] = frozenset()
    before: datetime | None = None
    texts: Texts = field(default_factory=Texts, compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a post is or is not in the edition.

    `role` is lead, latest or a section's name ("" if not chosen), `rule` a stable word for
    programs, `detail` one sentence for people. `included_itself` says of a post that is left out
    because an edition included it, that it was this very post; `recorded` that an earlier edition
    has decided the same.
    """

    chosen: bool
    role: str
    rule: str
    detail: str
    included_itself: bool = False
    recorded: bool = False


def out(rule: str, detail: str) -> Decision:
    """The decision that leaves a post out."""
    return Decision(chosen=False, role="", rule=rule, detail=detail)


@dataclass(frozen=True, slots=True)
class Digest:
    """The posts of one edition: leads by rank, latest newest first, then section by section.

    `decisions` holds every post no older than `max_age`, and every older one that came since the
    last edition, by path. `empty_because` says why there is no edition ("" if there is one); then
    there are no picks.
    """

    planned_at: datetime
    picks: tuple[Pick, ...]
    decisions: dict[str, Decision]
    empty_because: str
    notes: tuple[str, ...]
