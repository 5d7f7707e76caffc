"""`publish status`."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher import serializers
from publisher.cli.common import as_json, open_publisher
from publisher.cli.output import counted, json_line, short, table, tell
from publisher.durations import spell, spell_dollars, spell_quota
from publisher.serializers import STATES

WAITING = ("queued", "sending", "unknown")

if TYPE_CHECKING:
    from publisher.config import Channel


@click.command()
@as_json
@click.pass_obj
def status(config_path: Path, as_json: bool) -> None:
    """Show each channel's messages by state, its limits and pauses, and all slots."""
    with open_publisher(config_path) as publisher:
        config = publisher.config
        values, now = serializers.status(publisher), publisher.local_time()
    if as_json:
        json_line(values)
        return
    zone = config.site.zone
    channels = values["channels"].items()
    table(
        ["channel", *STATES, "rate", "paused"],
        [
            [name, *map(each.get, STATES), _rate(config.channels.get(name)), _pause(each, zone)]
            for name, each in channels
        ],
    )
    for name, each in channels:
        for line in _lines(each, now, zone):
            tell(f"{name}: {line}")
    if box := values["mailbox"]:
        tell(f"mailbox: {_read(box, zone)}")
    tell()
    slots = (values["newsletters"] | values["announcements"]).items()
    moments = ("last_slot", "next_slot")
    table(
        ["name", "last slot", "next slot"],
        [[name, *(short(each[at], zone) for at in moments)] for name, each in slots],
    )
    for name, each in slots:
        if segments := each.get("segments"):
            tell(f"{name}: {_variants(segments, zone)}")


def _variants(segments: list[dict[str, Any]], zone: ZoneInfo) -> str:
    """Who gets editions of their own, and when the next of these is."""
    readers = counted(sum(each["readers"] for each in segments), "reader")
    text = f"{counted(len(segments), 'variant')} for {readers} with choices of their own"
    after = min((each["next_slot"] for each in segments if each["next_slot"]), default=None)
    return f"{text}, the next {short(after, zone)}" if after else text


def _read(box: dict[str, Any], zone: ZoneInfo) -> str:
    """What came of reading the mailbox last."""
    from publisher.events.incoming import spelt

    if not box["read_at"]:
        return "never read; publish run and publish mailbox read it"
    return f"{short(box['read_at'], zone)}: {box['problem'] or spelt(Counter(box['found']))}"


def _rate(channel: "Channel | None") -> str:
    """What config.yaml allows in one cell of a table: `12 a day, 20 minutes apart`."""
    if channel is None:
        return "-"
    parts = [spell_quota(quota) for quota in (channel.rate, channel.quota) if quota]
    if channel.min_interval:
        parts.append(f"{spell(channel.min_interval)} apart")
    return ", ".join(parts) or "any"


def _pause(values: dict[str, Any], zone: ZoneInfo) -> str:
    until = values["paused_until"]
    end = f" (until {short(until, zone)})" if until else ""
    return f"{values['reason'] or 'yes'}{end}" if values["paused"] else "no"


def _lines(values: dict[str, Any], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """How fast a channel sends, what limits it, and what its server's refusals taught."""
    from publisher.runners.progress_log import spell_pace

    if not values["limits"] and (waiting := sum(values[each] for each in WAITING)):
        rows = counted(waiting, "message")
        yield f"not in config.yaml: add it again for {rows}, or run publish queue cancel"
    if values["pace"]:
        yield f"sends {spell_pace(values['pace'], values['queued'], now)}"
    yield from _limits(values["limits"], zone)
    if ends := values["token_ends"]:
        yield f"its token ends on {short(ends, zone)}"
    for lesson in values["learned"]:
        if connections := lesson["connections"]:
            what = f"{lesson['server']} accepts {counted(connections, 'connection')} at once"
        else:
            what = f"{lesson['rate']:.3g} messages a second are accepted"
        yield f"{what}: {lesson['reason']}"


def _limits(limits: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    for kind, each in (("to", "per_domain"), ("from", "per_sender")):
        for name, rate in limits.get(each, {}).items():
            yield f"{rate} {kind} {'any other' if name == '*' else name}"
    if used := limits.get("quota"):
        yield f"{used['used']:,} of {used['allowed']} used"
    if used := limits.get("warm_up"):
        yield f"warming up: {used['used']:,} of {used['allowed']} used"
    if budget := limits.get("budget"):
        spent, allowed = (spell_dollars(Decimal(budget[key])) for key in ("spent", "allowed"))
        yield f"{spent} of this month's {allowed} spent"
    if hours := limits.get("quiet_hours"):
        until = limits["quiet_until"]
        yield f"quiet hours {hours}{f', now until {short(until, zone)}' if until else ''}"
    if later := limits.get("later"):
        why = f": {limits['why']}" if limits["why"] else ""
        until = short(limits["next_at"], zone)
        yield f"{counted(later, 'message')} delayed, the first until {until}{why}"
