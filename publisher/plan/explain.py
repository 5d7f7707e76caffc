"""Why a post is chosen or not: what was decided, and what would be decided now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.config import Config, Newsletter
from publisher.config.mistakes import closest, near
from publisher.content.selection.choose import explain
from publisher.content.selection.digest import Decision, Digest, out
from publisher.content.selection.texts import Texts
from publisher.content.selection.wanted import strange
from publisher.errors import Problem
from publisher.model.posts import Post
from publisher.outbox.outbox import Outbox
from publisher.plan.proposals import NO_READERS, Kind, kind_of
from publisher.plan.select import (
    MARGIN,
    memory_of,
    rules_of,
    slot_before,
    slots_since,
    wanted_by,
    with_included,
)
from publisher.plan.series import Publication, Series, publications
from publisher.plan.slots import segments_of

FOR_GOOD = frozenset({"same-url", "same-story", "already-included", "too-old"})
"""Rules that decide about a post for good."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one newsletter or announcement says of a post.

    `slot` is that of the edition which decided; None: nothing was planned yet, this is what the
    next edition would say. `segment` is that of the readers who get it.
    """

    kind: Kind
    owner: str
    chosen: bool
    role: str
    rule: str
    detail: str
    slot: datetime | None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains posts of one site as they stand at `planned_at`."""

    config: Config
    outbox: Outbox
    texts: Texts
    posts: Sequence[Post]
    planned_at: datetime

    def explain(self, post: Post) -> list[Explanation]:
        """One for each newsletter and announcement, in the order of config.yaml."""
        return [
            explanation
            for publication in publications(self.config).values()
            for explanation in self._of(post, publication)
        ]

    def _of(self, post: Post, publication: Publication) -> Iterator[Explanation]:
        """That of a newsletter or announcement, and of each segment that has readers."""
        yield self._explanation(post, Series(publication, self.config.site.zone))
        if isinstance(publication, Newsletter):
            sizes = self.outbox.segments.sizes(publication.name)
            for each in segments_of(self.config, self.outbox, publication):
                if each.segment in sizes:
                    yield self._explanation(post, each)

    def _explanation(self, post: Post, series: Series) -> Explanation:
        publication, owner = series.publication, series.name
        decision, slot = self._recorded(owner, post)
        if decision is None or not decision.chosen:
            now = self._now(post, series)
            # What was passed over stays so: then the rule that passed it over is the reason.
            if decision is None or now.rule != "not-new":
                decision, slot = now, None
        to_come = decision.chosen and slot is None and isinstance(publication, Newsletter)
        if to_come and not self.outbox.subscribers.count_active(publication.name):
            decision = out("no-subscribers", NO_READERS.format(publication.name))
        words = (decision.chosen, decision.role, decision.rule, decision.detail)
        return Explanation(kind_of(publication), publication.name, *words, slot, series.segment)

    def _now(self, post: Post, series: Series) -> Decision:
        outbox, now, rules = self.outbox, self.planned_at, rules_of(self.config, series)
        oldest = now - rules.max_age
        before = slot_before(self.config)
        memory = memory_of(outbox, series, now, oldest, self.texts, assumed=before)
        memory = with_included(outbox, series.name, memory, rules, [*self.posts, post], now)
        return explain(post, self.posts, rules, memory, now)

    def _recorded(self, owner: str, post: Post) -> tuple[Decision | None, datetime | None]:
        """The newest decision about `post` that was planned; one that chose it comes first."""
        passed: tuple[Decision | None, datetime | None] = (None, None)
        for planned in slots_since(self.outbox, owner, post.date and post.date - MARGIN):
            if post.path not in planned.decisions or not planned.sent_something:
                continue
            rule, role, detail = planned.decisions[post.path]
            decision = Decision(chosen=bool(role), role=role, rule=rule, detail=detail)
            if decision.chosen:
                return decision, planned.slot
            passed = passed if passed[0] else (decision, planned.slot)
        return passed


def never_included(digest: Digest) -> Iterator[str]:
    """Lines that name the first few posts which `digest` and every later one leave out, and why."""
    posts = left_out(digest)
    for path, decision in posts[:SHOWN]:
        yield f"never included: {path}: {decision.detail}"
    if (rest := len(posts) - SHOWN) > 0:
        yield f"never included: {rest:,} more: publish why FILE says why"


def left_out(digest: Digest) -> list[tuple[str, Decision]]:
    """The posts, by path, that `digest` and every later one leave out, and why."""
    return [
        (path, decision)
        for path, decision in sorted(digest.decisions.items())
        if decision.rule in FOR_GOOD and not decision.included_itself
    ]


def unknown_marks(config: Config, posts: Sequence[Post]) -> Iterator[str]:
    """Lines about tags, languages and so on by which posts are chosen and that no post has."""
    for owner, publication in publications(config).items():
        wanted = wanted_by(publication)
        for option, marks in (("only", wanted.only), ("except", wanted.without)):
            for mark, value, known in strange(marks, posts):
                meant = closest(value, known - {""})
                hint = f"; did you mean {meant}?" if meant else ""
                place = f"{kind_of(publication)}s.{owner}.{option}.{mark}"
                yield f"{place}: no post has {value}{hint}"


def unknown_channels(config: Config, posts: Iterable[Post]) -> Iterator[Problem]:
    """Channels that the front matter of posts names and that are not in config.yaml."""
    for post in posts:
        named = [*(post.social.channels or ()), *dict(post.social.texts)]
        for name in dict.fromkeys(named):
            if name not in config.channels:
                what, hint = f"there is no channel {name}", near(name, config.channels)
                yield Problem(post.path, post.social.line, "social.channels", what, hint)
