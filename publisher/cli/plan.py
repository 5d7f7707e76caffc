"""`publish plan`, and how a slot that is not sent yet is shown."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, at_option, known_names, moment, now, open_publisher
from publisher.cli.output import counted, json_lines, local, say, short, tell

if TYPE_CHECKING:
    from publisher.model.posts import Post
    from publisher.plan.proposals import NoteProposal, Proposal
    from publisher.plan.slots import DaySlot


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@at_option("Plan as if it were this moment")
@click.option("--all", "whole_day", is_flag=True, help="Today's other slots too, past and to come.")
@as_json
@click.pass_context
def plan(
    ctx: click.Context,
    names: tuple[str, ...],
    at: str | None,
    whole_day: bool,
    as_json: bool,
) -> None:
    """Show the next slots and exactly what each would send; writes nothing."""
    from publisher.plan.slots import due_slots, slots_of_day, upcoming

    code = 0
    with open_publisher(ctx.obj) as publisher:
        config = publisher.config
        names = tuple(known_names(config, names))
        planned_at = moment(at, config.site.zone)
        this = planned_at or now()
        due = {} if at else dict(due_slots(config, publisher.outbox, this, write=False))
        for name in names:
            slot = due.get(name) or (planned_at if at else upcoming(config, name, this)) or this
            if whole_day:
                day = slots_of_day(config, publisher.outbox, name, this, slot)
                _show_day(name, day, config.site.zone, as_json=as_json)
            try:
                proposal = publisher.planner.propose(name, slot, planned_at)
            except Exception as error:  # noqa: BLE001  one newsletter must not hide the others
                code = max(code, _tell_failure(name, error))
            else:
                show(proposal, config.site.zone, as_json=as_json)
    ctx.exit(code)


def _tell_failure(name: str, error: Exception) -> int:
    """Say why `name` cannot be planned; gives the exit code."""
    from publisher.plan.unrenderable import known

    failure = known(error)
    say(f"{name}: {failure.message}")
    if failure.hint:
        say(f"  {failure.hint}")
    return failure.exit_code


def _show_day(owner: str, day: "Iterable[DaySlot]", zone: ZoneInfo, *, as_json: bool) -> None:
    """Today's slots, one line each."""
    if as_json:
        json_lines(_day_values(each, zone) for each in day)
        return
    tell(f"{owner}: today")
    for each in day:
        tell(f"  {each.slot.astimezone(zone):%H:%M} {f'{each.when}:':<8} {each.outcome}")


def _day_values(each: "DaySlot", zone: ZoneInfo) -> dict[str, Any]:
    edition = each.edition
    return {
        "owner": each.owner,
        "slot": local(each.slot, zone),
        "when": each.when,
        "outcome": each.outcome,
        "edition": edition.id if edition else None,
        "subject": edition.subject if edition else None,
    }


def show(proposal: "Proposal", zone: ZoneInfo, *, as_json: bool) -> None:
    """What a slot would send, for people or programs."""
    if as_json:
        json_lines(proposal_values(proposal, zone))
        return
    tell(f"{proposal.owner}: {short(proposal.slot, zone)}")
    _show_choice(proposal)
    if proposal.planned:
        tell("  already planned: nothing would be added")
    if proposal.empty_because:
        tell(f"  nothing to send: {proposal.empty_because}")
    elif proposal.rendered:
        _show_edition(proposal)
    for note in proposal.notes:
        _show_note(note)
    for budget in proposal.budgets:
        tell(f"  {budget.summary(proposal.notes)}")
    for remark in () if proposal.planned else proposal.remarks:
        tell(f"  warning: {remark}")
    tell()


def _show_choice(proposal: "Proposal") -> None:
    """What there is to say of the posts that were chosen, and of those that were not."""
    from publisher.plan.explain import never_included

    for remark in proposal.digest.notes:
        tell(f"  ({remark})")
    for line in never_included(proposal.digest):
        tell(f"  {line}")
    for problem in proposal.problems:
        tell(f"  warning: {problem}")


def _show_edition(proposal: "Proposal") -> None:
    rendered = proposal.rendered
    if rendered is None:
        return
    tell(f"  subject: {rendered.subject}")
    tell(f"  to: {counted(proposal.recipients, 'reader')} on {', '.join(proposal.channels)}")
    for warning in proposal.warnings:
        tell(f"  warning: {warning}")
    for pick in proposal.digest.picks:
        categories = f" [{', '.join(pick.post.categories)}]" if pick.post.categories else ""
        tell(f"  {pick.role:<7} {pick.post.title}{categories}")
        tell(f"          {pick.post.url}")


def _show_note(note: "NoteProposal") -> None:
    from publisher.durations import spell_dollars

    allowed = f" of {note.limits.length} {note.limits.unit}" if note.limits else ""
    price = f", {spell_dollars(note.cost)}" if note.cost is not None else ""
    tell(f"  {note.channel} ({note.length}{allowed}{price}):")
    for line in note.note.text.splitlines():
        tell(f"    {line}")


def proposal_values(proposal: "Proposal", zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """`--json` of plan and of now --dry-run: an object per edition, or per note and channel."""
    if proposal.kind == "newsletter":
        yield _values(proposal, zone, proposal.channels[0], _edition_values(proposal))
        return
    for note in proposal.notes:
        budget = next((each for each in proposal.budgets if each.channel == note.channel), None)
        own = _note_values(note) | {"budget": budget and budget.as_dict(proposal.notes)}
        yield _values(proposal, zone, note.channel, own)
    for channel in () if proposal.notes else proposal.channels:
        yield _values(proposal, zone, channel, {})


def _values(
    proposal: "Proposal", zone: ZoneInfo, channel: str, own: dict[str, Any]
) -> dict[str, Any]:
    return {
        proposal.kind: proposal.owner,
        "channel": channel,
        "slot": local(proposal.slot, zone),
        "subject": None,
        "posts": [],
        "recipients": None,
        "text": None,
        "length": None,
        "limit": None,
        "cost": None,
        "budget": None,
        "warnings": list(proposal.warnings),
        "planned": proposal.planned,
        "empty_because": proposal.empty_because or None,
        **own,
    }


def _edition_values(proposal: "Proposal") -> dict[str, Any]:
    return {
        "subject": proposal.rendered.subject if proposal.rendered else None,
        "posts": [_post_values(pick.post, pick.role) for pick in proposal.digest.picks],
        "recipients": proposal.recipients,
        "warnings": proposal.warnings,
    }


def _note_values(note: "NoteProposal") -> dict[str, Any]:
    return {
        "posts": [_post_values(note.pick.post, note.pick.role)],
        "text": note.note.text,
        "length": note.length,
        "limit": note.limits.length if note.limits else None,
        "cost": note.cost,
    }


def _post_values(post: "Post", role: str) -> dict[str, str]:
    return {"path": post.path, "url": post.url, "title": post.title, "role": role}
