"""`publish now`: send what is pending, then plan, enqueue and dispatch, at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from publisher.dispatch import Watch
from publisher.errors import PublisherError, StorageError
from publisher.model.deliveries import Delivery, Scope, State
from publisher.model.posts import Post
from publisher.outbox.outbox import Outbox
from publisher.plan.proposals import Proposal
from publisher.plan.series import publications, series_named
from publisher.plan.slots import channels_of, slots_at_once
from publisher.plan.unrenderable import known
from publisher.runners.outputs import Outputs
from publisher.wiring import Publisher

DONE, FAILED, WAITING = 0, 1, 3
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: whose editions, in which slot, of which post, for which channel.

    `planned_at` is the moment at which posts are chosen, where the person named one.
    """

    names: Sequence[str]
    slot: datetime
    planned_at: datetime | None = None
    post: Post | None = None
    channel: str = ""
    again: str = ""

    def choice(self) -> dict[str, Any]:
        """What narrows down what is planned."""
        return {"post": self.post, "channel": self.channel, "again": self.again}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a run, read anew and a page at a time: they may be a million."""

    _outbox: Outbox
    _scope: Scope

    def __iter__(self) -> Iterator[Delivery]:
        return self.among(*State)

    def counts(self) -> Counter[tuple[str, State]]:
        """How many of them are in each state, by channel."""
        return self._outbox.runs.tally(self._scope)

    def among(self, *states: State) -> Iterator[Delivery]:
        """Those that are in one of `states`."""
        return self._paged(states=states)

    def remarked(self) -> Iterator[Delivery]:
        """The notes that lack something, and are neither rejected nor unknown."""
        rows = self._paged(remarked=True)
        return (row for row in rows if row.state in (State.QUEUED, State.SENT))

    def _paged(self, **wanted: Any) -> Iterator[Delivery]:
        after = 0
        while page := self._outbox.runs.touched(self._scope, after=after, limit=PAGE, **wanted):
            yield from page
            after = page[-1].id


@dataclass(frozen=True)
class Result:
    """What was proposed, every row touched, what failed, and what the exit code should be."""

    proposals: Sequence[Proposal]
    rows: Rows
    failures: Sequence[PublisherError] = ()

    @cached_property
    def counts(self) -> Counter[tuple[str, State]]:
        """How many of the rows are in each state, by channel."""
        return self.rows.counts()

    @property
    def exit_code(self) -> int:
        """0: all sent; 1: something is rejected or unknown; 3: something still waits.

        What could not even be planned decides before all of these.
        """
        states = {state for _, state in self.counts}
        if self.failures:
            return max(error.exit_code for error in self.failures)
        left_out = any(proposal.problems for proposal in self.proposals)
        if left_out or states & {State.REJECTED, State.UNKNOWN}:
            return FAILED
        return WAITING if states & {State.QUEUED, State.SENDING} else DONE


def propose(publisher: Publisher, request: Request, *, pictures: bool) -> list[Proposal]:
    """What each of `request` would send; a PublisherError if one cannot be planned."""
    names = names_on(publisher, request)
    return [
        publisher.planner.propose(
            series, slot, request.planned_at, **request.choice(), pictures=pictures
        )
        for name in names
        for series, slot in slots_of(publisher, request, name)
    ]


def propose_one(publisher: Publisher, request: Request, name: str, *, pictures: bool) -> Proposal:
    """What the newsletter or announcement `name` would send, to readers without own choices."""
    return publisher.planner.propose(
        name, request.slot, request.planned_at, **request.choice(), pictures=pictures
    )


def slots_of(publisher: Publisher, request: Request, name: str) -> list[tuple[str, datetime]]:
    """The series that `request` plans of a newsletter or announcement, each with its slot."""
    now = request.planned_at or publisher.clock()
    return slots_at_once(
        publisher.config, publisher.outbox, name, request.slot, now, request.post, request.again
    )


def names_on(publisher: Publisher, request: Request) -> list[str]:
    """The names of `request` that use its channel, where it names one."""
    owners = publications(publisher.config)
    return [
        name
        for name in owners
        if name in request.names
        and (not request.channel or request.channel in channels_of(owners[name]))
    ]


def publish_now(publisher: Publisher, request: Request, watch: Watch) -> Result:
    """Do all of it; the same slot twice plans nothing new and finishes what is left.

    What cannot be planned is reported and holds nothing else up.
    """
    begun = publisher.clock()
    names = names_on(publisher, request)
    channels = scope_of(publisher, request)
    scope = publisher.outbox.runs.scope(channels, names, request.slot, begun)
    publisher.dispatcher.send_due(channels, eager_since=begun, watch=watch)
    proposals, failures = _plan(publisher, request, names, watch)
    publisher.dispatcher.send_due(channels, eager_since=begun, watch=watch)
    publisher.notifier.look(watch.say, at_the_end=True)
    failures += _archived(publisher, watch)
    return Result(proposals, Rows(publisher.outbox, scope), failures)


def _archived(publisher: Publisher, watch: Watch) -> list[PublisherError]:
    """Write what was sent into the site's folder, where config.yaml names one."""
    try:
        Outputs(publisher, watch.say).look()
    except StorageError:
        raise
    except PublisherError as error:
        watch.say(f"archive: {error.message}")
        return [error]
    return []


def _plan(
    publisher: Publisher, request: Request, names: Sequence[str], watch: Watch
) -> tuple[list[Proposal], list[PublisherError]]:
    """Queue what each of `names` has to send."""
    proposals: list[Proposal] = []
    failures: list[PublisherError] = []
    for name in names:
        for series, slot in slots_of(publisher, request, name):
            if watch.stopping():
                break
            try:
                proposal, _ = publisher.planner.publish(
                    series, slot, request.planned_at, **request.choice()
                )
            except StorageError:
                raise
            except Exception as caught:  # noqa: BLE001  one newsletter must not stop the others
                error, label = known(caught), series_named(publisher.config, series).label
                watch.say(f"{label}: {error.message}")
                failures.append(error)
                publisher.notifier.slot_failed(watch.say, label, slot, error.message)
            else:
                publisher.notifier.slot_planned(watch.say, proposal.label)
                proposals.append(proposal)
                for problem in proposal.problems:
                    watch.say(f"{proposal.label}: {problem}")
    return proposals, failures


def scope_of(publisher: Publisher, request: Request) -> list[str]:
    """The channels that `request` may send on, in the order of config.yaml."""
    owners = publications(publisher.config)
    used = {channel for name in request.names for channel in channels_of(owners[name])}
    if request.channel:
        used &= {request.channel}
    return [name for name in publisher.config.channels if name in used]
