"""Planner: proposes what a slot would send, and queues a proposal once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from publisher.config import Announcement, Config, Newsletter
from publisher.content import Post, Reading
from publisher.content.choosing import Memory
from publisher.outbox import Enqueued, Outbox
from publisher.plan.choice import BEGINNING, Choice, Chooser, memory_of, only, rules_of
from publisher.plan.drafting import Drafter
from publisher.plan.proposals import Proposal
from publisher.plan.queueing import enqueue
from publisher.plan.slots import channels_of, due_slots, wishes_of
from publisher.plan.whys import Why, explain_post

Progress = Callable[[int, int], None]
Read = Callable[[Progress | None, datetime | None], Reading]
"""Reads the site; the second argument leaves out posts dated before that moment."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Planner:
    """Everything up to the outbox: read, choose, render, enqueue."""

    config: Config
    outbox: Outbox
    read: Read
    chooser: Chooser
    drafter: Drafter
    clock: Callable[[], datetime] = _utc_now
    _reading: Reading | None = field(default=None)
    _since: datetime | None = field(default=None)

    def posts(self, progress: Progress | None = None) -> Sequence[Post]:
        """Every file of the site, read once until `refresh`."""
        if self._reading is None or self._since is not None:
            self._reading, self._since = self.read(progress, None), None
        return self._reading.posts

    def recent(self, as_of: datetime) -> Sequence[Post]:
        """Every post that an edition of `as_of` could carry, and perhaps more."""
        since = as_of - self._longest_age() - timedelta(days=2)
        if self._reading is None or (self._since is not None and since < self._since):
            self._reading, self._since = self.read(None, since), since
        return self._reading.posts

    def _longest_age(self) -> timedelta:
        ages = (wishes.max_age for wishes in wishes_of(self.config).values())
        return max(ages, default=timedelta(0))

    def refresh(self) -> None:
        """Look at the site's files anew the next time posts are asked for."""
        self._reading = None

    def due(self, now: datetime) -> list[tuple[str, datetime]]:
        """Which newsletters and announcements have a slot to plan, and which slot."""
        return due_slots(self.config, self.outbox, now)

    def propose(
        self,
        owner: str,
        slot: datetime,
        as_of: datetime,
        *,
        post: Post | None = None,
        channel: str = "",
        again: str = "",
        pictures: bool = False,
    ) -> Proposal:
        """What `owner` would send in `slot`, of the posts as they stand at `as_of`.

        Args:
            owner: a newsletter's or announcement's name.
            slot: the moment the edition belongs to.
            as_of: the moment at which posts are chosen.
            post: carry this post and no other, whatever the rules say.
            channel: only this channel of an announcement.
            again: any text; set to send once more what has been sent.
            pictures: fetch the notes' pictures, where channels want them; the proposal is to be
                sent, so that a digest nobody would get is not rendered.

        Raises:
            TemplateError: a template is wrong.
        """
        wishes = wishes_of(self.config)[owner]
        planned = not again and self.outbox.planned(owner, slot) is not None
        memory = memory_of(self.outbox, owner, slot, planned=planned)
        since = memory.since or BEGINNING
        if again:
            memory = replace(memory, carried=(), since=None)
        choice = only(post, as_of) if post else self._choice(wishes, memory, as_of)
        unmoved = post is not None or choice.digest.empty_because
        proposal = Proposal(
            kind="newsletter" if isinstance(wishes, Newsletter) else "announcement",
            owner=owner,
            slot=slot,
            as_of=as_of,
            considered_until=since if unmoved else min(as_of, self.clock()),
            digest=choice.digest,
            channels=_channels(wishes, channel),
            pages=choice.pages,
            empty_because=choice.digest.empty_because,
            planned=planned,
            again=again,
        )
        return self._drafted(proposal, wishes, to_send=pictures and not planned)

    def enqueue(self, proposal: Proposal) -> Enqueued:
        """Queue what `proposal` holds, in one transaction; the same slot twice adds nothing.

        Pages are awaited before the slot is taken, so that a crash in between loses no post, and
        count as seen from now, which is after every edition that waited for them.
        """
        self.outbox.awaited.add(proposal.pages.absent)
        enqueued = enqueue(self.outbox, self.config, proposal)
        self.outbox.awaited.mark_seen(proposal.pages.found, self.clock())
        return enqueued

    def why(self, post: Post, as_of: datetime) -> list[Why]:
        """For each newsletter and announcement, whether `post` is chosen and which rule decided."""
        return explain_post(self.config, self.outbox, self.chooser, self.posts(), post, as_of)

    def _choice(self, wishes: Newsletter | Announcement, memory: Memory, as_of: datetime) -> Choice:
        rules = rules_of(self.config, wishes)
        return self.chooser.choose(self.recent(as_of), rules, memory, as_of)

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
        notes = self.drafter.notes(wishes, picks, proposal.channels, pictures=to_send)
        return replace(proposal, notes=notes)


def _channels(wishes: Newsletter | Announcement, only_channel: str) -> tuple[str, ...]:
    return tuple(name for name in channels_of(wishes) if only_channel in {"", name})
