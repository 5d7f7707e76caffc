"""`publish subscribers …`."""

from pathlib import Path
from typing import TextIO

import click

from publisher import serializers
from publisher.cli.common import as_json, known_newsletter, open_publisher
from publisher.cli.output import counted, json_line, json_lines, say, short, table, tell
from publisher.cli.readers.collect import collect
from publisher.cli.readers.moving import (
    cells,
    encoding_option,
    export,
    import_files,
    newsletter_option,
    stream,
)
from publisher.cli.readers.person import erase, page_of, release, stats
from publisher.errors import UsageError

BY_OWNER = "added by the owner"
NOT_ADDED = 1
REFUSALS = {
    "unsubscribed": "has unsubscribed; use --again to add them anyway",
    "suppressed": "is suppressed; see why with: publish subscribers show",
}

ONLY_ADDRESS = "give the address only, and the name with --name"


@click.group()
def subscribers() -> None:
    """Manage subscribers and suppressed addresses."""


subscribers.add_command(import_files)
subscribers.add_command(export)
for command in (collect, release, erase, stats):
    subscribers.add_command(command)


@subscribers.command()
@click.argument("email")
@click.option("--name", metavar="TEXT", default="", help="The subscriber's name.")
@click.option("--language", metavar="TAG", default="", help="Their language, such as pt-BR.")
@click.option("--timezone", metavar="ZONE", default="", help="Their zone, such as Asia/Tokyo.")
@click.option("--reason", metavar="TEXT", default=BY_OWNER, help="Why, for their history.")
@click.option("--again", is_flag=True, help="Add even if they have unsubscribed.")
@newsletter_option
@click.pass_context
def add(
    ctx: click.Context,
    email: str,
    name: str,
    language: str,
    timezone: str,
    reason: str,
    again: bool,
    newsletter: str | None,
) -> None:
    """Add a subscriber; exits with 1 if they have unsubscribed or are suppressed."""
    if email.rstrip().endswith(">"):
        raise UsageError(f"{email!r} is more than an address", ONLY_ADDRESS)
    with open_publisher(ctx.obj) as publisher:
        wanted = known_newsletter(publisher.config, newsletter)
        added = publisher.outbox.subscribers.add(
            wanted,
            email,
            name,
            again=again,
            reason=reason,
            language=publisher.config.site.kept_language(_language(language)),
            timezone=_zone(timezone),
        ).value
    if added in REFUSALS:
        say(f"{email}: not added to {wanted}: {REFUSALS[added]}")
        ctx.exit(NOT_ADDED)
    tell(f"{email}: {added} ({wanted})")


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
        found = stream(publisher, newsletter, state)
        if as_json:
            json_lines(serializers.subscriber(each, zone) for each in found)
            return
        columns = ["email", "name", "newsletter", "state", "since"]
        number = table(columns, ([*cells(each), short(each.changed_at, zone)] for each in found))
    say(counted(number, "subscriber"))


def _language(tag: str) -> str:
    from publisher.config.options.values import is_language

    if tag and not is_language(tag):
        raise UsageError(f"--language {tag}: is no language tag", "write one such as en or pt-BR")
    return tag


def _zone(name: str) -> str:
    from publisher.plan.choices import zones

    if name and name not in zones():
        raise UsageError(f"--timezone {name}: unknown time zone", "write one such as Europe/Paris")
    return name


@subscribers.command()
@click.argument("email")
@as_json
@click.pass_obj
def show(config_path: Path, email: str, as_json: bool) -> None:
    """Show a person: consent, subscriptions, history, bounces, and what was sent to them lately."""
    with open_publisher(config_path) as publisher:
        contact = publisher.outbox.subscribers.show(email)
        if contact is None:
            raise UsageError(f"{email}: no such subscriber", "see: publish subscribers list")
        values = serializers.person(publisher, contact, whole=False)
        zone = publisher.config.site.zone
    if as_json:
        json_line(values)
        return
    for line in page_of(contact, values, zone):
        tell(line)


@subscribers.command()
@click.argument("email")
@newsletter_option
@click.option("--reason", metavar="TEXT", default="by the owner", help="Why, for their history.")
@click.pass_obj
def remove(config_path: Path, email: str, newsletter: str | None, reason: str) -> None:
    """Unsubscribe someone, and cancel emails to them that are still queued."""
    with open_publisher(config_path) as publisher:
        wanted = known_newsletter(publisher.config, newsletter)
        people = publisher.outbox.subscribers
        gone, contact = people.remove(wanted, email, reason), people.show(email)
    if not any(each.newsletter == wanted for each in (contact.subscriptions if contact else ())):
        raise UsageError(f"{email}: no subscriber of {wanted}", "see: publish subscribers list")
    tell(f"{email}: {'unsubscribed' if gone else 'already unsubscribed'} ({wanted})")


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
    from publisher.cli.readers.tokens import leave_by

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
