"""`publish subscribers …`."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from publisher import serializers
from publisher.cli.common import as_json, known_newsletter, load_config, open_publisher
from publisher.cli.output import counted, json_line, json_lines, printable, say, short, table, tell
from publisher.cli.progress import progress
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.model.contacts import Subscriber
    from publisher.wiring import Publisher

NOT_ADDED = 1
REFUSALS = {
    "unsubscribed": "has unsubscribed; use --again to add them anyway",
    "suppressed": "is suppressed; see why with: publish subscribers show",
}

ONLY_ADDRESS = "give the address only, and the name with --name"

newsletter_option = click.option(
    "--newsletter", metavar="NAME", help="Newsletter (required if there are several)."
)


def _known(_ctx: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    try:
        "".encode(name or "utf-8")
    except LookupError:
        hint = "use one such as cp1252 or latin-1"
        raise click.BadParameter(f"unknown encoding {name!r}; {hint}") from None
    return name


encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    callback=_known,
    help="Encoding if not UTF-8, such as cp1252.",
)


@click.group()
def subscribers() -> None:
    """Manage subscribers and suppressed addresses."""


@subscribers.command()
@click.argument("email")
@click.option("--name", metavar="TEXT", default="", help="The subscriber's name.")
@click.option("--again", is_flag=True, help="Add even if they have unsubscribed.")
@newsletter_option
@click.pass_context
def add(ctx: click.Context, email: str, name: str, again: bool, newsletter: str | None) -> None:
    """Add a subscriber; exits with 1 if they have unsubscribed or are suppressed."""
    if email.rstrip().endswith(">"):
        raise UsageError(f"{email!r} is more than an address", ONLY_ADDRESS)
    with open_publisher(ctx.obj) as publisher:
        wanted = known_newsletter(publisher.config, newsletter)
        added = publisher.outbox.subscribers.add(wanted, email, name, again=again).value
    if added in REFUSALS:
        say(f"{email}: not added to {wanted}: {REFUSALS[added]}")
        ctx.exit(NOT_ADDED)
    tell(f"{email}: {added} ({wanted})")


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@newsletter_option
@encoding_option
@click.option("--ignore", metavar="COLUMN", multiple=True, help="Ignore this column.")
@click.pass_obj
def import_file(
    config_path: Path,
    file: Path,
    newsletter: str | None,
    encoding: str | None,
    ignore: tuple[str, ...],
) -> None:
    """Import subscribers from a CSV FILE with the columns email and name: all of them or none.

    Exports of other tools are understood: people who have unsubscribed, bounced, complained or not
    confirmed are not mailed. A file written by `publish subscribers export` can be imported again.
    Nobody who is unsubscribed or suppressed here is added again.
    """
    from publisher.cli.imports.subscribers import Sheet

    wanted = known_newsletter(load_config(config_path), newsletter)
    sheet = Sheet(file, report=lambda problem: say(str(problem)), encoding=encoding, ignored=ignore)
    with open_publisher(config_path) as publisher, progress("Importing") as step:
        added = publisher.outbox.subscribers.import_rows(
            wanted, sheet.arrivals(), lambda done: step(done, 0)
        )
    for remark in sheet.remarks():
        say(remark)
    tell(", ".join(f"{number:,} {word}" for word, number in added.items() if number) or "0 added")


@subscribers.command()
@newsletter_option
@click.option("--suppressed", is_flag=True, help="Export suppressed addresses with reasons.")
@click.pass_obj
def export(config_path: Path, newsletter: str | None, suppressed: bool) -> None:
    """Write all subscribers to standard output, as CSV in UTF-8."""
    with open_publisher(config_path) as publisher:
        if suppressed:
            _write_csv(["email", "reason"], publisher.outbox.subscribers.suppressed())
            return
        columns = ["email", "name", "newsletter", "state", "since", "suppressed"]
        rows = (
            [*_cells(each), each.changed_at.isoformat(), each.suppressed]
            for each in _stream(publisher, newsletter, None)
        )
        _write_csv(columns, rows)


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """CSV as it is, or on a terminal without what that would obey."""
    from publisher.cli.imports.subscribers import harmless

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    shown = printable if sys.stdout.isatty() else str
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows([shown(harmless(cell)) for cell in row] for row in rows)


def _cells(each: "Subscriber") -> list[str]:
    return [each.email, each.name, each.newsletter, each.state]


def _stream(
    publisher: "Publisher", newsletter: str | None, state: str | None
) -> "Iterator[Subscriber]":
    """The subscribers asked for, as they are read; a UsageError if the newsletter is unknown."""
    found = publisher.outbox.subscribers.stream(newsletter, state)
    first = list(islice(found, 1))
    if newsletter and not first:
        known_newsletter(publisher.config, newsletter)
    return chain(first, found)


@subscribers.command("list")
@click.option(
    "--state",
    type=click.Choice(["pending", "active", "unsubscribed"]),
    help="Only subscribers in this state.",
)
@newsletter_option
@as_json
@click.pass_obj
def list_subscribers(
    config_path: Path, state: str | None, newsletter: str | None, as_json: bool
) -> None:
    """List subscribers."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        found = _stream(publisher, newsletter, state)
        if as_json:
            json_lines(serializers.subscriber(each, zone) for each in found)
            return
        columns = ["email", "name", "newsletter", "state", "since"]
        number = table(columns, ([*_cells(each), short(each.changed_at, zone)] for each in found))
    say(counted(number, "subscriber"))


