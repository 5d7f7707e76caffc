"""`publish subscribers …`: the readers of a newsletter."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import as_json, load_config, open_publisher
from publisher.cli.output import json_line, local, progress, say, short, table
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.config import Config

newsletter_option = click.option(
    "--newsletter", help="Which newsletter (needed where there are several)."
)


def _newsletter(config: "Config", name: str | None) -> str:
    """The newsletter named, or the only one.

    Raises:
        UsageError: there is none of that name, or several to choose from.
    """
    known = list(config.newsletters)
    if name in known:
        return str(name)
    if name is None and len(known) == 1:
        return known[0]
    wrong = f"{name}: no newsletter of that name" if name else "which newsletter?"
    raise UsageError(wrong, f"--newsletter NAME; config.yaml has: {', '.join(known) or 'none'}")


@click.group()
def subscribers() -> None:
    """Add, import, export, list, show, remove or suppress readers."""


@subscribers.command()
@click.argument("email")
@click.option("--name", default="", help="The reader's name.")
@click.option("--again", is_flag=True, help="Also if this reader has unsubscribed before.")
@newsletter_option
@click.pass_obj
def add(
    config_path: Path,
    email: str,
    name: str,
    again: bool,  # noqa: FBT001  click hands a flag over
    newsletter: str | None,
) -> None:
    """Add one reader."""
    with open_publisher(config_path) as publisher:
        wanted = _newsletter(publisher.config, newsletter)
        added = publisher.outbox.subscribers.add(wanted, email, name, again=again)
    click.echo(f"{email}: {added} ({wanted})")


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@newsletter_option
@click.pass_obj
def import_file(config_path: Path, file: Path, newsletter: str | None) -> None:
    """Import readers from a CSV FILE with the columns email and name; all of them or none."""
    from publisher.cli.importing import read_rows

    wanted = _newsletter(load_config(config_path), newsletter)
    rows, problems = read_rows(file)
    if problems:
        for problem in problems:
            say(str(problem))
        raise UsageError(f"{file}: {len(problems)} bad lines; nothing was imported")
    with open_publisher(config_path) as publisher, progress("Importing", len(rows)) as step:
        added = publisher.outbox.subscribers.add_many(
            wanted, rows, lambda done: step(done, len(rows))
        )
    click.echo(", ".join(f"{number:,} {word}" for word, number in added.items()))


@subscribers.command()
@newsletter_option
@click.pass_obj
def export(config_path: Path, newsletter: str | None) -> None:
    """Write every reader as CSV to standard output."""
    with open_publisher(config_path) as publisher:
        writer = csv.writer(sys.stdout)
        writer.writerow(["email", "name", "newsletter", "state", "since"])
        for each in publisher.outbox.subscribers.list(newsletter):
            row = [each.email, each.name, each.newsletter, each.state, each.created_at.isoformat()]
            writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


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
        readers = publisher.outbox.subscribers.list(newsletter, state)
    if as_json:
        for each in readers:
            json_line(
                {
                    "email": each.email,
                    "name": each.name,
                    "newsletter": each.newsletter,
                    "state": each.state,
                    "since": local(each.created_at, zone),
                }
            )
        return
    table(
        ["email", "name", "newsletter", "state", "since"],
        (
            [each.email, each.name, each.newsletter, each.state, short(each.created_at, zone)]
            for each in readers
        ),
    )
    say(f"{len(readers):,} reader{'' if len(readers) == 1 else 's'}")


@subscribers.command()
@click.argument("email")
@click.pass_obj
def show(config_path: Path, email: str) -> None:
    """Show what is known of one reader."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        contact = publisher.outbox.subscribers.show(email)
    if contact is None:
        raise UsageError(f"{email}: no such reader", "publish subscribers list")
    for each in contact.subscriptions:
        click.echo(f"{each.newsletter}: {each.state} since {short(each.created_at, zone)}")
    if contact.suppressed:
        click.echo(f"suppressed: {contact.suppressed}")


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
    click.echo(f"{email}: unsubscribed ({wanted})")


@subscribers.command()
@click.argument("email")
@click.option("--reason", default="by hand", help="Why, for those who look later.")
@click.pass_obj
def suppress(config_path: Path, email: str, reason: str) -> None:
    """Never mail this address again, whatever it is subscribed to."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.subscribers.suppress(email, reason)
    click.echo(f"{email}: never mailed again")
