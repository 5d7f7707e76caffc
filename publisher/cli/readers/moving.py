"""`publish subscribers import` and `export`: moving in and out."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher import serializers
from publisher.cli.common import as_json, known_newsletter, open_publisher
from publisher.cli.output import json_line, printable, say, tell
from publisher.cli.progress import progress
from publisher.errors import UsageError

if TYPE_CHECKING:
    from collections import Counter

    from publisher.cli.imports.details import Wanted
    from publisher.cli.imports.importing import Import
    from publisher.cli.imports.report import Refusals
    from publisher.cli.imports.sources import Source
    from publisher.model.contacts import Added, Subscriber
    from publisher.wiring import Publisher

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
    help="Encoding of what is not UTF-8, such as cp1252.",
)


@click.command("import")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@newsletter_option
@encoding_option
@click.option("--ignore", metavar="COLUMN", multiple=True, help="Ignore this column.")
@click.option("--consent", metavar="TEXT", default="", help="How they agreed, where no list says.")
@click.option("--topics", is_flag=True, help="Take tags that are categories as chosen topics.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen, with examples.")
@click.option(
    "--refused",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Leave bad lines out, and write them to this file.",
)
@as_json
@click.pass_obj
def import_files(config_path: Path, /, files: tuple[Path, ...], **options: Any) -> None:
    """Import subscribers from CSV or ZIP FILES of other tools: all of them or none.

    Exports of Mailchimp, Substack, Ghost, Buttondown, listmonk, Mailman, Kit, beehiiv, MailerLite
    and others are understood: people who have unsubscribed, bounced, complained or not confirmed
    are not mailed. Other lists need a column email. A file written by `publish subscribers export`
    can be imported again. Nobody who is unsubscribed or suppressed here is added again.
    """
    from publisher.cli.imports.report import Refusals
    from publisher.cli.imports.sources import sources

    with (
        open_publisher(config_path) as publisher,
        sources(files) as lists,
        closing(Refusals(options["refused"])) as refusals,
    ):
        whole = _import(publisher, lists, refusals, options)
        whole.name = ", ".join(map(str, files))
        _bring(publisher, whole, options)


def _import(
    publisher: "Publisher", lists: "Sequence[Source]", refusals: "Refusals", options: dict[str, Any]
) -> "Import":
    from publisher.cli.imports.importing import Import
    from publisher.cli.imports.subscribers import Sheet

    named, config = options["newsletter"], publisher.config
    unnamed: UsageError | None = None
    try:
        options["newsletter"] = known_newsletter(config, named)
    except UsageError as error:
        if named:
            raise
        options["newsletter"], unnamed = "", error
    wanted = _wanted(publisher, options)
    known = () if named else tuple(config.newsletters)
    sheets = [
        Sheet(each, refusals.add, wanted, options["encoding"], options["ignore"], known, unnamed)
        for each in lists
    ]
    return Import(sheets, refusals, "", goes_on=options["refused"] is not None)


def _wanted(publisher: "Publisher", options: dict[str, Any]) -> "Wanted":
    """What lists are held against: the site's language and zone, and topics that are offered."""
    from publisher.cli.imports.details import Wanted

    site = publisher.config.site
    topics: dict[str, str] = {}
    newsletter = publisher.config.newsletters.get(options["newsletter"])
    if newsletter is not None:
        topics = _topics(publisher, newsletter, always=options["topics"])
    return Wanted(publisher.clock(), site.language, site.timezone, topics, options["consent"])


def _topics(publisher: "Publisher", newsletter: Any, *, always: bool) -> dict[str, str]:
    """By their folded names, the topics that tags may be: those of config.yaml, or all if asked."""
    from publisher.plan.choices import offered

    given = newsletter.offer.topics
    if not always and not isinstance(given, dict):
        return {}
    posts = [] if isinstance(given, dict) else publisher.planner.posts()
    found = offered(newsletter, posts, publisher.clock()).topics
    return {name.casefold(): each.key for each in found for name in (each.label, each.key)}


def _bring(publisher: "Publisher", whole: "Import", options: dict[str, Any]) -> None:
    from publisher.model.contacts import Added

    examples: list[tuple[Added, str, str]] | None = [] if options["dry_run"] else None
    with progress("Importing") as step:
        added = publisher.outbox.subscribers.import_rows(
            options["newsletter"],
            whole.arrivals(),
            lambda done: step(done, 0),
            source=lambda: f"imported from {whole.origin}",
            examples=examples,
        )
    for remark in whole.remarks():
        say(remark)
    if examples is None:
        _begin_slowly(publisher, whole, options["newsletter"], added[Added.ADDED])
    if whole.unproved and not options["consent"]:
        say(
            f"{whole.unproved:,} came without a sign of consent; if you know how they agreed, "
            "import them with --consent 'signed up at the fair in 2025'"
        )
    if options["as_json"]:
        json_line(_values(whole, added, examples))
        return
    counts = ", ".join(f"{number:,} {word}" for word, number in added.items() if number)
    refused = f", {whole.refusals.count:,} refused" if whole.refusals.count else ""
    dry = "dry run, nothing was changed: " if options["dry_run"] else ""
    tell(f"{dry}{counts or '0 added'}{refused}")
    for word, email, why in examples or ():
        tell(f"  {word}: {email}{f' ({why})' if why else ''}")


