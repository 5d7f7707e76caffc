"""`publish now`."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from publisher.cli import INTERRUPTED
from publisher.cli.common import (
    as_json,
    at_option,
    find_post,
    known_channel,
    known_names,
    moment,
    open_publisher,
)
from publisher.cli.output import counted, json_lines, say, short, table, tell, telling_what_was_done
from publisher.cli.plan import show, why_paused
from publisher.cli.progress import mailing_progress
from publisher.errors import UsageError
from publisher.serializers import DeliveryJson

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config
    from publisher.dispatch import Watch
    from publisher.dispatch.limits.status import LimitsStatus
    from publisher.plan.proposals import Proposal
    from publisher.runners.now import Request, Result
    from publisher.wiring import Publisher

MOST_LOOKS = 30  # a tenth of a second each: the clock may stand still


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--post", metavar="FILE", help="Send only this post.")
@click.option("--to", "channel", metavar="CHANNEL", help="Send only on this channel.")
@at_option("Choose posts as of this time, which names the slot")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
@click.option("--again", is_flag=True, help="Resend even if already sent.")
@as_json
@click.pass_context
def now(
    ctx: click.Context,
    names: tuple[str, ...],
    post: str | None,
    channel: str | None,
    at: str | None,
    dry_run: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Send pending messages, then plan and send a new edition."""
    from publisher.runners.now import propose, publish_now

    with open_publisher(ctx.obj, sends=not dry_run) as publisher:
        request = _request(publisher, names, post, channel, at, again=again)
        zone = publisher.config.site.zone
        if dry_run:
            for proposal in propose(publisher, request, pictures=False):
                show(proposal, publisher, as_json=as_json)
            return
        with _watching(publisher) as watch:
            result = publish_now(publisher, request, watch)
        code = INTERRUPTED if watch.stopping() else result.exit_code
        waits = list(_waits(publisher, result))
        with telling_what_was_done():
            if as_json:
                json_lines(DeliveryJson(publisher.outbox, zone).values(result.rows))
            if watch.stopping():
                say(_interruption(result))
            else:
                _report(result, waits, as_json=as_json)
    ctx.exit(code)


def _request(
    publisher: "Publisher",
    names: Sequence[str],
    post: str | None,
    channel: str | None,
    at: str | None,
    *,
    again: bool,
) -> "Request":
    from publisher.plan.override import about, check_sendable, willing
    from publisher.runners.now import Request

    config = publisher.config
    wanted = known_names(config, names)
    if channel:
        wanted = _sending_on(config, wanted, channel)
    elif post and not names:
        wanted = list(config.announcements) or wanted
    planned_at = moment(at, config.site.zone)
    found = find_post(publisher.planner.posts(), config, post) if post else None
    if found is not None:
        wanted = wanted if names else about(config, found, wanted)
        check_sendable(publisher.outbox, found, [] if again or at else wanted)
        wanted = willing(config, found, wanted, channel or "")
    return Request(
        names=wanted,
        slot=planned_at or (_free_second(publisher, wanted) if found else publisher.now()),
        planned_at=planned_at,
        post=found,
        channel=channel or "",
        again=publisher.now().isoformat() if again else "",
    )


def _free_second(publisher: "Publisher", names: Sequence[str]) -> "datetime":
    """This second, or a later one: a slot is planned once, and another post may have this one."""
    slot = publisher.now()
    for _ in range(MOST_LOOKS):
        if all(publisher.outbox.editions.planned(name, slot) is None for name in names):
            break
        time.sleep(0.1)
        slot = publisher.now()
    return slot


def _sending_on(config: "Config", names: Sequence[str], channel: str) -> list[str]:
    """Those of `names` that use the channel; that there is none is a UsageError."""
    from publisher.plan.series import publications
    from publisher.plan.slots import channels_of

    known_channel(config, channel)
    owners = publications(config)
    found = [name for name in names if channel in channels_of(owners[name])]
    if not found:
        used = {each: None for name in names for each in channels_of(owners[name])}
        wrong = f"{channel} is not a channel of {', '.join(names)}"
        raise UsageError(wrong, f"use one of: {', '.join(used)}")
    return found


