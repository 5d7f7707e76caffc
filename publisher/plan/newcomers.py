"""Readers who have just come to a segment: they get what is new since they came, or last heard.

Each has a moment since when posts are new. Those between which nothing happened are a group.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from publisher.config import Newsletter
from publisher.content.selection.digest import Digest, Memory, Rules
from publisher.content.selection.eligibility import DAY, dated, ready_from
from publisher.content.selection.texts import Texts
from publisher.model.deliveries import Rendered, Span
from publisher.model.posts import Post
from publisher.outbox.outbox import Outbox
from publisher.plan.select import Selector, memory_since, with_included
from publisher.plan.series import Series


@dataclass(frozen=True, slots=True)
class Group:
    """So many newcomers for whom the same is new: all that is since a moment in `span`."""

    since: datetime
    span: Span
    readers: int

    def among(self, posts: Sequence[Post]) -> Sequence[Post]:
        """The posts that may be new to them; for who joined, none that has an earlier date.

        When a post was first seen says less: nobody looks before an edition is due.
        """
        if not self.span.joined:
            return posts
        return [post for post in posts if post.date and _last(post) > self.since]


@dataclass(frozen=True, slots=True)
class Variant:
    """What some newcomers get of a slot in place of its edition."""

    digest: Digest
    rendered: Rendered
    spans: tuple[Span, ...]
    readers: int


@dataclass(frozen=True, slots=True)
class Audience:
    """Who would get an edition: those who got the one before, and groups of newcomers.

    `heard` are the slots of the segment since the first of them came, each with the moment at which
    it looked for posts.
    """

    settled: int
    groups: Sequence[Group] = ()
    heard: Sequence[tuple[datetime, datetime]] = ()

    @property
    def is_new(self) -> bool:
        """Whether nobody got an edition before."""
        return not self.settled and bool(self.groups)


Waiting = Sequence[tuple[datetime, bool, int]]
"""Newcomers: since when posts are new for them, whether they joined then, how many they are."""


def grouped(waiting: Waiting, moments: Iterable[datetime]) -> list[Group]:
    """Newcomers for whom the same is new together, the first first.

    `moments` are those at which something became new, or a slot looked for posts.
    """
    ends = sorted(set(moments))

    def place(each: tuple[datetime, bool, int]) -> tuple[bool, int]:
        return each[1], bisect_right(ends, each[0])

    groups = []
    for (joined, number), some in groupby(sorted(waiting, key=place), key=place):
        members = list(some)
        begin = ends[number - 1] if number else None
        end = ends[number] if number < len(ends) else None
        readers = sum(count for *_, count in members)
        groups.append(Group(min(members)[0], Span(begin, end, joined), readers))
    return sorted(groups, key=lambda group: group.since)


def _last(post: Post) -> datetime:
    """The moment of a post's date, or the end of its day."""
    return dated(post) + DAY if post.date_only else dated(post)


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Finds who gets an edition, and which posts are new to whom of them."""

    outbox: Outbox
    selector: Selector
    texts: Texts

    def waiting(self, series: Series) -> Waiting:
        """The newcomers of a segment, the first first."""
        if not isinstance(series.publication, Newsletter):
            return []
        return self.outbox.segments.newcomers(series.publication.name, series.segment)

    def audience(
        self, series: Series, rules: Rules, posts: Sequence[Post], waiting: Waiting, *, again: bool
    ) -> Audience:
        """Who would get an edition of `series`; `again` it goes to everybody."""
        if not isinstance(series.publication, Newsletter):
            return Audience(0)
        counted = self.outbox.segments.count
        settled = counted(series.publication.name, series.segment, everybody=again)
        if not waiting:
            return Audience(settled)
        heard = self.outbox.editions.heard(series.name, waiting[0][0])
        there = [post for post in posts if post.date]
        moments = [moment for post in there for moment in (ready_from(post, rules), _last(post))]
        moments += [read_at for _, read_at in heard]
        return Audience(settled, grouped(waiting, moments), heard)

    def memory(
        self,
        series: Series,
        rules: Rules,
        group: Group,
        audience: Audience,
        posts: Sequence[Post],
        moment: datetime,
    ) -> Memory:
        """What is remembered for a group of newcomers of `series`."""
        oldest = moment - rules.max_age
        heard = audience.heard
        memory = memory_since(self.outbox, series, group.since, oldest, self.texts, heard)
        own, newsletter = (
            with_included(self.outbox, name, memory, rules, posts, moment).included
            for name in (series.name, series.publication.name)
        )
        return replace(memory, included=[*own, *newsletter])

    def shares(
        self, series: Series, rules: Rules, audience: Audience, posts: Sequence[Post], main: Digest
    ) -> tuple[tuple[Span, ...], list[tuple[Digest, list[Group]]]]:
        """Which newcomers get `main`, and what the others get; those who get the same together."""
        same: list[Span] = []
        others: dict[frozenset[tuple[str, str]], tuple[Digest, list[Group]]] = {}
        rules = replace(rules, fill=False)  # nothing older than what is new to them
        for group in audience.groups:
            memory = self.memory(series, rules, group, audience, posts, main.planned_at)
            there = group.among(posts)
            digest = self.selector.select(there, rules, memory, main.planned_at)
            key = frozenset((pick.post.path, pick.role) for pick in digest.picks)
            if key and digest.picks == main.picks:
                same.append(group.span)
            elif key:
                others.setdefault(key, (digest, []))[1].append(group)
        return tuple(same), list(others.values())
