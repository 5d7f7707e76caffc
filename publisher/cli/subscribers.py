"""`publish subscribers …`: the readers of a newsletter."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, load_config, open_publisher
from publisher.cli.common import known_newsletter as _newsletter
from publisher.cli.output import (
    counted,
    json_line,
    json_lines,
    local,
    printable,
    progress,
    say,
    short,
    table,
    tell,
)
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.model.contacts import Subscriber
    from publisher.wiring import Publisher

NOT_ADDED = 1
REFUSALS = {
    "unsubscribed": "has unsubscribed; --again adds them all the same",
    "suppressed": "is never to be mailed again; publish subscribers show says why",
}

newsletter_option = click.option(
    "--newsletter", metavar="NAME", help="Which newsletter (needed where there are several)."
)


def _known(_ctx: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    from publisher.cli.imports.records import known_encoding

    if name is not None and not known_encoding(name):
        raise click.BadParameter(f"{name!r} is no encoding; write one such as cp1252 or latin-1")
    return name


encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    callback=_known,
    help="The file's encoding if it is not UTF-8, such as cp1252.",
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
    again: bool,
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
@encoding_option
@click.option("--ignore", metavar="COLUMN", multiple=True, help="Do not look at this column.")
@click.pass_obj
def import_file(
    config_path: Path,
    file: Path,
    newsletter: str | None,
    encoding: str | None,
    ignore: tuple[str, ...],
) -> None:
    """Import readers from a CSV FILE with the columns email and name; all of them or none.

    Lists that other tools export are understood: who has left, bounced, complained or not
    confirmed by what a column says is not mailed. A file that `publish subscribers export` wrote
    may be imported again. Nobody who left or is suppressed here comes back this way.
    """
    from publisher.cli.imports.subscribers import Sheet

    wanted = _newsletter(load_config(config_path), newsletter)
    sheet = Sheet(file, tell=lambda problem: say(str(problem)), encoding=encoding, ignored=ignore)
    with open_publisher(config_path) as publisher, progress("Importing") as step:
        added = publisher.outbox.subscribers.take_in(
            wanted, sheet.arrivals(), lambda done: step(done, 0)
        )
    for remark in sheet.remarks():
        say(remark)
    tell(", ".join(f"{number:,} {word}" for word, number in added.items() if number) or "0 added")


@subscribers.command()
@newsletter_option
@click.option("--suppressed", is_flag=True, help="Who is never to be mailed again, and why.")
@click.pass_obj
def export(
    config_path: Path,
    newsletter: str | None,
    suppressed: bool,
) -> None:
    """Write every reader as CSV in UTF-8 to standard output."""
    with open_publisher(config_path) as publisher:
        if suppressed:
            _write_csv(["email", "reason"], publisher.outbox.subscribers.suppressed())
            return
        columns = ["email", "name", "newsletter", "state", "since", "suppressed"]
        rows = (
            (
                *(each.email, each.name, each.newsletter, each.state),
                *(each.changed_at.isoformat(), each.suppressed),
            )
            for each in _readers(publisher, newsletter, None)
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


def _readers(
    publisher: "Publisher", newsletter: str | None, state: str | None
) -> "Iterator[Subscriber]":
    """The readers asked for, as they are read.

    Raises:
        UsageError: there is no such newsletter, and it has no readers left over either.
    """
    readers = publisher.outbox.subscribers.stream(newsletter, state)
    first = list(islice(readers, 1))
    if newsletter and not first:
        _newsletter(publisher.config, newsletter)
    return chain(first, readers)


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
    as_json: bool,
) -> None:
    """List readers."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        readers = _readers(publisher, newsletter, state)
        if as_json:
            json_lines(_values(each, zone) for each in readers)
            return
        number = table(
            ["email", "name", "newsletter", "state", "since"],
            (
                [each.email, each.name, each.newsletter, each.state, short(each.changed_at, zone)]
                for each in readers
            ),
        )
    say(counted(number, "reader"))


def _values(each: "Subscriber", zone: ZoneInfo) -> dict[str, Any]:
    return {
        "email": each.email,
        "name": each.name,
        "newsletter": each.newsletter,
        "state": each.state,
        "since": local(each.changed_at, zone),
    }


@subscribers.command()
@click.argument("email")
@as_json
@click.pass_obj
def show(config_path: Path, email: str, as_json: bool) -> None:
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
        tell(f"{each.newsletter}: {each.state} since {short(each.changed_at, zone)}")
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


@subscribers.command(context_settings={"ignore_unknown_options": True})
@click.argument("token")
@click.pass_obj
def unsubscribe(config_path: Path, token: str) -> None:
    """Unsubscribe who wrote an unsubscribe email: TOKEN stands in its subject.

    The subject as a whole will do, in quotes.
    """
    word = token.rsplit(maxsplit=1)[-1] if token.split() else ""
    with open_publisher(config_path) as publisher:
        reader = publisher.outbox.subscribers.unsubscribe(word)
    if reader is None:
        raise UsageError(
            f"{word or 'an empty text'}: nobody's token",
            "it is the last word of the subject; publish subscribers remove takes an address",
        )
    was = "was unsubscribed already" if reader.state == "unsubscribed" else "unsubscribed"
    tell(f"{reader.email}: {was} ({reader.newsletter})")


@subscribers.command()
@click.argument("email", required=False)
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="One address a line, or a CSV file with the columns email and reason.",
)
@click.option("--reason", metavar="TEXT", default="manually", help="Why, for those who look later.")
@encoding_option
@click.pass_obj
def suppress(
    config_path: Path, email: str | None, file: Path | None, reason: str, encoding: str | None
) -> None:
    """Never mail this address again, or those in a file, whatever they are subscribed to."""
    if (email is None) == (file is None):
        raise UsageError("give either an address or --file FILE", "publish subscribers suppress -h")
    if file is None:
        with open_publisher(config_path) as publisher:
            publisher.outbox.subscribers.suppress(email or "", reason)
        tell(f"{email}: never mailed again")
        return
    from publisher.cli.imports.suppressions import SuppressionList

    listed = SuppressionList(
        file, reason, tell=lambda problem: say(str(problem)), encoding=encoding
    )
    with open_publisher(config_path) as publisher:
        fresh = publisher.outbox.subscribers.suppress_many(listed.rows())
    tell(f"{fresh:,} suppressed, {listed.count - fresh:,} already")
