"""`publish editions`."""

from pathlib import Path

import click

from publisher import serializers
from publisher.cli.common import as_json, known_newsletter, open_publisher
from publisher.cli.output import counted, json_lines, say, short, table

COLUMNS = ("id", "newsletter", "slot", "channel", "subject", *serializers.STATES)


@click.command()
@click.argument("newsletter", required=False, metavar="[NEWSLETTER]")
@click.option("--limit", type=click.IntRange(min=1), metavar="NUMBER", help="Only the newest.")
@as_json
@click.pass_obj
def editions(config_path: Path, newsletter: str | None, limit: int | None, as_json: bool) -> None:
    """List the editions that went out, newest first, and their emails by state."""
    with open_publisher(config_path) as publisher:
        if newsletter is not None:
            known_newsletter(publisher.config, newsletter, "publish editions NAME")
        zone = publisher.config.site.zone
        found = publisher.outbox.listing.editions(newsletter, limit)
        if as_json:
            json_lines(serializers.edition(each, zone) for each in found)
            return
        number = table(
            COLUMNS,
            (
                [each.id, each.owner, short(each.slot, zone), each.channel, each.subject]
                + [f"{number:,}" for number in each.counts.values()]
                for each in found
            ),
        )
    say(counted(number, "edition"))