def _begin_slowly(publisher: "Publisher", whole: "Import", newsletter: str, added: int) -> None:
    """A list from elsewhere, on a channel that has sent nothing yet, is mailed a few at a time."""
    from publisher.dispatch.limits.warm_up import USUAL, begin, foretold

    known = publisher.config.newsletters.get(newsletter)
    channel = publisher.config.channels.get(known.channel) if known else None
    if channel is not None and whole.is_from_elsewhere and begin(channel, publisher.outbox, added):
        say(f"{channel.name} warms up: {foretold(USUAL, added)} (`warm_up` in config.yaml)")


def _values(
    whole: "Import",
    added: "Counter[Added]",
    examples: "list[tuple[Added, str, str]] | None",
) -> dict[str, Any]:
    from publisher.model.contacts import Added

    told = [
        {"fate": word, "email": email, "why": why or None} for word, email, why in examples or ()
    ]
    return {
        "from": whole.origin,
        "dry_run": examples is not None,
        "fates": {word.value: added[word] for word in Added if word is not Added.AGAIN},
        "refused": whole.refusals.count,
        "without_consent": whole.unproved,
        "examples": told,
    }


@click.command()
@click.option("--newsletter", metavar="NAME", help="Only subscribers of this newsletter.")
@click.option("--suppressed", is_flag=True, help="Export suppressed addresses with reasons.")
@click.option("--reader", metavar="EMAIL", help="All that is stored about one person, as JSON.")
@click.pass_obj
def export(config_path: Path, newsletter: str | None, suppressed: bool, reader: str | None) -> None:
    """Write all subscribers to standard output, as CSV in UTF-8.

    An import of it gives back the same rows, those of all newsletters at once.
    """
    from publisher.cli.imports.ours import COLUMNS

    with open_publisher(config_path) as publisher:
        stored = publisher.outbox.subscribers
        if reader is not None:
            json_line(_everything(publisher, reader))
            return
        if suppressed:
            _write_csv(["email", "reason"], stored.suppressed())
            return
        rows: Iterable[Sequence[str]] = map(_row, stream(publisher, newsletter, None))
        if newsletter is None:
            rows = chain(rows, map(_suppressed, stored.suppressed(strangers=True)))
        _write_csv(COLUMNS, rows)


def _everything(publisher: "Publisher", email: str) -> dict[str, Any]:
    """What a person is told who asks for all that is known of them (GDPR, article 15)."""
    contact = publisher.outbox.subscribers.show(email)
    if contact is None:
        raise UsageError(f"{email}: no such subscriber", "see: publish subscribers list")
    return serializers.person(publisher, contact, whole=True)


def _row(each: "Subscriber") -> list[str]:
    """As an import reads it; see `imports.ours`."""
    import json

    chosen, agreed = each.choices, each.consent
    is_plain = chosen == type(chosen)()
    choices = ["", "", "", ""]
    if not is_plain:
        topics = json.dumps(chosen.topics, ensure_ascii=False) if chosen.topics else ""
        choices = [topics, chosen.cadence, str(chosen.day), str(chosen.hour)]
    moments = [moment.isoformat() if moment else "" for moment in (each.joined_at, agreed.at)]
    return [
        *cells(each),
        each.changed_at.isoformat(),
        each.suppressed,
        each.language,
        each.timezone,
        *choices,
        *moments,
        agreed.how,
        agreed.source,
    ]


def _suppressed(row: tuple[str, str]) -> list[str]:
    """Somebody who subscribes to nothing, and is never to."""
    from publisher.cli.imports.ours import COLUMNS

    email, reason = row
    return [email, "", "", "", "", reason, *[""] * (len(COLUMNS) - 6)]


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """CSV as it is, or on a terminal without what that would obey."""
    from publisher.cli.imports.cells import harmless

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    shown = printable if sys.stdout.isatty() else str
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows([shown(harmless(cell)) for cell in row] for row in rows)


def cells(each: "Subscriber") -> list[str]:
    """What lists of subscribers show first."""
    return [each.email, each.name, each.newsletter, each.state]


def stream(
    publisher: "Publisher", newsletter: str | None, state: str | None
) -> "Iterator[Subscriber]":
    """The subscribers asked for, as they are read; a UsageError if the newsletter is unknown."""
    found = publisher.outbox.subscribers.stream(newsletter, state)
    first = list(islice(found, 1))
    if newsletter and not first:
        known_newsletter(publisher.config, newsletter)
    return chain(first, found)
