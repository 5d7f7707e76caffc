"""`publish archive`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import open_publisher
from publisher.cli.output import counted, say, short, table
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.archive.site_files import Written
    from publisher.model.deliveries import Archived
    from publisher.wiring import Publisher

_NONE = "no newsletter has archive: true, so nothing is public"


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the pages into this folder of the site.",
)
@click.option("--url", metavar="ADDRESS", help="The address that the folder has on the web.")
@click.option("--hide", type=int, multiple=True, metavar="ID", help="Take an edition out.")
@click.option("--show", type=int, multiple=True, metavar="ID", help="Show a hidden edition again.")
@click.pass_obj
def archive(
    config_path: Path,
    out: Path | None,
    url: str | None,
    hide: Sequence[int],
    show: Sequence[int],
) -> int:
    """List the editions that everybody may read, or write them as pages of the site."""
    with open_publisher(config_path) as publisher:
        _change(publisher, hide, hidden=True)
        _change(publisher, show, hidden=False)
        folder = out or (publisher.config.archive.folder if url else None)
        if folder is None and url:
            raise UsageError("--url needs a folder", "add --out FOLDER")
        if folder is not None:
            return _write(publisher, folder, url or "")
        if not hide and not show:
            _list(publisher)
    return 0


def _change(publisher: "Publisher", ids: Sequence[int], *, hidden: bool) -> None:
    """Hide or show editions; a UsageError if one of them is not there."""
    if ids and publisher.outbox.archive.hide(ids, hidden=hidden) < len(set(ids)):
        raise UsageError("no edition with one of these IDs", "publish editions shows the IDs")
    for number in ids:
        say(f"edition {number} is {'hidden' if hidden else 'shown'}")


def _write(publisher: "Publisher", folder: Path, url: str) -> int:
    from publisher.archive.export import Export
    from publisher.config.options.values import web_address
    from publisher.wiring import site_of

    try:
        address = web_address(url) if url else ""
    except ValueError as error:
        raise UsageError(f"--url {error}", "write https://gazette.example/archive") from None
    config, outbox, templates = publisher.config, publisher.outbox, publisher.templates
    done = Export(config, outbox, templates, site_of(config), address).write(folder)
    for line in told(done):
        say(line)
    return 1 if done.foreign else 0


def told(done: "Written") -> list[str]:
    """What became of the files, a line each."""
    figures = f"{counted(len(done.new), 'page')} written, {done.same:,} unchanged"
    figures += f", {len(done.removed):,} removed" if done.removed else ""
    return [figures, *(f"{path}: somebody else's file, left alone" for path in done.foreign)]


def _list(publisher: "Publisher") -> None:
    from publisher.archive.links import canonical
    from publisher.config.archive import archived

    shown, zone = archived(publisher.config), publisher.config.site.zone
    if not shown:
        say(_NONE)
        return
    publisher.outbox.archive.refresh()
    links = canonical(publisher.config)

    def address(each: "Archived") -> str:
        return links.edition(each.owner, each.slug)

    rows = [
        [
            each.id,
            each.owner,
            short(each.slot, zone),
            each.subject,
            links.edition(each.owner, each.slug),
        ]
        for newsletter in shown
        for each in publisher.outbox.archive.listed(newsletter.name)
    ]
    number = table(("id", "newsletter", "slot", "subject", "address"), rows)
    hidden = len(publisher.outbox.archive.hidden())
    say(counted(number, "edition") + (f", {hidden:,} more hidden" if hidden else ""))