@contextmanager
def _watching(publisher: "Publisher") -> "Iterator[Watch]":
    """A progress bar of messages settled, a line for people, and the wish to stop."""
    import signal
    import threading

    from publisher.dispatch.progress import Watch
    from publisher.runners.ticker import ENDING, stop_on_signals

    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in ENDING}
    stop_on_signals(stop)
    with mailing_progress(publisher.local_time) as progress:
        yield Watch(progress.expects, progress.settled, say, stop.is_set)
    for number, handler in before.items():
        signal.signal(number, handler)


def _interruption(result: "Result") -> str:
    waiting = sum(count for (_, state), count in result.counts.items() if state.value != "sent")
    rest = f"{waiting:,} not sent yet; resume with: publish now" if waiting else "all sent"
    return f"interrupted; nothing is lost: {rest}"


def _report(result: "Result", waits: Sequence[str], *, as_json: bool) -> None:
    for proposal in result.proposals:
        if proposal.readers or not proposal.segment:  # a segment without posts is no news
            say(_summary(proposal))
        for warning in proposal.warnings:
            say(f"{proposal.owner}: warning: {warning}")
    if as_json:
        return
    _tally(result)
    for line in waits:
        tell(line)
    if any(state.value == "unknown" for _, state in result.counts):
        tell("Resolve unknown outcomes with: publish resolve ID... sent|retry|drop")


def _summary(proposal: "Proposal") -> str:
    if proposal.planned:
        return f"{proposal.label}: this slot was already planned; nothing added"
    if proposal.variants and not proposal.recipients:
        return f"{proposal.label}: posts chosen for those who have just come"
    if proposal.empty_because:
        return f"{proposal.label}: nothing to send: {proposal.empty_because}"
    posts = counted(len(proposal.digest.picks), "post")
    if proposal.kind == "newsletter" and not proposal.recipients:
        hint = f"publish subscribers add EMAIL --newsletter {proposal.owner}"
        return f"{proposal.owner}: {posts} chosen, but there are no subscribers yet: {hint}"
    return f"{proposal.label}: {posts} chosen"


def _tally(result: "Result") -> None:
    """Counts by channel and state, then by name what failed or lacks something."""
    from publisher.model.deliveries import State

    table(
        ["channel", "state", "messages"],
        [
            [channel, state.value, f"{number:,}"]
            for (channel, state), number in sorted(result.counts.items())
        ],
    )
    for row in result.rows.among(State.REJECTED, State.UNKNOWN):
        name = row.label
        tell(f"{row.state.value}: {row.id} {row.channel} {name}: {row.error}")
    for row in result.rows.remarked():
        tell(f"{row.state.value}: {row.id} {row.channel} {row.label}: {row.remark}")


def _waits(publisher: "Publisher", result: "Result") -> Iterator[str]:
    """For each channel that still has queued messages, why, and what to do."""
    from publisher.model.deliveries import State

    for name in sorted(name for name, state in result.counts if state is State.QUEUED):
        paused = why_paused(publisher, name)
        if paused:
            yield paused
        else:
            rows = publisher.outbox.operator.find(channel=name, state=State.QUEUED, limit=1)
            limits, failure = publisher.limits(name), publisher.dispatcher.failure_of(name)
            held = limits and (_quiet(publisher, limits) or limits.used_up)
            why = (rows and rows[0].error) or failure or held
            yield f"{name}: still queued: {why or 'waiting to be sent'}"


def _quiet(publisher: "Publisher", limits: "LimitsStatus") -> str:
    """Until when nothing is sent; empty: it is no quiet hour."""
    until = limits.quiet_until
    return f"quiet hours until {short(until, publisher.config.site.zone)}" if until else ""
