"""`publish status`."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, now, open_publisher
from publisher.cli.output import json_line, local, short, table, tell
from publisher.cli.status_limits import limits_of, lines_of, rate_of

if TYPE_CHECKING:
    from publisher.model.channels import Lesson
    from publisher.wiring import Publisher

STATES = ("queued", "sending", "sent", "rejected", "unknown", "cancelled")


@click.command()
@as_json
@click.pass_obj
def status(config_path: Path, as_json: bool) -> None:
    """Show each channel's messages by state, whether it is paused and why, and each slot."""
    with open_publisher(config_path) as publisher:
        config = publisher.config
        zone = config.site.zone
        channels = _channels(publisher, zone)
        newsletters = _slots(publisher, config.newsletters, zone)
        announcements = _slots(publisher, config.announcements, zone)
        rates = {name: rate_of(config.channels.get(name)) for name in channels}
    if as_json:
        slots = {"newsletters": newsletters, "announcements": announcements}
        json_line({"channels": channels, **slots})
        return
    table(
        ["channel", *STATES, "rate", "paused"],
        [
            [name, *(values[state] for state in STATES), rates[name], _pause(values, zone)]
            for name, values in channels.items()
        ],
    )
    for name, values in channels.items():
        if values["pace"]:
            tell(f"{name}: sends {_pace(values, zone)}")
        for line in lines_of(values["limits"], zone):
            tell(f"{name}: {line}")
        for lesson in values["learned"]:
            tell(f"{name}: {_lesson(lesson)}")
    tell()
    table(
        ["name", "last slot", "next slot"],
        [
            [name, short(both["last_slot"], zone), short(both["next_slot"], zone)]
            for name, both in (newsletters | announcements).items()
        ],
    )


def _channels(publisher: "Publisher", zone: ZoneInfo) -> dict[str, dict[str, Any]]:
    """Every channel of config.yaml, and any other that still has messages."""
    counts = publisher.outbox.stats.counts()
    found = {}
    for name in dict.fromkeys([*publisher.config.channels, *counts]):
        state = publisher.outbox.channels.get(name)
        paused = state.is_paused(publisher.clock())
        found[name] = {
            **{each: counts.get(name, {}).get(each, 0) for each in STATES},
            "paused": paused,
            "reason": state.reason or None if paused else None,
            "paused_until": local(state.paused_until, zone) if paused else None,
            "pace": publisher.outbox.throughput.rate(name, publisher.clock()),
            "limits": limits_of(publisher, name),
            "learned": [_as_json(each, zone) for each in publisher.outbox.learned.find(name)],
        }
    return found


def _as_json(lesson: "Lesson", zone: ZoneInfo) -> dict[str, Any]:
    """What a server's refusals have taught."""
    return {
        "server": lesson.server or None,
        "connections": lesson.connections,
        "rate": lesson.rate,
        "said": lesson.said,
        "at": local(lesson.at, zone),
    }


def _lesson(learned: dict[str, Any]) -> str:
    """`smtp.provider.example:587 takes 3 connections at once: it said …`."""
    if learned["connections"]:
        number = learned["connections"]
        connections = "1 connection" if number == 1 else f"{number} connections"
        what = f"{learned['server']} takes {connections} at once"
    else:
        what = f"{learned['rate']:.3g} messages a second are taken"
    return f"{what}: {learned['said']}"


def _pace(values: dict[str, Any], zone: ZoneInfo) -> str:
    """`240 a second, done about 07:42`."""
    from publisher.runners.progress_log import a_second, finish

    pace, queued = values["pace"], values["queued"]
    end = f", done about {finish(queued, pace, zone)}" if queued else ""
    return a_second(pace) + end


def _pause(values: dict[str, Any], zone: ZoneInfo) -> str:
    until = values["paused_until"]
    end = f" (until {short(until, zone)})" if until else ""
    return f"{values['reason'] or 'yes'}{end}" if values["paused"] else "no"


def _slots(
    publisher: "Publisher", names: Iterable[str], zone: ZoneInfo
) -> dict[str, dict[str, datetime | None]]:
    from publisher.plan.slots import upcoming

    found = {}
    for name in names:
        found[name] = {
            "last_slot": local(publisher.outbox.editions.last_slot(name), zone),
            "next_slot": local(upcoming(publisher.config, name, now()), zone),
        }
    return found
