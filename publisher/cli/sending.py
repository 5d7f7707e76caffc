"""`publish plan` and `publish now`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import (
    as_json,
    at_option,
    find_post,
    known_channel,
    known_names,
    moment,
    open_publisher,
)
from publisher.cli.common import (
    now as this_moment,
)
from publisher.cli.output import json_line, local, printable, progress, say, short, table

if TYPE_CHECKING:
    from publisher.plan import NoteProposal, Proposal
    from publisher.runners.by_hand import Request, Result
    from publisher.wiring import Publisher


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@at_option("Plan as if it were this moment")
@as_json
@click.pass_obj
def plan(
    config_path: Path,
    names: tuple[str, ...],
    at: str | None,
    as_json: bool,  # noqa: FBT001  click hands a flag over
) -> None:
    """Show the next slots and exactly what each would send; writes nothing."""
    from publisher.plan.slots import upcoming

    with open_publisher(config_path) as publisher:
        config = publisher.config
        as_of = moment(at, config.site.zone) or this_moment()
        due = dict(publisher.planner.due(as_of)) if at is None else {}
        for name in known_names(config, names):
            slot = due.get(name) or (as_of if at else upcoming(config, name, as_of)) or as_of
            show(publisher.planner.propose(name, slot, as_of), config.site.zone, as_json=as_json)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--post", metavar="FILE", help="Carry this post and no other.")
@click.option("--to", "channel", metavar="CHANNEL", help="Send on this channel only.")
@at_option("Choose posts as they stood then; the same time twice is one slot")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; write and send nothing.")
@click.option("--again", is_flag=True, help="Send once more what has been sent before.")
@as_json
@click.pass_context
def now(
    ctx: click.Context,
    names: tuple[str, ...],
    post: str | None,
    channel: str | None,
    at: str | None,
    dry_run: bool,  # noqa: FBT001  click hands a flag over
    again: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Finish what is unfinished, then choose, queue and send at once."""
    from publisher.runners.by_hand import propose, publish_now

    with open_publisher(ctx.obj) as publisher:
        request = _request(publisher, names, post, channel, at, again=again)
        zone = publisher.config.site.zone
        if dry_run:
            for proposal in propose(publisher, request, pictures=False):
                show(proposal, zone, as_json=as_json)
            return
        with _watching() as watch:
            result = publish_now(publisher, request, watch)
    _report(result, zone, as_json=as_json)
    ctx.exit(result.exit_code)


def _request(
    publisher: "Publisher",
    names: Sequence[str],
    post: str | None,
    channel: str | None,
    at: str | None,
    *,
    again: bool,
) -> "Request":
    from publisher.plan.named import check_sendable
    from publisher.runners.by_hand import Request

    config = publisher.config
    wanted = known_names(config, names)
    if post and not names and not channel:
        wanted = list(config.announcements) or wanted
    slot = moment(at, config.site.zone) or this_moment()
    found = find_post(publisher.planner.posts(), config, post) if post else None
    if found is not None:
        check_sendable(publisher.outbox, found, [] if again or at else wanted)
    return Request(
        names=wanted,
        slot=slot,
        post=found,
        channel=known_channel(config, channel) if channel else "",
        again=this_moment().isoformat() if again else "",
    )


def _watching() -> Any:
    """A progress bar of messages settled, a line for people, and SIGTERM's wish to stop."""
    import threading
    from contextlib import contextmanager

    from publisher.dispatch import Watch
    from publisher.runners.embedded import stop_on_signals

    @contextmanager
    def watching() -> Any:
        stop = threading.Event()
        stop_on_signals(stop)
        done = 0
        with progress("Sending") as step:

            def settled(count: int) -> None:
                nonlocal done
                done += count
                step(done, 0)

            yield Watch(settled=settled, say=say, stopping=stop.is_set)

    return watching()


def show(proposal: "Proposal", zone: ZoneInfo, *, as_json: bool) -> None:
    """What a slot would send, for people or programs."""
    if as_json:
        for values in proposal_values(proposal, zone):
            json_line(values)
        return
    click.echo(f"{proposal.owner}: {short(proposal.slot, zone)}")
    for remark in proposal.digest.notes:
        click.echo(f"  ({remark})")
    if proposal.planned:
        click.echo("  already planned: nothing would be added")
    if proposal.empty_because:
        click.echo(f"  nothing to send: {proposal.empty_because}")
    elif proposal.rendered:
        _show_edition(proposal)
    for note in proposal.notes:
        _show_note(note)
    click.echo()


