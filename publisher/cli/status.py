"""`publish status`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.common import as_json, now, open_publisher
from publisher.cli.output import json_line, local, short, table

if TYPE_CHECKING:
    from publisher.wiring import Publisher

STATES = ("queued", "sending", "sent", "rejected", "unknown", "cancelled")


@click.command()
@as_json
@click.pass_obj
def status(config_path: Path, as_json: bool) -> None:  # noqa: FBT001  click hands a flag over
    """Show each channel's messages by state, and each slot."""
    with open_publisher(config_path) as publisher:
        channels, slots = _channels(publisher), _slots(publisher)
        zone = publisher.config.site.zone
    if as_json:
        located = {
            name: {key: local(when, zone) for key, when in both.items()}
            for name, both in slots.items()
        }
        json_line({"channels": channels, "newsletters": located})
        return
    table(
        ["channel", *STATES, "paused"],
        [
            [name, *(values[state] for state in STATES), values["paused"] or "no"]
            for name, values in channels.items()
        ],
    )
    click.echo()
    table(
        ["name", "last slot", "next slot"],
        [
            [name, short(both["last_slot"], zone), short(both["next_slot"], zone)]
            for name, both in slots.items()
        ],
    )


def _channels(publisher: "Publisher") -> dict[str, dict[str, Any]]:
    counts = publisher.outbox.counts()
    found = {}
    for name in publisher.config.channels:
        state = publisher.outbox.channel(name)
        paused = state.reason or "paused" if state.is_paused(publisher.clock()) else ""
        by_state = {each: counts.get(name, {}).get(each, 0) for each in STATES}
        found[name] = {**by_state, "paused": paused or False}
    return found


def _slots(publisher: "Publisher") -> dict[str, dict[str, Any]]:
    from publisher.plan.slots import upcoming, wishes_of

    found = {}
    for name in wishes_of(publisher.config):
        last = publisher.outbox.previous(name)
        found[name] = {
            "last_slot": last.slot if last else None,
            "next_slot": upcoming(publisher.config, name, now()),
        }
    return found
