"""Planner: proposes what a slot would send, and queues a proposal once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from publisher.config import Announcement, Config, Newsletter
from publisher.content import Post, Reading
from publisher.content.selection.choose import Digest, Memory, Rules, choose
from publisher.content.selection.eligibility import oldest_of
from publisher.content.selection.texts import SiteTexts
from publisher.errors import StorageError
from publisher.model.deliveries import Enqueued, Outdated
from publisher.outbox.outbox import Outbox
from publisher.plan.budgets import budgets_of
from publisher.plan.enqueue import enqueue
from publisher.plan.explain import Why, explain_post
from publisher.plan.front_matter import unknown_channels, willing
from publisher.plan.override import check_sendable
from publisher.plan.proposals import Proposal
from publisher.plan.render import Drafter
from publisher.plan.select import BEGINNING, MARGIN, Chooser, memory_of, only, rules_of
from publisher.plan.slots import channels_of, due_slots, wishes_of
from publisher.plan.unrenderable import LeftOut, Unrenderable, known

Progress = Callable[[int, int], None]
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
        ...


@dataclass(slots=True)
class Planner:
    """Everything up to the outbox: read, choose, render, enqueue."""

    config: Config
    outbox: Outbox
    read: Read
    chooser: Chooser
    drafter: Drafter
    clock: Callable[[], datetime]
    _reading: Reading | None = field(default=None)
    _since: datetime | None = field(default=None)
    _kept: frozenset[str] = field(default=frozenset())

    def posts(self, progress: Progress | None = None) -> Sequence[Post]:
        """Every file of the site, read once until `refresh`."""
        return self.reading(progress).posts

    def reading(self, progress: Progress | None = None) -> Reading:
        """The whole site, read once until `refresh`."""
        if self._reading is None or self._since is not None:
            self._reading, self._since = self.read(progress, None), None
        return self._reading

    def refresh(self) -> None:
        """Look at the site's files anew the next time posts are asked for."""
        self._reading = None

    def due(self, now: datetime) -> list[tuple[str, datetime]]:
        """Which newsletters and announcements have a slot to plan, and which slot."""
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
                willing(self.config, post, [owner], channel)
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
            owner: a newsletter's or announcement's name.
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
        wishes = wishes_of(self.config)[owner]
        version = self.outbox.editions.version(owner)
        planned = not again and self.outbox.editions.planned(owner, slot) is not None
        memory = self._memory(owner, slot, planned_at, planned=planned)
        previous_at = memory.previous_at or BEGINNING
        if again:
            memory = replace(memory, included=(), previous_at=None, passed_over={})
        reading = self._recent(wishes, memory, planned_at)
        channels = _channels(wishes, channel)
        rules = rules_of(self.config, wishes, channels)
        moment = planned_at or reading.moment

        def made(left_out: LeftOut) -> Proposal:
            if post:
                digest = only(post, moment)
            else:
                digest = self._digest(reading, rules, memory, moment, left_out)
            unmoved = post is not None or digest.empty_because
            return Proposal(
                kind="newsletter" if isinstance(wishes, Newsletter) else "announcement",
                owner=owner,
                slot=slot,
                planned_at=moment,
                read_at=previous_at if unmoved else min(moment, reading.moment),
                digest=digest,
                channels=channels,
                empty_because=digest.empty_because,
                planned=planned,
                again=again,
                based_on=version,
                remarks=self._strangers(reading, wishes, digest),
            )

        return self._sound(made, wishes, named=post is not None, to_send=pictures and not planned)

    def _sound(
        self,
        made: Callable[[LeftOut], Proposal],
        wishes: Newsletter | Announcement,
        *,
        named: bool,
        to_send: bool,
    ) -> Proposal:
        """The proposal, made without the posts that cannot be rendered; a person names only one."""
        left_out = LeftOut()
        while True:
            try:
                proposal = self._drafted(made(left_out), wishes, to_send=to_send)
            except Unrenderable as error:
                if named:
                    raise known(error.cause) from error
                left_out.add(error)
            else:
                return proposal.with_problems(left_out.problems.values())

    def enqueue(self, proposal: Proposal) -> Enqueued:
        """Queue what `proposal` holds, in one transaction; the same slot twice adds nothing.

        Raises:
            Outdated: somebody has planned for the owner since; nothing has changed.
        """
        return enqueue(self.outbox, self.config, proposal, self.texts())

    def digest(self, owner: str) -> Digest:
        """What the next edition of `owner` would be by its rules, of pages unasked."""
        wishes = wishes_of(self.config)[owner]
        reading = self.reading()
        memory = self._memory(owner, reading.moment, reading.moment, planned=False)
        return choose(reading.posts, rules_of(self.config, wishes), memory, reading.moment)

    def why(self, post: Post, planned_at: datetime | None = None) -> list[Why]:
        """For each newsletter and announcement, whether `post` is chosen and which rule decided."""
        reading = self.reading()
        moment = planned_at or reading.moment
        return explain_post(self.config, self.outbox, self.texts(), reading.posts, post, moment)

    def texts(self) -> SiteTexts:
        """The texts of the site's files, as they are now."""
        return SiteTexts(self.config.folder)

    def _memory(
        self, owner: str, slot: datetime, planned_at: datetime | None, *, planned: bool
    ) -> Memory:
        oldest = (planned_at or self.clock()) - wishes_of(self.config)[owner].max_age
        return memory_of(self.outbox, owner, slot, oldest, self.texts(), planned=planned)

    def _recent(
        self, wishes: Newsletter | Announcement, memory: Memory, planned_at: datetime | None
    ) -> Reading:
        """Every post that an edition of `wishes` could include, and perhaps more."""
        oldest = (
            oldest_of(rules_of(self.config, wishes), memory, planned_at or self.clock()) - MARGIN
        )
        keep = memory.held_back
        enough = self._since is None or (self._since <= oldest and keep <= self._kept)
        if self._reading is None or not enough:
            self._reading = self.read(None, oldest, keep)
            self._since, self._kept = oldest, keep
        return self._reading

    def _digest(
        self,
        reading: Reading,
        rules: Rules,
        memory: Memory,
        planned_at: datetime,
        left_out: LeftOut,
    ) -> Digest:
        posts = left_out.without(reading.posts)
        return left_out.noted(self.chooser.choose(posts, rules, memory, planned_at))

    def _strangers(
        self, reading: Reading, wishes: Newsletter | Announcement, digest: Digest
    ) -> list[str]:
        """Channels that posts in reach name and that are not there."""
        if isinstance(wishes, Newsletter):
            return []
        posts = (post for post in reading.posts if post.social.channels)
        reach = (post for post in posts if post.path in digest.decisions)
        return list(map(str, unknown_channels(self.config, reach)))

    def _drafted(
        self, proposal: Proposal, wishes: Newsletter | Announcement, *, to_send: bool
    ) -> Proposal:
        picks = proposal.digest.picks
        if proposal.empty_because:
            return proposal
        if isinstance(wishes, Newsletter):
            readers = self.outbox.subscribers.count_active(wishes.name)
            if to_send and not readers:
                return proposal
            rendered = self.drafter.edition(wishes, picks, proposal.slot)
            return replace(proposal, rendered=rendered, recipients=readers)
        notes, problems = self.drafter.notes(wishes, picks, proposal.channels, pictures=to_send)
        return self._told(replace(proposal, notes=notes)).with_problems(problems)

    def _told(self, proposal: Proposal) -> Proposal:
        """The proposal with what to say of its notes before they are sent."""
        adapters, now = self.drafter.adapters, self.clock()
        budgets = list(budgets_of(self.outbox, adapters, proposal.channels, now))
        short = filter(None, (budget.warning(proposal.notes) for budget in budgets))
        return replace(proposal, budgets=budgets, remarks=[*proposal.remarks, *short])


def _channels(wishes: Newsletter | Announcement, only_channel: str) -> tuple[str, ...]:
    return tuple(name for name in channels_of(wishes) if only_channel in {"", name})
