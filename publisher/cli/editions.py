"""`publish editions`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher import serializers
from publisher.cli.common import as_json, known_newsletter, open_publisher
from publisher.cli.output import counted, json_lines, say, short, table

if TYPE_CHECKING:
    from publisher.model.deliveries import EditionSummary, Totals
    from publisher.wiring import Publisher

COLUMNS = ("id", "newsletter", "slot", "channel", "subject", *serializers.STATES)


def _totals(publisher: "Publisher", edition: "EditionSummary") -> "Totals | None":
    """How often it was opened; None where its newsletter counts nothing."""
    from publisher.model.deliveries import Totals

    wishes = publisher.config.newsletters.get(edition.owner)
    if wishes is None or not wishes.count:
        return None
    return publisher.outbox.counts.totals([edition.id]).get(edition.id, Totals())


@click.command()
@click.argument("newsletter", required=False, metavar="[NEWSLETTER]")
@click.option("--limit", type=click.IntRange(min=1), metavar="NUMBER", help="Only the newest.")
@as_json
@click.pass_obj
def editions(config_path: Path, newsletter: str | None, limit: int | None, as_json: bool) -> None:
    """List the editions that went out, newest first, and their emails by state."""
    from publisher.model.deliveries import Totals
    from publisher.plan.series import label

    with open_publisher(config_path) as publisher:
        if newsletter is not None:
            known_newsletter(publisher.config, newsletter, "publish editions NAME")
        zone = publisher.config.site.zone
        editions = publisher.outbox.listing.editions(newsletter, limit)
        found = ((each, _totals(publisher, each)) for each in editions)
        if as_json:
            json_lines(serializers.edition(each, zone, totals) for each, totals in found)
            return
        counts = any(each.count for each in publisher.config.newsletters.values())
        number = table(
            (*COLUMNS, *(Totals._fields if counts else ())),
            (
                [
                    each.id,
                    label(each.owner, each.segment),
                    short(each.slot, zone),
                    each.channel,
                    each.subject,
                ]
                + [f"{number:,}" for number in (*each.counts.values(), *(totals or ()))]
                + ["-" for _ in Totals._fields if counts and totals is None]
                for each, totals in found
            ),
        )
    say(counted(number, "edition"))
