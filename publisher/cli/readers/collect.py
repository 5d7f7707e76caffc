"""`publish subscribers collect`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import known_newsletter, open_publisher
from publisher.cli.output import say, tell
from publisher.cli.readers.moving import encoding_option, newsletter_option

if TYPE_CHECKING:
    from publisher.cli.imports.collected import Row
    from publisher.events.forms import Submission
    from publisher.wiring import Publisher

ASKED, KNOWN, ADDED = "asked by email", "known already", "subscribed"
LEFT, REFUSED = "unsubscribed", "refused"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@newsletter_option
@encoding_option
@click.option("--confirmed", is_flag=True, help="The service asked everybody by email already.")
@click.pass_obj
def collect(
    config_path: Path, file: Path, newsletter: str | None, encoding: str | None, confirmed: bool
) -> None:
    """Take in what a form service collected (CSV): each new address is asked by email.

    Exports of Formspree, Netlify Forms, Tally, Basin and Google Forms are understood. The same file
    may be taken in again, longer by what came since: nobody is asked twice for one submission. A
    column `token` holds what an endpoint of your own passed on: those readers are unsubscribed.
    Nobody is asked where the file says when they confirmed, or with --confirmed.
    """
    from publisher.cli.imports.collected import read_collected

    counts: Counter[str] = Counter()
    with open_publisher(config_path) as publisher:
        given = known_newsletter(publisher.config, newsletter) if newsletter else ""
        for row in read_collected(file, encoding, publisher.clock()):
            counts[_take(publisher, row, given, confirmed=confirmed or row.confirmed)] += 1
    tell(", ".join(f"{count:,} {what}" for what, count in counts.items()) or "nothing in it")


def _take(publisher: "Publisher", row: "Row", newsletter: str, *, confirmed: bool) -> str:
    """What became of a line; it is told why one is refused."""
    from publisher.cli.readers.tokens import leave
    from publisher.events.forms import NotASubmissionError, newsletter_of
    from publisher.mime.addresses import AddressError

    problem = row.problem
    if row.token:
        if leave(publisher, row.token):
            return LEFT
        problem = "no token that is known"
    elif row.submission:
        try:
            wanted = newsletter_of(row.submission, newsletter, publisher.config.newsletters)
            return _join(publisher, row.submission, wanted, confirmed=confirmed)
        except (AddressError, NotASubmissionError) as error:
            problem = str(error)
    say(f"line {row.line}: {problem}")
    return REFUSED


def _join(
    publisher: "Publisher", submission: "Submission", newsletter: str, *, confirmed: bool
) -> str:
    from publisher.events.forms import ask_by_form, details_of, named
    from publisher.model.contacts import Added
    from publisher.model.system_mails import SystemKind

    outbox = publisher.outbox
    contact = outbox.subscribers.show(submission.email)
    if contact and any(event.reason == named(submission) for event in contact.history):
        return KNOWN
    details = details_of(submission, newsletter, publisher.offers)
    if confirmed:
        reason = named(submission)
        name, email = details.name, submission.email
        added = outbox.subscribers.add(newsletter, email, name, reason=reason)
        return ADDED if added is Added.ADDED else added.value
    states = {each.newsletter: each.state for each in (contact.subscriptions if contact else ())}
    if states.get(newsletter) == "active" or (contact and contact.suppressed):
        return KNOWN
    mail = publisher.system_mails.get(SystemKind.CONFIRMATION, newsletter, details.language)
    ask_by_form(outbox, submission, newsletter, mail, details)
    return ASKED