@subscribers.command()
@click.argument("email")
@as_json
@click.pass_obj
def show(config_path: Path, email: str, as_json: bool) -> None:
    """Show everything known about an address."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        contact = publisher.outbox.subscribers.show(email)
    if contact is None:
        raise UsageError(f"{email}: no such subscriber", "see: publish subscribers list")
    if as_json:
        json_line(serializers.contact(contact, zone))
        return
    for each in contact.subscriptions:
        tell(f"{each.newsletter}: {each.state} since {short(each.changed_at, zone)}")
    if contact.suppressed:
        tell(f"suppressed: {contact.suppressed}")


@subscribers.command()
@click.argument("email")
@newsletter_option
@click.pass_obj
def remove(config_path: Path, email: str, newsletter: str | None) -> None:
    """Unsubscribe someone, and cancel emails to them that are still queued."""
    with open_publisher(config_path) as publisher:
        wanted = known_newsletter(publisher.config, newsletter)
        if not publisher.outbox.subscribers.remove(wanted, email):
            raise UsageError(f"{email}: no subscriber of {wanted}", "see: publish subscribers list")
    tell(f"{email}: unsubscribed ({wanted})")


@subscribers.command(context_settings={"ignore_unknown_options": True})
@click.argument("tokens", metavar="[TOKEN]...", nargs=-1)
@click.option(
    "--file",
    type=click.File(encoding="utf-8", errors="replace"),
    help="File with a token in each line; - is standard input.",
)
@click.pass_context
def unsubscribe(ctx: click.Context, tokens: tuple[str, ...], file: TextIO | None) -> None:
    """Unsubscribe readers by the TOKEN at the end of their links and unsubscribe emails.

    Emails' whole subjects work too, in quotes. Of a file, whatever an endpoint of your own wrote
    down is understood; who has left already is no mistake. Exits with 1 if a token is unknown.
    """
    from publisher.cli.tokens import leave_by

    if not (tokens or file):
        raise UsageError("specify tokens or --file", "publish subscribers unsubscribe -h")
    with open_publisher(ctx.obj) as publisher:
        unknown = leave_by(publisher, tokens, file or ())
    ctx.exit(NOT_ADDED if unknown else 0)


@subscribers.command()
@click.argument("email", required=False)
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="File of addresses, one per line, or CSV with the columns email and reason.",
)
@click.option("--reason", metavar="TEXT", default="manually", help="Shown by subscribers show.")
@encoding_option
@click.pass_obj
def suppress(
    config_path: Path, email: str | None, file: Path | None, reason: str, encoding: str | None
) -> None:
    """Never email an address, or those in a file, whatever they are subscribed to."""
    if (email is None) == (file is None):
        raise UsageError("specify either an address or --file", "publish subscribers suppress -h")
    if file is None:
        with open_publisher(config_path) as publisher:
            publisher.outbox.subscribers.suppress(email or "", reason)
        tell(f"{email}: suppressed")
        return
    from publisher.cli.imports.suppressions import SuppressionList

    listed = SuppressionList(
        file, reason, report=lambda problem: say(str(problem)), encoding=encoding
    )
    with open_publisher(config_path) as publisher:
        fresh = publisher.outbox.subscribers.suppress_many(listed.rows())
    tell(f"{fresh:,} suppressed, {listed.count - fresh:,} already suppressed")
