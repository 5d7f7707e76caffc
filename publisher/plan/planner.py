"""Planner: proposes what a slot would send, and queues a proposal once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from publisher.config import Config, Newsletter
from publisher.content.reader import Reading
from publisher.content.selection.choose import choose
from publisher.content.selection.digest import Digest, Memory, Rules
from publisher.content.selection.eligibility import oldest_of
from publisher.content.selection.texts import SiteTexts
from publisher.durations import Clock, Progress
from publisher.errors import StorageError
from publisher.model.deliveries import Enqueued, Outdated, Span
from publisher.model.posts import Post
from publisher.outbox.outbox import Outbox
from publisher.plan.budgets import budgets_of
from publisher.plan.enqueue import enqueue
from publisher.plan.explain import Explainer, Explanation, unknown_channels
from publisher.plan.newcomers import Audience, Newcomers, Variant
from publisher.plan.override import check_sendable, willing
from publisher.plan.proposals import Proposal, kind_of
from publisher.plan.render import Renderer
from publisher.plan.select import (
    BEGINNING,
    MARGIN,
    Selector,
    memory_of,
    only,
    rules_of,
    slot_before,
    with_included,
)
from publisher.plan.series import Publication, Series, series_named
from publisher.plan.slots import channels_of, due_slots, is_scheduled
from publisher.plan.unrenderable import LeftOut, Unrenderable, known

MOST_TRIES = 20


class Read(Protocol):
    """Reads the site; leaves out posts dated before `since` whose paths are not in `keep`."""

    def __call__(
        self,
        progress: Progress | None,
        since: datetime | None,
        keep: frozenset[str] = frozenset(),
    ) -> Reading:
        """One reading, with the moment at which it was done."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """All that a proposal is made of, but for the posts that cannot be rendered.

    `blank` is the proposal before its posts are chosen, whose `read_at` is where "new" began;
    `named` is the post that a person named.
    """

    blank: Proposal
    series: Series
    rules: Rules
    memory: Memory
    reading: Reading
    named: Post | None
    to_send: bool
    audience: Audience

    @property
    def publication(self) -> Publication:
        """The newsletter or announcement, as the readers' choices change it."""
        return self.series.publication


