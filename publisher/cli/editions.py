"""`publish editions`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, known_newsletter, open_publisher
from publisher.cli.output import counted, json_lines, local, say, short, table

if TYPE_CHECKING:
    from publisher.model.deliveries import EditionSummary

COLUMNS = (
    *("id", "newsletter", "slot", "channel", "subject"),
    *("queued", "sending", "sent", "rejected", "unknown", "cancelled"),
)


@click.command()
@click.argument("newsletter", required=False, metavar="[NEWSLETTER]")
@click.option("--limit", type=click.IntRange(min=1), metavar="NUMBER", help="Only the newest.")
@as_json
@click.pass_obj
def editions(
    config_path: Path,
    newsletter: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the editions that went out, the newest first, with their emails by state."""
    with open_publisher(config_path) as publisher:
        if newsletter is not None:
            known_newsletter(publisher.config, newsletter, "publish editions NAME")
        zone = publisher.config.site.zone
        found = publisher.outbox.listing.editions(newsletter, limit)
        if as_json:
            json_lines(_values(each, zone) for each in found)
            return
        say(counted(table(COLUMNS, (_cells(each, zone) for each in found)), "edition"))


def _values(each: "EditionSummary", zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": each.id,
        "newsletter": each.owner,
        "slot": local(each.slot, zone),
        "channel": each.channel,
        "subject": each.subject,
        **{state.value: number for state, number in each.counts.items()},
    }


def _cells(each: "EditionSummary", zone: ZoneInfo) -> list[object]:
    counts = (f"{number:,}" for number in each.counts.values())
    return [each.id, each.owner, short(each.slot, zone), each.channel, each.subject, *counts]
