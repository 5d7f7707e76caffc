"""The configuration's rules and the outbox's memory, as `choose` takes them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from publisher.config import Config, Newsletter
from publisher.content.post_options import KEPT_OUT, OTHER_CHANNELS
from publisher.content.selection.choose import choose
from publisher.content.selection.digest import Decision, Digest, Memory, Rules, out
from publisher.content.selection.eligibility import DAY, concerned, oldest_of
from publisher.content.selection.texts import Texts
from publisher.content.selection.wanted import OUTSIDE, Marks, Wanted
from publisher.model.deliveries import Planned
from publisher.model.posts import Pick, Post
from publisher.outbox.outbox import Outbox
from publisher.plan.live_pages import LiveCheck
from publisher.plan.series import Publication, Series
from publisher.schedule import due_slot

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MOST_LOOKS = 25
PAGE = 20
MARGIN = timedelta(days=2)  # a slot may be planned late, and a date without a time lasts a day
_MOMENT = timedelta(microseconds=1)
NO_ANSWER = "pages do not answer yet"

REMEMBERED = timedelta(days=30)
"""How long before the oldest candidate a story may lie that is known under another address."""

NOT_LIVE = out("not-live", "its page does not answer yet; it is sendable from the moment it does")

FULL = frozenset({"latest-section-full", "lead-section-full"})
"""Rules by which a post of a scheduled announcement waits for a later slot."""

PASSED_OVER = FULL | {"category-full", "not-featured", "no-place", "same-story", "same-url"}
"""Rules that had a post in hand and preferred others: it is not new again."""

HELD_BACK = frozenset(
    ["draft", "future", "not-yet", "below-min-age", "not-live", "no-title", "no-url", "unreadable"]
) | {KEPT_OUT, OTHER_CHANNELS, "unrenderable"}
"""Rules by which no edition could include a post yet: it is new once that is over."""


def rules_of(config: Config, series: Series, channels: tuple[str, ...] = ()) -> Rules:
    """What a series asks of its posts; of its `channels` only, if given."""
    publication, topics = series.publication, series.chosen.choices.topics
    if isinstance(publication, Newsletter):
        rules = Rules(
            publication.featured,
            publication.latest,
            publication.per_category,
            publication.min_posts,
            publication.max_age,
            sections=publication.sections,
            per_section=publication.per_section,
        )
    else:
        leads = publication.per_slot if publication.pick == "featured" else 0
        rest, queue = publication.per_slot - leads, publication.rule is not None
        channels = channels or tuple(publication.channels)
        rules = Rules(leads, rest, None, 1, publication.max_age, channels=channels, queue=queue)
    return replace(
        rules,
        ignored=frozenset(map(str.casefold, publication.ignore)),
        wanted=replace(wanted_by(publication), topics=topics),
        fill=publication.fill,
        min_age=timedelta(0) if config.live_check else config.min_age,
        zone=config.site.zone,
    )


def wanted_by(publication: Publication) -> Wanted:
    """The posts that a newsletter or announcement is about."""
    written = (publication.only, publication.without)
    only, without = (Marks(**marks.model_dump()) if marks else Marks() for marks in written)
    return Wanted(publication.sources, only, without)


SlotBefore = Callable[[Series, datetime], datetime | None]


def slot_before(config: Config) -> SlotBefore | None:
    """What finds a series' slot before a moment; None where git says nothing of posts.

    With git, an empty database may be that of a machine which is new each time: the previous slot
    of the schedule stands for the edition that it knows nothing of. The slot that is due, at most
    half the way to the one before it late, is not that one.
    """
    if all(each.first_seen != "git" for each in config.content):
        return None

    def find(series: Series, moment: datetime) -> datetime | None:
        publication = series.publication
        if publication.rule is None:
            return None
        latest = moment - min(publication.max_lateness, publication.gap / 2)
        return due_slot(publication.rule, None, latest, series.zone, 2 * publication.gap + DAY)

    return find


def memory_of(
    outbox: Outbox,
    series: Series,
    slot: datetime,
    oldest: datetime,
    texts: Texts,
    *,
    planned: bool = False,
    takes_waiting: bool = True,
    assumed: SlotBefore | None = None,
) -> Memory:
    """What a series has decided, and where "new" begins for its edition in `slot`.

    Decisions are remembered of posts dated since `oldest`. For a slot that is `planned` already: as
    it was then, so that the same choice comes out. What found no place in a scheduled announcement
    is not passed over but waits. What was included is still to be added. `assumed` tells when the
    edition before the first one that this database knows was planned, as far as that can be told.
    """
    owner, publication = series.name, series.publication
    previous = outbox.editions.previous(owner, before=slot)
    previous_at = previous.read_at if previous and previous.read_at > BEGINNING else None
    begun = previous_at or outbox.editions.first_attempt(owner, before=slot)
    if assumed and previous_at is None and (before := assumed(series, begun or slot)):
        previous_at = begun = before
    end = slot if planned else None
    decided = _decided(outbox, owner, min(oldest, begun or oldest), end)
    scheduled = not isinstance(publication, Newsletter) and publication.rule is not None
    waits = FULL if scheduled else frozenset()
    passed = PASSED_OVER - waits
    return Memory(
        included=(),
        previous_at=previous_at,
        begun=begun,
        passed_over={path: when for path, (rule, when) in decided.items() if rule in passed},
        held_back=frozenset(path for path, (rule, _) in decided.items() if rule in HELD_BACK),
        waiting=frozenset(path for path, (rule, _) in decided.items() if rule in waits),
        takes_waiting=takes_waiting,
        outside=frozenset(path for path, (rule, _) in decided.items() if rule in OUTSIDE),
        texts=texts,
        before=end,
    )


def memory_since(
    outbox: Outbox,
    series: Series,
    since: datetime,
    oldest: datetime,
    texts: Texts,
    heard: Sequence[tuple[datetime, datetime]],
) -> Memory:
    """The memory for readers who came to a segment and for whom posts are new since a moment.

    It is that of the segment as it was then, or for one that is newer that of the newsletter.
    `heard` are the slots of the segment, each with the moment at which it looked for posts. What
    was included is still to be added.
    """
    later = [slot for slot, read_at in heard if read_at > since]
    end = min([since + _MOMENT, *later])
    owner = series.name
    if outbox.editions.previous(owner, before=end) is None:
        owner = series.publication.name
    decided = _decided(outbox, owner, min(oldest, since), end)
    return Memory(
        included=(),
        previous_at=since,
        begun=since,
        held_back=frozenset(path for path, (rule, _) in decided.items() if rule in HELD_BACK),
        outside=frozenset(path for path, (rule, _) in decided.items() if rule in OUTSIDE),
        texts=texts,
        before=end,
    )


def with_included(
    outbox: Outbox,
    owner: str,
    memory: Memory,
    rules: Rules,
    posts: Sequence[Post],
    planned_at: datetime,
) -> Memory:
    """The memory with what `owner` has included, as far as it can matter to a choice of `posts`."""
    oldest, end = oldest_of(rules, memory, planned_at), memory.before
    at_hand = concerned(posts, rules, memory, planned_at)
    rows = outbox.editions.included(owner, oldest - REMEMBERED, at_hand)
    return replace(memory, included=[row for row in rows if end is None or row.slot < end])


def _decided(
    outbox: Outbox, owner: str, oldest: datetime, end: datetime | None
) -> dict[str, tuple[str, datetime]]:
    """The rule that last decided about each post in editions before `end`, and in which slot."""
    latest: dict[str, tuple[str, datetime]] = {}
    for planned in slots_since(outbox, owner, oldest - MARGIN, end):
        if planned.sent_something:
            for path, (rule, _role, _detail) in planned.decisions.items():
                latest.setdefault(path, (rule, planned.slot))
    return latest


def slots_since(
    outbox: Outbox, owner: str, begin: datetime | None, before: datetime | None = None
) -> Iterator[Planned]:
    """The slots of `owner` back to `begin`, newest first, a few at a time: decisions are large."""
    while page := outbox.editions.history(owner, limit=PAGE, before=before):
        yield from page
        before = page[-1].slot
        if begin and before < begin:
            return


@dataclass(frozen=True, slots=True)
class Selector:
    """Selects for one slot; asks for pages to be live where the site wants that."""

    live: LiveCheck

    def select(
        self, posts: Sequence[Post], rules: Rules, memory: Memory, planned_at: datetime
    ) -> Digest:
        """The digest of `posts` as they stand at `planned_at`, without those that have no page."""
        waiting: set[str] = set()
        for _ in range(MOST_LOOKS):
            there = [post for post in posts if post.path not in waiting]
            digest = choose(there, rules, memory, planned_at)
            absent = self.live.absent([pick.post for pick in digest.picks], planned_at)
            if not absent:
                return _waiting_for(digest, waiting)
            waiting.update(post.path for post in absent)
        # It is the site that does not answer: no edition, so that all stays new.
        empty = replace(digest, picks=(), empty_because=f"{len(waiting)} {NO_ANSWER}")
        return _waiting_for(empty, waiting)


def _waiting_for(digest: Digest, waiting: set[str]) -> Digest:
    if not waiting:
        return digest
    decisions = {**digest.decisions, **dict.fromkeys(waiting, NOT_LIVE)}
    empty = digest.empty_because
    if empty and not digest.picks and not empty.endswith(NO_ANSWER):
        empty = f"{empty}; {len(waiting)} {NO_ANSWER}"
    return replace(digest, decisions=decisions, empty_because=empty)


def only(post: Post, planned_at: datetime) -> Digest:
    """The choice of a person who names its one post."""
    decision = Decision(chosen=True, role="lead", rule="named", detail="a person named it")
    return Digest(planned_at, (Pick(post, "lead"),), {post.path: decision}, "", ())
