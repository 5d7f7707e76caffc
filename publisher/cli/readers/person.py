"""`publish subscribers show`, `release`, `erase`, `stats`: a person's page, and all in numbers."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, ask, open_publisher
from publisher.cli.output import json_lines, say, short, table, tell
from publisher.durations import WEEKDAYS
from publisher.errors import UsageError
from publisher.model.contacts import Cadence

if TYPE_CHECKING:
    from publisher.model.contacts import Choices, Contact, Subscriber

NOT_RELEASED = 1
LATELY = timedelta(days=30)


def page_of(contact: "Contact", values: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """A person's page, line by line; `values` are those of `serializers.person`."""
    about = (contact.name, contact.language, contact.timezone)
    yield "  ".join([contact.email, *filter(None, about)])
    if contact.suppressed:
        yield f"suppressed: {contact.suppressed}"
    if contact.consent is not None:
        waits = all(each.state == "pending" for each in contact.subscriptions)
        yield f"{'asked' if waits else 'consent'}: {_agreed(contact, zone)}"
    for each in contact.subscriptions:
        yield f"{each.newsletter}: {each.state} since {short(each.changed_at, zone)}{_choice(each)}"
    for heading, lines in (
        ("history", _events(contact, zone)),
        ("bounces", _bounces(values, zone)),
        ("sent lately", _messages(values, zone)),
    ):
        told = list(lines)
        if told:
            yield f"{heading}:"
            yield from (f"  {line}" for line in told)


def _agreed(contact: "Contact", zone: ZoneInfo) -> str:
    agreed = contact.consent
    if agreed is None:
        return ""
    when = short(agreed.at, zone) if agreed.at else "at a time that is not known"
    source = f" ({agreed.source})" if agreed.source else ""
    return f"{agreed.how or 'not known how'}, {when}{source}"


def _choice(each: "Subscriber") -> str:
    chosen = each.choices
    if chosen == type(chosen)():
        return ""
    return f"; chose {', '.join([*chosen.topics, *_rhythm(chosen)])}"


def _rhythm(chosen: "Choices") -> list[str]:
    if chosen.cadence is Cadence.EACH:
        return []
    day = f" on {WEEKDAYS[chosen.day].title()}" if chosen.cadence is Cadence.WEEKLY else ""
    return [f"{chosen.cadence}{day} at {chosen.hour:02}:00"]


def _events(contact: "Contact", zone: ZoneInfo) -> Iterator[str]:
    for each in contact.history:
        about = f" ({each.newsletter})" if each.newsletter else ""
        yield f"{short(each.at, zone)}  {each.kind}{about}: {each.reason}"


def _bounces(values: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    for each in values["bounces"]:
        said = " ".join(filter(None, (each["status"], each["text"])))
        yield f"{short(each['at'], zone)}  {each['kind']}: {said}"


def _messages(values: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    for each in values["messages"]:
        when = each["sent_at"] or each["queued_at"]
        error = f": {each['error']}" if each["error"] else ""
        what = each.get("subject") or each.get("post")
        yield f"{short(when, zone)}  {each['state']}  {what} ({each['id']}){error}"


@click.command()
@click.argument("email")
@click.option("--reason", metavar="TEXT", required=True, help="Why, for their history.")
@click.option("--force", is_flag=True, help="Even if they complained, or were erased.")
@click.pass_context
def release(ctx: click.Context, email: str, reason: str, force: bool) -> None:
    """End a suppression; whoever has left stays unsubscribed."""
    from publisher.model.contacts import Released

    with open_publisher(ctx.obj) as publisher:
        done = publisher.outbox.people.release(email, reason, force=force)
    if done is Released.GRAVE:
        say(f"{email}: {done}; if they asked for email again, use --force")
        ctx.exit(NOT_RELEASED)
    tell(f"{email}: {done}")


@click.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(config_path: Path, email: str, yes: bool) -> None:
    """Erase a person for good; only a hash is kept, so that no list brings them back."""
    if not yes and not sys.stdin.isatty():
        raise UsageError("erase asks before it acts", "add --yes where nobody can answer")
    if not yes:
        ask(f"Erase {email} for good?")
    with open_publisher(config_path) as publisher:
        if not publisher.outbox.erasure.erase(email):
            raise UsageError(f"{email}: no such subscriber", "see: publish subscribers list")
    tell(f"{email}: erased, and never mailed again")


@click.command()
@as_json
@click.pass_obj
def stats(config_path: Path, as_json: bool) -> None:
    """Count subscribers by newsletter and state, and who joined and left in the last 30 days."""
    with open_publisher(config_path) as publisher:
        rows = [
            asdict(each) for each in publisher.outbox.people.numbers(publisher.clock() - LATELY)
        ]
    if as_json:
        json_lines(rows)
        return
    columns = list(rows[0]) if rows else []
    if not table(columns, ([*each.values()] for each in rows)):
        say("no subscribers")
