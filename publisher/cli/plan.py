"""`publish plan`, and how a slot that is not sent yet is shown."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from publisher import serializers
from publisher.cli.common import as_json, at_option, known_names, moment, open_publisher
from publisher.cli.output import counted, json_lines, say_error, short, tell
from publisher.model.channels import how_to_go_on

if TYPE_CHECKING:
    from publisher.plan.proposals import NoteProposal, Proposal
    from publisher.plan.segments import ChosenSegment
    from publisher.plan.slots import DaySlot
    from publisher.wiring import Publisher

MOST_VARIANTS = 20


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@at_option("Plan as of this time")
@click.option("--all", "whole_day", is_flag=True, help="Include today's past and later slots.")
@as_json
@click.pass_context
def plan(
    ctx: click.Context, names: tuple[str, ...], at: str | None, whole_day: bool, as_json: bool
) -> None:
    """Show the next slots and exactly what each would send; writes nothing."""
    from publisher.plan.segments import chosen_segments
    from publisher.plan.slots import due_slots, slots_of_day, upcoming
    from publisher.plan.unrenderable import known

    code, channels = 0, dict[str, None]()
    with open_publisher(ctx.obj) as publisher:
        config, outbox = publisher.config, publisher.outbox
        wanted = known_names(config, names)
        planned_at = moment(at, config.site.zone)
        now = planned_at or publisher.now()
        due = {} if at else dict(due_slots(config, outbox, now, write=False))
        for name in wanted:
            slot = due.get(name) or planned_at or upcoming(config, name, now) or now
            if whole_day:
                day = slots_of_day(config, outbox, name, now, slot)
                _show_day(name, day, config.site.zone, as_json=as_json)
            try:
                proposal = publisher.planner.propose(name, slot, planned_at)
            except Exception as error:  # noqa: BLE001  one newsletter must not hide the others
                code = max(code, say_error(known(error), f"{name}: "))
            else:
                channels |= dict.fromkeys(proposal.channels)
                segments = chosen_segments(config, outbox, name, now)
                if as_json:
                    json_lines(serializers.proposals(proposal, config.site.zone, segments))
                    continue
                show(proposal, publisher, as_json=False)
                show_segments(name, segments, config.site.zone)
        for line in filter(None, (why_paused(publisher, name) for name in channels)):
            if not as_json:
                tell(line)
    ctx.exit(code)


def why_paused(publisher: "Publisher", channel: str) -> str:
    """Why nothing goes out on a channel now, and until when; empty: it is not paused."""
    state = publisher.outbox.channels.get(channel)
    if not state.is_paused(publisher.clock()):
        return ""
    if state.paused_until:
        until = short(state.paused_until, publisher.config.site.zone)
        return f"{channel}: paused until {until}: {state.reason}"
    return f"{channel}: paused: {state.reason}. Resume with: {how_to_go_on(channel, state.reason)}"


def show_segments(name: str, found: "Sequence[ChosenSegment]", zone: ZoneInfo) -> None:
    """How many groups of readers chose for themselves, how many each has, and what is next."""
    if not found:
        return
    readers = counted(sum(each.readers for each in found), "reader")
    tell(f"{name}: {counted(len(found), 'variant')} for {readers} with choices of their own")
    for each in found[:MOST_VARIANTS]:
        when = f"next {short(each.next_slot, zone)}" if each.next_slot else "with each edition"
        tell(f"  {each.readers:>9,}  {each.chosen}: {when}")
    if (rest := len(found) - MOST_VARIANTS) > 0:
        tell(f"             and {rest:,} more")
    tell()


def _show_day(owner: str, day: "Iterable[DaySlot]", zone: ZoneInfo, *, as_json: bool) -> None:
    """Today's slots, one line each."""
    if as_json:
        json_lines(serializers.day_slot(each, zone) for each in day)
        return
    tell(f"{owner}: today")
    for each in day:
        tell(f"  {each.slot.astimezone(zone):%H:%M} {f'{each.when}:':<8} {each.outcome}")


def show(proposal: "Proposal", publisher: "Publisher", *, as_json: bool) -> None:
    """What a slot would send, for people or programs."""
    zone = publisher.config.site.zone
    if as_json:
        json_lines(serializers.proposals(proposal, zone))
        return
    tell(f"{proposal.label}: {short(proposal.slot, zone)}")
    _show_choice(proposal)
    if proposal.planned:
        tell("  already planned; nothing would be added")
    if proposal.empty_because:
        tell(f"  nothing to send: {proposal.empty_because}")
    elif proposal.rendered:
        _show_edition(proposal)
    if paced := publisher.paced(proposal):
        tell(f"  warming up: {paced}")
    for channel, until in publisher.quiet(proposal).items():
        tell(f"  {channel}: quiet hours; nothing goes out before {short(until, zone)}")
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
    tell(f"  to: {counted(proposal.recipients, 'subscriber')} on {', '.join(proposal.channels)}")
    for each in proposal.variants:
        posts = counted(len(each.digest.picks), "post")
        tell(f"  and to {counted(each.readers, 'newcomer')}, {posts}: {each.rendered.subject}")
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
    posts = f"{len(note.texts)} posts, the longest " if len(note.texts) > 1 else ""
    tell(f"  {note.channel} ({posts}{note.length}{allowed}{price}):")
    for line in note.shown.splitlines():
        tell(f"    {line}".rstrip())
