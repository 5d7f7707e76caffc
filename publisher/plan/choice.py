"""The configuration's wishes and the outbox's memory, as `choose` takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from publisher.config import Announcement, Config, Newsletter
from publisher.content import Post
from publisher.content.choosing import Carried, Decision, Digest, Memory, Pick, Rules, choose
from publisher.outbox import Outbox
from publisher.plan.live import NO_PAGES, LiveCheck, Pages

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MOST_LOOKS = 25


def rules_of(config: Config, wishes: Newsletter | Announcement) -> Rules:
    """What a newsletter or announcement asks of its posts."""
    content = config.content
    min_age = timedelta(0) if content.live_check else content.min_age
    ignored = frozenset(name.casefold() for name in wishes.ignore)
    if isinstance(wishes, Newsletter):
        return Rules(
            featured=wishes.featured,
            latest=wishes.latest,
            per_category=wishes.per_category,
            min_posts=wishes.min_posts,
            max_age=wishes.max_age,
            ignored=ignored,
            fill=wishes.fill,
            min_age=min_age,
            sections=wishes.sections,
            per_section=wishes.per_section,
        )
    leads = wishes.per_slot if wishes.pick == "featured" else 0
    return Rules(
        featured=leads,
        latest=wishes.per_slot - leads,
        per_category=None,
        min_posts=1,
        max_age=wishes.max_age,
        ignored=ignored,
        fill=wishes.fill,
        min_age=min_age,
    )


def memory_of(outbox: Outbox, owner: str, slot: datetime, *, planned: bool = False) -> Memory:
    """What `owner` has carried, and where "new" begins for an edition in `slot`.

    For a slot that is `planned` already: as it was then, so that the same choice comes out.
    """
    previous = outbox.previous(owner, before=slot)
    rows = outbox.carried(owner)
    carried = [Carried(*row) for row in rows if not planned or row.slot < slot]
    return Memory(carried=carried, since=previous.as_of if previous else None)


@dataclass(frozen=True, slots=True)
class Choice:
    """The digest of one slot, and what was learnt of pages on the way."""

    digest: Digest
    pages: Pages = NO_PAGES


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses for one slot; asks for pages to be live where the site wants that."""

    live: LiveCheck

    def choose(
        self, posts: Sequence[Post], rules: Rules, memory: Memory, as_of: datetime
    ) -> Choice:
        """The digest of `posts` as they stand at `as_of`; without the posts that have no page."""
        seen = self.live.awaited(posts, as_of)
        found = self.live.found(posts, seen, as_of - rules.max_age)
        seen = {**seen, **dict.fromkeys(found, as_of)}
        posts = self.live.since_seen(posts, seen)
        waiting: dict[str, str] = {}
        for _ in range(MOST_LOOKS):
            there = [post for post in posts if post.path not in waiting]
            digest = choose(there, rules, memory, as_of)
            absent = self.live.absent([pick.post for pick in digest.picks], seen, as_of)
            if not absent:
                return _choice(digest, waiting, found)
            waiting |= {post.path: post.url for post in absent}
        return _choice(_without_site(digest, len(waiting)), waiting, found)

    def grown(self, posts: Sequence[Post], as_of: datetime) -> Sequence[Post]:
        """The posts with what is known of their pages; nobody is asked."""
        return self.live.since_seen(posts, self.live.awaited(posts, as_of))


def _choice(digest: Digest, waiting: dict[str, str], found: tuple[str, ...]) -> Choice:
    decisions = {**digest.decisions, **dict.fromkeys(waiting, NOT_LIVE)}
    absent = tuple(dict.fromkeys(waiting.values()))
    return Choice(replace(digest, decisions=decisions), Pages(absent, found))


def _without_site(digest: Digest, count: int) -> Digest:
    """No edition, so that all stays new: it is the site that does not answer."""
    return replace(digest, picks=(), empty_because=f"{count} pages do not answer yet")


NOT_LIVE = Decision(
    chosen=False,
    role="",
    rule="not-live",
    detail="its page does not answer yet; it is sendable from the moment it does",
)


def only(post: Post, as_of: datetime) -> Choice:
    """The choice of a person who names its one post."""
    decision = Decision(chosen=True, role="lead", rule="named", detail="a person named it")
    digest = Digest(
        as_of=as_of,
        picks=(Pick(post=post, role="lead"),),
        decisions={post.path: decision},
        empty_because="",
        notes=(),
    )
    return Choice(digest)
