"""`publish now`: finish what is unfinished, then plan, enqueue and dispatch, at once."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from publisher.content import Post
from publisher.dispatch import Watch
from publisher.errors import PublisherError, StorageError
from publisher.outbox import Delivery, Outbox, State
from publisher.plan import Proposal
from publisher.plan.slots import channels_of, wishes_of
from publisher.wiring import Publisher

DONE, TROUBLE, WAITING = 0, 1, 3
OPEN = (State.QUEUED, State.SENDING, State.UNKNOWN)
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: whose editions, in which slot, of which post, for which channel."""

    names: Sequence[str]
    slot: datetime
    post: Post | None = None
    channel: str = ""
    again: str = ""


class Rows(Collection[Delivery]):
    """Deliveries by their ids, read anew and a page at a time: they may be a hundred thousand."""

    def __init__(self, outbox: Outbox, ids: Collection[int]) -> None:
        self._outbox = outbox
        self._ids = sorted(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, row: object) -> bool:
        return isinstance(row, Delivery) and row.id in self._ids

    def __iter__(self) -> Iterator[Delivery]:
        for start in range(0, len(self._ids), PAGE):
            yield from self._outbox.deliveries(ids=self._ids[start : start + PAGE])


@dataclass(frozen=True)
class Result:
    """What was proposed, every row touched, what failed, and what the exit code should be."""

    proposals: Sequence[Proposal]
    rows: Collection[Delivery]
    failures: Sequence[PublisherError] = ()

    @cached_property
    def counts(self) -> Counter[tuple[str, State]]:
        """How many of the rows are in each state, by channel."""
        return Counter((row.channel, row.state) for row in self.rows)

    @property
    def exit_code(self) -> int:
        """0: all sent; 1: something is rejected or unknown; 3: something still waits.

        What could not even be planned decides before all of these.
        """
        states = {state for _, state in self.counts}
        if self.failures:
            return max(error.exit_code for error in self.failures)
        if states & {State.REJECTED, State.UNKNOWN}:
            return TROUBLE
        return WAITING if states & {State.QUEUED, State.SENDING} else DONE


def propose(publisher: Publisher, request: Request, *, pictures: bool) -> list[Proposal]:
    """What each newsletter and announcement of `request` would send.

    Raises:
        PublisherError: one of them cannot be planned.
    """
    return [
        propose_one(publisher, request, name, pictures=pictures)
        for name in names_on(publisher, request)
    ]


def propose_one(publisher: Publisher, request: Request, name: str, *, pictures: bool) -> Proposal:
    """What the newsletter or announcement `name` would send."""
    return publisher.planner.propose(
        name,
        request.slot,
        request.slot,
        post=request.post,
        channel=request.channel,
        again=request.again,
        pictures=pictures,
    )


def names_on(publisher: Publisher, request: Request) -> list[str]:
    """The names of `request` that use its channel, where it names one."""
    wishes = wishes_of(publisher.config)
    names = [name for name in wishes if name in request.names]
    if not request.channel:
        return names
    return [name for name in names if request.channel in channels_of(wishes[name])]


def publish_now(publisher: Publisher, request: Request, watch: Watch) -> Result:
    """Do all of it; the same slot twice plans nothing new and finishes what is left.

    What cannot be planned is told and holds nothing else up.
    """
    begun = publisher.clock()
    names = names_on(publisher, request)
    channels = scope_of(publisher, request)
    touched = _open_ids(publisher, channels)
    publisher.dispatcher.send_due(channels, eager_since=begun, watch=watch)
    proposals, failures = _plan(publisher, request, names, watch)
    publisher.dispatcher.send_due(channels, eager_since=begun, watch=watch)
    touched |= _open_ids(publisher, channels)
    for name in names:
        touched |= publisher.outbox.ids(owner=name, slot=request.slot)
    return Result(proposals, Rows(publisher.outbox, touched), failures)


def _plan(
    publisher: Publisher, request: Request, names: Sequence[str], watch: Watch
) -> tuple[list[Proposal], list[PublisherError]]:
    """Queue what each of `names` has to send."""
    proposals: list[Proposal] = []
    failures: list[PublisherError] = []
    for name in names:
        if watch.stopping():
            break
        try:
            proposal = propose_one(publisher, request, name, pictures=True)
            if not proposal.planned:
                publisher.planner.enqueue(proposal)
        except StorageError:
            raise
        except PublisherError as error:
            watch.say(f"{name}: {error.message}")
            failures.append(error)
        else:
            proposals.append(proposal)
    return proposals, failures


def scope_of(publisher: Publisher, request: Request) -> list[str]:
    """The channels that `request` may send on, in the order of config.yaml."""
    wishes = wishes_of(publisher.config)
    used = {channel for name in request.names for channel in channels_of(wishes[name])}
    if request.channel:
        used &= {request.channel}
    return [name for name in publisher.config.channels if name in used]


def _open_ids(publisher: Publisher, channels: Sequence[str]) -> set[int]:
    found = (publisher.outbox.ids(channel=channel, states=OPEN) for channel in channels)
    return set().union(*found)