def _show_edition(proposal: "Proposal") -> None:
    rendered = proposal.rendered
    if rendered is None:
        return
    click.echo(f"  subject: {rendered.subject}")
    click.echo(f"  to: {proposal.recipients:,} readers on {', '.join(proposal.channels)}")
    for warning in rendered.warnings:
        click.echo(f"  warning: {warning}")
    for pick in proposal.digest.picks:
        categories = ", ".join(pick.post.categories)
        click.echo(f"  {pick.role:<7} {printable(pick.post.title)} [{printable(categories)}]")
        click.echo(f"          {pick.post.url}")


def _show_note(note: "NoteProposal") -> None:
    allowed = f" of {note.limits.length} {note.limits.unit}" if note.limits else ""
    price = f", ${note.cost}" if note.cost is not None else ""
    click.echo(f"  {note.channel} ({note.length}{allowed}{price}):")
    for line in note.note.text.splitlines():
        click.echo(f"    {printable(line)}")


def proposal_values(proposal: "Proposal", zone: ZoneInfo) -> list[dict[str, Any]]:
    """`--json` of plan and of now --dry-run: an object per edition, or per note."""
    base = {proposal.kind: proposal.owner, "slot": local(proposal.slot, zone)}
    if not proposal.notes:
        return [base | _edition_values(proposal)]
    return [
        base
        | {
            "channel": each.channel,
            "posts": [_post_values(each.pick.post, each.pick.role)],
            "text": each.note.text,
            "length": each.length,
            "limit": each.limits.length if each.limits else None,
            "cost": each.cost,
            "planned": proposal.planned,
        }
        for each in proposal.notes
    ]


def _edition_values(proposal: "Proposal") -> dict[str, Any]:
    return {
        "channel": ", ".join(proposal.channels),
        "subject": proposal.rendered.subject if proposal.rendered else None,
        "posts": [_post_values(pick.post, pick.role) for pick in proposal.digest.picks],
        "recipients": proposal.recipients,
        "empty_because": proposal.empty_because,
        "planned": proposal.planned,
    }


def _post_values(post: Any, role: str) -> dict[str, str]:
    return {"path": post.path, "url": post.url, "title": post.title, "role": role}


def _report(result: "Result", zone: ZoneInfo, *, as_json: bool) -> None:
    from publisher.cli.queue import row_values

    for proposal in result.proposals:
        say(_summary(proposal))
    if as_json:
        for row in result.rows:
            json_line(row_values(row, zone))
        return
    _tally(result)


def _summary(proposal: "Proposal") -> str:
    if proposal.planned:
        return f"{proposal.owner}: this slot was planned before; nothing added"
    if proposal.empty_because:
        return f"{proposal.owner}: nothing to send: {proposal.empty_because}"
    posts = len(proposal.digest.picks)
    if proposal.kind == "newsletter" and not proposal.recipients:
        hint = f"publish subscribers add EMAIL --newsletter {proposal.owner}"
        return f"{proposal.owner}: {posts} posts chosen, but there are no subscribers yet: {hint}"
    return f"{proposal.owner}: {posts} post{'' if posts == 1 else 's'} chosen"


def _tally(result: "Result") -> None:
    """Counts by channel and state, then every message that is not simply sent, by name."""
    from collections import Counter

    counts = Counter((row.channel, row.state.value) for row in result.rows)
    table(
        ["channel", "state", "messages"],
        [[channel, state, f"{number:,}"] for (channel, state), number in sorted(counts.items())],
    )
    for row in result.rows:
        if row.state.value in {"rejected", "unknown"}:
            name = row.recipient or row.post_path
            click.echo(f"{row.state.value}: {row.id} {row.channel} {name}: {printable(row.error)}")
    waiting = next((row for row in result.rows if row.state.value == "queued"), None)
    if waiting:
        click.echo(f"still queued: {printable(waiting.error) or 'waiting for its turn'}")
    if any(row.state.value == "unknown" for row in result.rows):
        click.echo("settle what is unknown with: publish resolve ID... sent|retry|drop")
