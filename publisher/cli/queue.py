"""`publish queue …`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import (
    DELIVERY_ID,
    Command,
    as_json,
    check_all_changed,
    check_known,
    known_channel,
    open_publisher,
)
from publisher.cli.output import counted, json_lines, say, short, table, tell
from publisher.errors import UsageError
from publisher.serializers import STATES, DeliveryJson

if TYPE_CHECKING:
    from publisher.model.deliveries import Delivery

COLUMNS = (
    *("id", "channel", "recipient", "edition", "subject"),
    *("state", "attempts", "queued", "sent", "details"),
)


def _channel(meaning: str) -> Callable[[Command], Command]:
    return click.option("--channel", metavar="NAME", help=meaning)


def _edition(meaning: str) -> Callable[[Command], Command]:
    return click.option("--edition", type=DELIVERY_ID, metavar="ID", help=meaning)


@click.group()
def queue() -> None:
    """List, show, cancel or retry messages."""


@queue.command("list")
@_channel("Only messages on this channel.")
@click.option("--state", type=click.Choice(STATES), help="Only messages in this state.")
@_edition("Only messages of this edition.")
@click.option("--limit", type=DELIVERY_ID, metavar="NUMBER", help="At most this many.")
@as_json
@click.pass_obj
def list_rows(
    config_path: Path,
    channel: str | None,
    state: str | None,
    edition: int | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List messages, oldest first."""
    from publisher.model.deliveries import State

    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        shown = DeliveryJson(publisher.outbox, zone)
        rows = publisher.outbox.listing.deliveries(
            channel=channel, state=State(state) if state else None, edition=edition, limit=limit
        )
        if as_json:
            json_lines(shown.values(rows))
        else:
            table(COLUMNS, (_cells(*each, zone) for each in shown.with_subjects(rows)))
        if channel and not shown.count:
            known_channel(publisher.config, channel)
    if not as_json:
        say(counted(shown.count, "message"))


def _cells(row: "Delivery", subject: str, zone: ZoneInfo) -> list[object]:
    outcome = row.error or row.remote_url or row.remote_id
    return [
        row.id,
        row.channel,
        row.label,
        row.edition_id or "-",
        subject or "-",
        row.state.value,
        row.attempts,
        short(row.queued_at, zone),
        short(row.sent_at, zone),
        "; ".join(filter(None, ["deleted" if row.undone_at else outcome, row.remark])),
    ]


@queue.command()
@click.argument("ids", nargs=-1, type=DELIVERY_ID, required=True, metavar="ID...")
@as_json
@click.pass_obj
def show(config_path: Path, ids: tuple[int, ...], as_json: bool) -> None:
    """Show everything known about messages, by their IDs."""
    with open_publisher(config_path) as publisher:
        rows = publisher.outbox.operator.find(ids=list(ids))
        shown = list(DeliveryJson(publisher.outbox, publisher.config.site.zone).values(rows))
    check_known([row.id for row in rows], ids)
    if as_json:
        json_lines(shown)
        return
    for values in shown:
        for key, value in values.items():
            moment = value.isoformat(" ", "seconds") if isinstance(value, datetime) else value
            tell(f"{key:>12}  {'-' if moment is None else moment}")
        tell()


@queue.command()
@click.argument("ids", nargs=-1, type=DELIVERY_ID, metavar="[ID...]")
@_channel("All queued messages on this channel.")
@_edition("All queued messages of this edition.")
@click.pass_obj
def cancel(
    config_path: Path, ids: tuple[int, ...], channel: str | None, edition: int | None
) -> None:
    """Cancel messages that are still queued."""
    if not (ids or channel or edition is not None):
        raise UsageError("specify message IDs, --channel or --edition", "publish queue cancel -h")
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.operator.cancel(
            ids=list(ids) or None, channel=channel, edition=edition
        )
        if channel and not done:
            known_channel(publisher.config, channel)
        tell(f"{done:,} cancelled")
        only = "only queued messages can be cancelled"
        check_all_changed(publisher.outbox, done, ids, only)


@queue.command()
@click.argument("ids", nargs=-1, type=DELIVERY_ID, metavar="[ID...]")
@click.option(
    "--state",
    type=click.Choice(["rejected", "cancelled"]),
    help="All messages in this state (default: rejected).",
)
@_channel("All of them on this channel.")
@_edition("All of them in this edition.")
@click.pass_obj
def retry(
    config_path: Path,
    ids: tuple[int, ...],
    state: str | None,
    channel: str | None,
    edition: int | None,
) -> None:
    """Queue rejected or cancelled messages again: by ID, or all that match the options."""
    from publisher.model.deliveries import State

    some = bool(state or channel or edition is not None)
    if some == bool(ids):
        either = "specify either message IDs or options"
        raise UsageError(either, "publish queue retry 12 13, or --state, --channel, --edition")
    with open_publisher(config_path) as publisher:
        if channel:
            known_channel(publisher.config, channel)
        operator, wanted = publisher.outbox.operator, State(state) if state else None
        done = (
            operator.retry_all(wanted, channel=channel, edition=edition)
            if some
            else operator.retry(list(ids))
        )
        tell(f"{done:,} queued again")
        only = "only rejected or cancelled messages to current subscribers can be retried"
        check_all_changed(publisher.outbox, done, ids, only)


@queue.command()
@click.option("--older", metavar="TIME", required=True, help='Minimum age, such as "30 days".')
@click.pass_obj
def prune(config_path: Path, older: str) -> None:
    """Delete finished emails of old editions; what prevents duplicates is kept."""
    from publisher.durations import parse_duration

    try:
        age = parse_duration(older)
    except ValueError as error:
        raise UsageError(f"--older {older}: {error}") from None
    with open_publisher(config_path) as publisher:
        count = publisher.outbox.operator.prune(publisher.now() - age)
    say(f"{counted(count, 'finished email')} deleted")
