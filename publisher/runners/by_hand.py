"""`publish now`: finish what is unfinished, then plan, enqueue and dispatch, at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.content import Post
from publisher.dispatch import Watch
from publisher.outbox import Delivery, State
from publisher.plan import Proposal
from publisher.plan.slots import channels_of, wishes_of
from publisher.wiring import Publisher

DONE, TROUBLE, WAITING = 0, 1, 3
OPEN = (State.QUEUED, State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: whose editions, in which slot, of which post, for which channel."""

    names: Sequence[str]
    slot: datetime
    post: Post | None = None
    channel: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What was proposed, the ids of every row touched, and what the exit code should be."""

    proposals: Sequence[Proposal]
    rows: Sequence[Delivery]

    @property
    def exit_code(self) -> int:
        """0: all sent; 1: something is rejected or unknown; 3: something still waits."""
        states = {row.state for row in self.rows}
        if states & {State.REJECTED, State.UNKNOWN}:
            return TROUBLE
        return WAITING if states & {State.QUEUED, State.SENDING} else DONE


def propose(publisher: Publisher, request: Request, *, pictures: bool) -> list[Proposal]:
    """What each newsletter and announcement of `request` would send."""
    return [
        publisher.planner.propose(
            name,
            request.slot,
            request.slot,
            post=request.post,
            channel=request.channel,
            again=request.again,
            pictures=pictures,
        )
        for name in names_on(publisher, request)
    ]


def names_on(publisher: Publisher, request: Request) -> list[str]:
    """The names of `request` that use its channel, where it names one."""
    wishes = wishes_of(publisher.config)
    names = [name for name in wishes if name in request.names]
    if not request.channel:
        return names
    return [name for name in names if request.channel in channels_of(wishes[name])]


def publish_now(publisher: Publisher, request: Request, watch: Watch) -> Result:
    """Do all of it; the same slot twice plans nothing new and finishes what is left."""
    channels = scope_of(publisher, request)
    open_before = _open_ids(publisher, channels)
    publisher.dispatcher.send_due(channels, eager=True, watch=watch)
    proposals = [] if watch.stopping() else propose(publisher, request, pictures=True)
    for proposal in proposals:
        if not proposal.planned:
            publisher.planner.enqueue(proposal)
    publisher.dispatcher.send_due(channels, eager=True, watch=watch)
    ids = open_before | _open_ids(publisher, channels) | _slot_ids(publisher, request)
    rows = publisher.outbox.deliveries(ids=sorted(ids)) if ids else []
    return Result(proposals, rows)


def scope_of(publisher: Publisher, request: Request) -> list[str]:
    """The channels that `request` may send on, in the order of config.yaml."""
    wishes = wishes_of(publisher.config)
    used = {channel for name in request.names for channel in channels_of(wishes[name])}
    if request.channel:
        used &= {request.channel}
    return [name for name in publisher.config.channels if name in used]


def _open_ids(publisher: Publisher, channels: Sequence[str]) -> set[int]:
    return {
        row.id
        for channel in channels
        for state in OPEN
        for row in publisher.outbox.deliveries(channel=channel, state=state)
    }


def _slot_ids(publisher: Publisher, request: Request) -> set[int]:
    return {
        row.id
        for name in names_on(publisher, request)
        for row in publisher.outbox.deliveries(owner=name, slot=request.slot)
    }
