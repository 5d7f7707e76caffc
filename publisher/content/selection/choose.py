"""Choosing the posts of one edition: pure, deterministic, and able to say why.

The steps, in this order (each decides what the next one sees):

1. Candidates: published, within `max_age` or dated since the last edition was planned, not
   included before, and not passed over by an earlier edition. With `fill`, those passed over take
   the places that new ones leave; an edition without anything new is empty all the same.
2. One of each: of posts with one URL, or that tell one story (see `same_story`), only the newest
   (then the greater path) may be chosen.
3. Leads: the featured, by weight (smaller first), then spread over categories, then the newest. If
   nothing is featured, or nearly everything is, the flag is ignored and all compete.
4. Sections: the newest of each section's category that do not lead.
5. Latest: in turns. In each turn every category gives its newest post that is left, newest first,
   until the places are full, so an edition shows as many categories as it has places for. After
   `per_category` turns (leads count) the newest take what is left. Shown newest first.

A post's category is its first that is not ignored; those without one share a group of their own.
"""

from collections.abc import Sequence
from datetime import datetime

from publisher.content.selection.digest import Decision, Digest, Memory, Rules, out
from publisher.content.selection.eligibility import Eligibility, newest, reach_of
from publisher.content.selection.placement import LATEST, LEAD, Placement
from publisher.content.selection.repeats import Repeats
from publisher.content.selection.stories import boilerplate_of
from publisher.content.selection.wanted import OUTSIDE
from publisher.model.posts import Pick, Post, Status

FEWEST_FOR_SHARE = 10
"""Candidates below which the share of featured ones says nothing."""


def choose(posts: Sequence[Post], rules: Rules, memory: Memory, planned_at: datetime) -> Digest:
    """The edition of one moment; the same for the same input in any order.

    Args:
        posts: every post of the site, all statuses; those older than `max_age` change nothing.
        rules: what the newsletter or announcement asks for.
        memory: what its earlier editions included.
        planned_at: the moment, aware; explanations name times in its zone, unless `rules` have one.
    """
    return _Selection(posts, rules, memory, planned_at).digest()


def explain(
    post: Post, posts: Sequence[Post], rules: Rules, memory: Memory, planned_at: datetime
) -> Decision:
    """Why `post` is chosen or not at `planned_at`, whether it is listed in `posts` or not."""
    others = [other for other in posts if other.path != post.path]
    selection = _Selection([*others, post], rules, memory, planned_at)
    return selection.gate.refuse(post) or selection.digest().decisions[post.path]


def featured_note(posts: Sequence[Post]) -> str:
    """Says that the featured flag is ignored among `posts`; "" where it counts."""
    featured = sum(post.featured for post in posts)
    if len(posts) < FEWEST_FOR_SHARE or featured * 10 < len(posts) * 9:
        return ""
    share = "all" if featured == len(posts) else f"{featured} of"
    return f"{share} {len(posts)} candidates are featured, so the featured flag is ignored"


def _is_dated(post: Post) -> bool:
    """Whether it is a post with a date that its author gave it."""
    return post.date is not None and not post.page and post.status is not Status.UNDATED


