"""`publish editions`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher import serializers
from publisher.cli.common import as_json, known_newsletter, open_publisher
from publisher.cli.output import counted, json_lines, say, short, table
from publisher.errors import UsageError

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
@click.option(
    "--links",
    type=click.IntRange(min=1),
    metavar="EDITION",
    help="Show how often each link of this edition was clicked.",
)
@as_json
@click.pass_obj
def editions(
    config_path: Path, newsletter: str | None, limit: int | None, links: int | None, as_json: bool
) -> None:
    """List the editions that went out, newest first, and their emails by state."""
    with open_publisher(config_path) as publisher:
        if newsletter is not None:
            known_newsletter(publisher.config, newsletter, "publish editions NAME")
        if links is None:
            _list(publisher, newsletter, limit, as_json=as_json)
        elif newsletter is not None or limit is not None:
            raise UsageError("--links is about one edition", "publish editions --links EDITION")
        else:
            _show_links(publisher, links, as_json=as_json)


def _list(
    publisher: "Publisher", newsletter: str | None, limit: int | None, *, as_json: bool
) -> None:
    from publisher.model.deliveries import Totals
    from publisher.plan.series import label

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


def _show_links(publisher: "Publisher", edition_id: int, *, as_json: bool) -> None:
    """The links of an edition as they stand in its HTML, the most clicked first."""
    from publisher.model.deliveries import DIGEST
    from publisher.rendering.counting import OPENED, targets

    try:
        edition = publisher.outbox.editions.get(edition_id)
    except KeyError:
        edition = None
    if edition is None or edition.kind != DIGEST:
        raise UsageError(f"there is no edition {edition_id}", "publish editions shows the numbers")
    clicks, owner = publisher.outbox.counts.of_links(edition_id), edition.owner
    newsletter = publisher.config.newsletters.get(owner)
    if not clicks and (newsletter is None or not newsletter.count):
        raise UsageError(f"{owner} counts no clicks", f"set newsletters.{owner}.count: true")
    numbered = enumerate(targets(edition.rendered.html), OPENED + 1)
    found = [(url, clicks[number]) for number, url in numbered]
    found.sort(key=lambda each: -each[1])
    if as_json:
        json_lines(serializers.clicks(edition_id, url, number) for url, number in found)
        return
    table(("clicks", "link"), ([f"{number:,}", url] for url, number in found))
    say(counted(sum(number for _, number in found), "click"))