@dataclass(slots=True)
class Planner:
    """Everything up to the outbox: read, select, render, enqueue."""

    config: Config
    outbox: Outbox
    read: Read
    selector: Selector
    renderer: Renderer
    clock: Clock
    _reading: Reading | None = None
    _since_then: datetime | None = None
    _kept: frozenset[str] = frozenset()

    def posts(self, progress: Progress | None = None) -> Sequence[Post]:
        """Every file of the site, read once until `refresh`."""
        return self.reading(progress).posts

    def reading(self, progress: Progress | None = None) -> Reading:
        """The whole site, read once until `refresh`."""
        if self._reading is None or self._since_then is not None:
            self._reading, self._since_then = self.read(progress, None), None
        return self._reading

    def refresh(self) -> None:
        """Look at the site's files anew the next time posts are asked for."""
        self._reading = None

    def due(self, now: datetime) -> list[tuple[str, datetime]]:
        """Which newsletters, segments of them and announcements have a slot to plan, and which."""
        return due_slots(self.config, self.outbox, now)

    def publish(
        self,
        owner: str,
        slot: datetime,
        planned_at: datetime | None = None,
        *,
        post: Post | None = None,
        channel: str = "",
        again: str = "",
    ) -> tuple[Proposal, Enqueued | None]:
        """Propose and queue; made anew where somebody else planned for `owner` meanwhile.

        Takes what `propose` takes; gives None where the slot was planned before.

        Raises:
            StorageError: others plan for `owner` without end, or the database cannot be written.
            TemplateError: a template is wrong.
            UsageError: `post` must not be sent.
        """
        for _ in range(MOST_TRIES):
            if post and not again and self.outbox.editions.planned(owner, slot) is None:
                check_sendable(self.outbox, post, [owner])
                willing(self.config, post, [owner.partition("/")[0]], channel)
            proposal = self.propose(
                owner, slot, planned_at, post=post, channel=channel, again=again, pictures=True
            )
            if proposal.planned:
                return proposal, None
            with suppress(Outdated):
                return proposal, self.enqueue(proposal)
            self.refresh()
        raise StorageError(f"{owner}: other processes plan it all the time", "try again later")

    def propose(
        self,
        owner: str,
        slot: datetime,
        planned_at: datetime | None = None,
        *,
        post: Post | None = None,
        channel: str = "",
        again: str = "",
        pictures: bool = False,
    ) -> Proposal:
        """What `owner` would send in `slot`, of the posts as they stand at `planned_at`.

        Args:
            owner: the name of a newsletter, of an announcement, or of a segment's series.
            slot: the moment the edition belongs to.
            planned_at: the moment at which posts are chosen; None: when the folder had been read.
            post: include this post and no other, whatever the rules say.
            channel: only this channel of an announcement.
            again: any text; set to send once more what has been sent.
            pictures: fetch the notes' pictures, where channels want them; the proposal is to be
                sent, so that a digest nobody would get is not rendered.

        Raises:
            TemplateError: a template is wrong.
        """
        draft = self._draft(owner, slot, planned_at, post, channel, again, to_send=pictures)
        left_out = LeftOut()
        while True:
            try:
                proposal = self._rendered(draft, self._chosen(draft, left_out), left_out)
            except Unrenderable as error:
                if post:
                    raise known(error.cause) from error
                left_out.add(error)
            else:
                return proposal.with_problems(left_out.problems.values())

    def rehearse(self, newsletter: str, now: datetime) -> Proposal:
        """The fullest edition that `newsletter` could send `now`, as if nothing had been sent.

        It asks for no page and is never to be sent. Where nothing is young enough, it is the one on
        the day of the newest post.

        Raises:
            TemplateError: a template is wrong.
        """
        unasked = replace(self.selector, live=replace(self.selector.live, is_live=None))
        planner = replace(self, selector=unasked)
        proposal = planner.propose(newsletter, now, now, again="rehearsal")
        dates = [post.date for post in self.posts() if post.date and post.date <= now]
        if not proposal.empty_because or not dates:
            return proposal
        return planner.propose(newsletter, max(dates), max(dates), again="rehearsal")

    def enqueue(self, proposal: Proposal) -> Enqueued:
        """Queue what `proposal` holds, in one transaction; the same slot twice adds nothing.

        Raises:
            Outdated: somebody has planned for the owner since; nothing has changed.
        """
        return enqueue(self.outbox, self.config, proposal, self._texts())

    def digest(self, owner: str) -> Digest:
        """What the next edition of `owner` would be by its rules, of pages unasked."""
        series, reading = series_named(self.config, owner), self.reading()
        posts, moment, rules = reading.posts, reading.moment, rules_of(self.config, series)
        oldest, texts = moment - series.publication.max_age, self._texts()
        before = slot_before(self.config)
        memory = memory_of(self.outbox, series, moment, oldest, texts, assumed=before)
        memory = with_included(self.outbox, owner, memory, rules, posts, moment)
        return choose(posts, rules, memory, moment)

    def why(self, post: Post, planned_at: datetime | None = None) -> list[Explanation]:
        """For each newsletter and announcement, whether `post` is chosen and which rule decided."""
        reading, texts = self.reading(), self._texts()
        moment = planned_at or reading.moment
        return Explainer(self.config, self.outbox, texts, reading.posts, moment).explain(post)

    def _texts(self) -> SiteTexts:
        return SiteTexts(self.config.folder)

    def _draft(
        self,
        owner: str,
        slot: datetime,
        planned_at: datetime | None,
        post: Post | None,
        channel: str,
        again: str,
        *,
        to_send: bool,
    ) -> _Draft:
        series, editions = series_named(self.config, owner), self.outbox.editions
        publication, version = series.publication, editions.version(owner)
        planned = not again and editions.planned(owner, slot) is not None
        oldest = (planned_at or self.clock()) - publication.max_age
        memory = self._memory(series, slot, oldest, planned=planned)
        previous_at = memory.previous_at or BEGINNING
        if again:
            memory = replace(memory, previous_at=None, passed_over={}, waiting=frozenset())
        newcomers = self._newcomers()
        waiting = [] if again or post or planned else newcomers.waiting(series)
        since = waiting[0][0] if waiting else None
        reading = self._recent(series, memory, planned_at, since)
        moment = planned_at or reading.moment
        channels = channels_of(publication, channel)
        rules, posts = rules_of(self.config, series, channels), reading.posts
        audience = newcomers.audience(series, rules, posts, waiting, again=bool(again))
        if audience.is_new:
            rules = replace(rules, fill=False)
            first = audience.groups[0]
            memory = newcomers.memory(series, rules, first, audience, posts, moment)
        elif not again and not post:
            memory = with_included(self.outbox, owner, memory, rules, posts, moment)
        nothing = Digest(moment, (), {}, "", ())
        blank = Proposal(
            kind_of(publication), publication.name, slot, moment, previous_at, nothing, channels,
            planned=planned, again=again, based_on=version, segment=series.segment,
        )  # fmt: skip
        to_send = to_send and not planned
        return _Draft(
            blank, series, rules, memory, reading, post, to_send=to_send, audience=audience
        )

    def _memory(self, series: Series, slot: datetime, oldest: datetime, *, planned: bool) -> Memory:
        """See memory_of; only a slot of the schedule takes what waits."""
        scheduled = is_scheduled(self.config, series.name, slot)
        outbox, texts = self.outbox, self._texts()
        return memory_of(
            outbox, series, slot, oldest, texts,
            planned=planned, takes_waiting=scheduled, assumed=slot_before(self.config),
        )  # fmt: skip

    def _newcomers(self) -> Newcomers:
        return Newcomers(self.outbox, self.selector, self._texts())

    def _recent(
        self,
        series: Series,
        memory: Memory,
        planned_at: datetime | None,
        since: datetime | None,
    ) -> Reading:
        """Every post that an edition of `series` could include, and perhaps more.

        `since` is the first moment since when posts are new for somebody.
        """
        rules = rules_of(self.config, series)
        oldest = oldest_of(rules, memory, planned_at or self.clock())
        oldest = min(filter(None, (oldest, since))) - MARGIN
        keep = memory.held_back
        enough = self._since_then is None or (self._since_then <= oldest and keep <= self._kept)
        if self._reading is None or not enough:
            if self._reading and self._since_then:  # several series share one reading
                oldest, keep = min(oldest, self._since_then), keep | self._kept
            self._reading = self.read(None, oldest, keep)
            self._since_then, self._kept = oldest, keep
        return self._reading

    def _chosen(self, draft: _Draft, left_out: LeftOut) -> Proposal:
        """The proposal with its posts, none of those that are left out among them."""
        blank, reading = draft.blank, draft.reading
        if draft.named:
            return replace(blank, digest=only(draft.named, blank.planned_at))
        posts = left_out.without(reading.posts)
        if draft.audience.is_new:
            posts = draft.audience.groups[0].among(posts)
        digest = self.selector.select(posts, draft.rules, draft.memory, blank.planned_at)
        digest = left_out.noted(digest)
        empty, read_at = digest.empty_because, min(blank.planned_at, reading.moment)
        remarks = [*reading.remarks, *self._unknown_channels(draft, digest)]
        blank = replace(blank, digest=digest, empty_because=empty, remarks=remarks)
        return blank if empty else replace(blank, read_at=read_at)

    def _unknown_channels(self, draft: _Draft, digest: Digest) -> list[str]:
        """Channels that posts in reach name and that are not there."""
        if isinstance(draft.publication, Newsletter):
            return []
        in_reach = (post for post in draft.reading.posts if post.path in digest.decisions)
        return list(map(str, unknown_channels(self.config, in_reach)))

    def _rendered(self, draft: _Draft, proposal: Proposal, left_out: LeftOut) -> Proposal:
        """The proposal with its edition or notes.

        Raises:
            TemplateError: a template is wrong.
            Unrenderable: some posts cannot be rendered.
        """
        picks, publication = proposal.digest.picks, draft.publication
        if isinstance(publication, Newsletter):
            return self._edition(draft, proposal, left_out)
        if proposal.empty_because:
            return proposal
        notes, problems = self.renderer.notes(
            publication, picks, proposal.channels, proposal.slot, pictures=draft.to_send
        )
        return self._with_budgets(replace(proposal, notes=notes)).with_problems(problems)

    def _edition(self, draft: _Draft, proposal: Proposal, left_out: LeftOut) -> Proposal:
        """The proposal with the edition of a newsletter, and what newcomers get in its place."""
        audience, series, posts = (
            draft.audience,
            draft.series,
            left_out.without(draft.reading.posts),
        )
        spans, others = self._newcomers().shares(
            series, draft.rules, audience, posts, proposal.digest
        )
        readers = audience.settled
        readers += sum(group.readers for group in audience.groups if group.span in spans)
        variants = tuple(
            Variant(
                digest,
                self.renderer.edition(series, digest.picks, proposal.slot),
                tuple(group.span for group in groups),
                sum(group.readers for group in groups),
            )
            for digest, groups in others
        )
        proposal = replace(
            proposal,
            recipients=readers,
            spans=spans,
            variants=variants,
            covered=_covered(draft, proposal),
        )
        if proposal.empty_because or (draft.to_send and not readers):
            return proposal
        rendered = self.renderer.edition(series, proposal.digest.picks, proposal.slot)
        return replace(proposal, rendered=rendered)

    def _with_budgets(self, proposal: Proposal) -> Proposal:
        """The proposal with what its notes would take of the channels' budgets."""
        adapters, now = self.renderer.adapters, self.clock()
        budgets = list(budgets_of(self.outbox, adapters, proposal.channels, now))
        short = filter(None, (budget.warning(proposal.notes) for budget in budgets))
        return replace(proposal, budgets=budgets, remarks=[*proposal.remarks, *short])


def _covered(draft: _Draft, proposal: Proposal) -> tuple[Span, ...] | None:
    """The moments since which posts may be new for newcomers, as far as it is known what they get.

    For those who come after the posts were read there is nothing new.
    """
    if draft.named or proposal.again or proposal.planned:
        return None
    end = min(proposal.planned_at, draft.reading.moment)
    return (*(group.span for group in draft.audience.groups), Span(end, None))