class _Selection:
    """The selection of one edition: candidates, places, and why each candidate has one or not."""

    def __init__(
        self, posts: Sequence[Post], rules: Rules, memory: Memory, planned_at: datetime
    ) -> None:
        self._posts = posts
        self._rules = rules
        self._planned_at = planned_at
        self._waiting = memory.waiting
        self._decisions: dict[str, Decision] = {}
        self._reach = reach_of(posts, rules, memory, planned_at)
        boilerplate = boilerplate_of(self._reach)
        self.gate = Eligibility(rules, memory, planned_at, boilerplate)
        self._new, passed_over = self._candidates()
        pools = [self._new, passed_over] if rules.fill and self._new else [self._new]
        self._order = [post for pool in pools for post in pool]
        self._repeats = Repeats(self._order, self.gate, boilerplate, memory.texts)
        self._note = featured_note(self._new)
        self._flag_counts = not self._note and any(post.featured for post in self._new)
        self._placement = Placement(rules, pools, self._repeats, featured_only=self._flag_counts)

    def digest(self) -> Digest:
        """The posts that have places, and what became of every candidate."""
        empty = self._empty_because()
        self._decide(empty)
        return Digest(
            planned_at=self._planned_at,
            picks=() if empty else self._placement.in_order(),
            decisions=self._decisions,
            empty_because=empty,
            notes=(self._note,) if self._note and self._rules.featured else (),
        )

    def _candidates(self) -> tuple[list[Post], list[Post]]:
        """New candidates and those passed over, each newest first."""
        new: list[Post] = []
        passed_over: list[Post] = []
        for post in sorted(self._reach, key=newest, reverse=True):
            refused, stale = self.gate.refuse(post), self.gate.stale(post)
            if refused is None:
                (new if stale is None else passed_over).append(post)
            decision = refused or stale
            if decision is not None:
                self._decisions[post.path] = decision
        return new, passed_over

    def _empty_because(self) -> str:
        if not self._new:
            return f"no new posts{self._reason()}"
        picks = self._placement.picks
        if not any(post.path in picks for post in self._new):
            number = len(self._new)
            return f"none of {number} new post{'' if number == 1 else 's'} has a place: see why"
        count, least = len(picks), self._rules.min_posts
        return f"{count} to send, fewer than min_posts ({least})" if count < least else ""

    def _reason(self) -> str:
        """Why the newest post that was never included is not new, in the words of `explain`."""
        in_reach = sorted(self._reach, key=newest, reverse=True)
        for post in [each for each in in_reach if _is_dated(each)] or self._newest() or in_reach:
            decision = self.gate.refuse(post) or self.gate.stale(post)
            if decision and not decision.included_itself and decision.rule not in OUTSIDE:
                return f"; {post.path}: {decision.detail}"
        if any(decision.rule in OUTSIDE for decision in self._decisions.values()):
            if topics := self._rules.wanted.topics:
                return f" on {', '.join(topics)}"
            return " among those chosen by from, only and except"
        if any(decision.included_itself for decision in self._decisions.values()):
            return "; every recent post has already been included"
        return "; none is dated within max_age" if self._posts else ""

    def _newest(self) -> list[Post]:
        dated = filter(_is_dated, self._posts)
        return sorted(dated, key=newest, reverse=True)[:1]

    def _decide(self, empty: str) -> None:
        """Complete the decisions: chosen, a repeat, passed over before, or crowded out."""
        for post in self._posts:
            if self.gate.is_backfill(post) and (refused := self.gate.refuse(post)):
                self._decisions.setdefault(post.path, refused)
        picks = self._placement.picks
        near = self._repeats.after([pick.post for pick in picks.values()])
        latest = [newest(pick.post) for pick in picks.values() if pick.role == LATEST]
        oldest = min(latest, default=None)
        for post in self._order:
            if post.path in picks:
                chosen = self._chosen(picks[post.path])
                self._decisions[post.path] = out("too-few", empty) if empty else chosen
                continue
            repeat = self._repeats.exactly(post) or near.get(post.path)
            passed_over = self._decisions.get(post.path)
            self._decisions[post.path] = repeat or passed_over or self._crowded_out(post, oldest)

    def _chosen(self, pick: Pick) -> Decision:
        if pick.role == LEAD:
            rule = "featured" if self._flag_counts else "newest"
        else:
            rule = "latest" if pick.role == LATEST else "section"
        passed_over = pick.post.path in self._decisions
        detail = _PRAISE[rule] + (" (in a place that new posts left)" if passed_over else "")
        return Decision(chosen=True, role=pick.role, rule=rule, detail=detail)

    def _crowded_out(self, post: Post, oldest: tuple[datetime, str] | None) -> Decision:
        """Why a post that could have gone has no place; `oldest` is the key of the last latest."""
        if oldest is None:
            return self._no_lead(post)
        if newest(post) > oldest:
            name = self._placement.category(post) or "no category"
            share = self._placement.share(post)
            return out("category-full", f"{name} has {share} of the places, others had their turn")
        places = _places(self._rules.latest)
        return self._full(post, LATEST, f"newer posts have the {places} of the latest")

    def _no_lead(self, post: Post) -> Decision:
        if self._flag_counts and not post.featured:
            return out("not-featured", "it is not featured, and others are")
        if self._rules.featured <= 0:
            return out("no-place", "it is in none of the sections, or they are full")
        places = _places(self._rules.featured)
        return self._full(post, LEAD, f"posts that rank higher have the {places} in the lead")

    def _full(self, post: Post, role: str, detail: str) -> Decision:
        """No place is left: for this edition, or of an announcement for this slot only."""
        if not self._rules.queue:
            return out(f"{role}-section-full", detail)
        detail += "; a later slot can still include it, until it is older than max_age"
        waiting = post.path in self._waiting
        return out("waiting" if waiting else f"{role}-section-full", detail)


_PRAISE = {
    "featured": "it leads: featured, and first by weight, category and date",
    "newest": "it leads: it is the first by category and date",
    "latest": "it is among the newest of its category",
    "section": "it is among the newest of its section",
}


def _places(number: int) -> str:
    return "only place" if number == 1 else f"{number} places"
