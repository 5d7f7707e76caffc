"""`publish subscribers …`: the readers of a newsletter."""

import csv
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, load_config, open_publisher
from publisher.cli.common import known_newsletter as _newsletter
from publisher.cli.output import (
    json_line,
    json_lines,
    local,
    progress,
    say,
    short,
    table,
    tell,
)
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.outbox.subscribers import Subscriber
    from publisher.wiring import Publisher

NOT_ADDED = 1
REFUSALS = {
    "unsubscribed": "has unsubscribed; --again adds them all the same",
    "suppressed": "is never to be mailed again; publish subscribers show says why",
}

newsletter_option = click.option(
    "--newsletter", metavar="NAME", help="Which newsletter (needed where there are several)."
)


@click.group()
def subscribers() -> None:
    """Add, import, export, list, show, remove or suppress readers."""


@subscribers.command()
@click.argument("email")
@click.option("--name", metavar="TEXT", default="", help="The reader's name.")
@click.option("--again", is_flag=True, help="Also if this reader has unsubscribed before.")
@newsletter_option
@click.pass_context
def add(
    ctx: click.Context,
    email: str,
    name: str,
    again: bool,  # noqa: FBT001  click hands a flag over
    newsletter: str | None,
) -> None:
    """Add one reader; who has left or is suppressed is not added, which gives exit code 1."""
    with open_publisher(ctx.obj) as publisher:
        wanted = _newsletter(publisher.config, newsletter)
        added = publisher.outbox.subscribers.add(wanted, email, name, again=again).value
    if added in REFUSALS:
        say(f"{email}: not added to {wanted}: {REFUSALS[added]}")
        ctx.exit(NOT_ADDED)
    tell(f"{email}: {added} ({wanted})")


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@newsletter_option
@click.pass_obj
def import_file(config_path: Path, file: Path, newsletter: str | None) -> None:
    """Import readers from a CSV FILE with the columns email and name; all of them or none.

    A file that `publish subscribers export` wrote may be imported again; those who had left stay
    away.
    """
    from publisher.cli.importing import read_sheet

    wanted = _newsletter(load_config(config_path), newsletter)
    sheet = read_sheet(file)
    if sheet.problems:
        for problem in sheet.problems:
            say(str(problem))
        bad = len(sheet.problems)
        lines = f"{bad:,} bad line{'' if bad == 1 else 's'}"
        raise UsageError(f"{file}: {lines}; nothing was imported", "mend them, then import again")
    count = len(sheet.rows)
    with open_publisher(config_path) as publisher, progress("Importing", count) as step:
        added = publisher.outbox.subscribers.add_many(
            wanted, sheet.rows, lambda done: step(done, count)
        )
    fates = [f"{number:,} {word}" for word, number in added.items()]
    if sheet.left:
        fates.append(f"{sheet.left:,} not active in the file")
    tell(", ".join(fates) or "0 added")


@subscribers.command()
@newsletter_option
@click.pass_obj
def export(config_path: Path, newsletter: str | None) -> None:
    """Write every reader as CSV in UTF-8 to standard output."""
    from publisher.cli.importing import harmless

    with open_publisher(config_path) as publisher:
        readers = _readers(publisher, newsletter, None)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    writer = csv.writer(sys.stdout)
    writer.writerow(["email", "name", "newsletter", "state", "since"])
    for each in readers:
        row = [each.email, each.name, each.newsletter, each.state, each.created_at.isoformat()]
        writer.writerow([harmless(cell) for cell in row])


def _readers(
    publisher: "Publisher", newsletter: str | None, state: str | None
) -> "list[Subscriber]":
    """The readers asked for.

    Raises:
        UsageError: there is no such newsletter, and it has no readers left over either.
    """
    readers = publisher.outbox.subscribers.list(newsletter, state)
    if newsletter and not readers:
        _newsletter(publisher.config, newsletter)
    return readers


@subscribers.command("list")
@click.option(
    "--state",
    type=click.Choice(["pending", "active", "unsubscribed"]),
    help="Only those in this state.",
)
@newsletter_option
@as_json
@click.pass_obj
def list_readers(
    config_path: Path,
    state: str | None,
    newsletter: str | None,
    as_json: bool,  # noqa: FBT001  click hands a flag over
) -> None:
    """List readers."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        readers = _readers(publisher, newsletter, state)
    if as_json:
        json_lines(_values(each, zone) for each in readers)
        return
    table(
        ["email", "name", "newsletter", "state", "since"],
        (
            [each.email, each.name, each.newsletter, each.state, short(each.created_at, zone)]
            for each in readers
        ),
    )
    say(f"{len(readers):,} reader{'' if len(readers) == 1 else 's'}")


def _values(each: "Subscriber", zone: ZoneInfo) -> dict[str, Any]:
    return {
        "email": each.email,
        "name": each.name,
        "newsletter": each.newsletter,
        "state": each.state,
        "since": local(each.created_at, zone),
    }


@subscribers.command()
@click.argument("email")
@as_json
@click.pass_obj
def show(config_path: Path, email: str, as_json: bool) -> None:  # noqa: FBT001  click's flag
    """Show what is known of one reader."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        contact = publisher.outbox.subscribers.show(email)
    if contact is None:
        raise UsageError(f"{email}: no such reader", "publish subscribers list")
    if as_json:
        rows = [_values(each, zone) for each in contact.subscriptions]
        suppressed = contact.suppressed or None
        json_line({"email": contact.email, "suppressed": suppressed, "subscriptions": rows})
        return
    for each in contact.subscriptions:
        tell(f"{each.newsletter}: {each.state} since {short(each.created_at, zone)}")
    if contact.suppressed:
        tell(f"suppressed: {contact.suppressed}")


@subscribers.command()
@click.argument("email")
@newsletter_option
@click.pass_obj
def remove(config_path: Path, email: str, newsletter: str | None) -> None:
    """Unsubscribe a reader; mail to them that still waits is withdrawn."""
    with open_publisher(config_path) as publisher:
        wanted = _newsletter(publisher.config, newsletter)
        if not publisher.outbox.subscribers.remove(wanted, email):
            raise UsageError(f"{email}: no reader of {wanted}", "publish subscribers list")
    tell(f"{email}: unsubscribed ({wanted})")


@subscribers.command()
@click.argument("email")
@click.option("--reason", metavar="TEXT", default="by hand", help="Why, for those who look later.")
@click.pass_obj
def suppress(config_path: Path, email: str, reason: str) -> None:
    """Never mail this address again, whatever it is subscribed to."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.subscribers.suppress(email, reason)
    tell(f"{email}: never mailed again")
