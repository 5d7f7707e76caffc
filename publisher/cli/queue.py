"""`publish queue …`, `publish resolve`, `publish pause`, `publish resume`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeGuard
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, known_channel, open_publisher
from publisher.cli.output import json_line, local, say, short, table
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.outbox import Delivery

STATES = click.Choice(["queued", "sending", "sent", "rejected", "unknown", "cancelled"])


def row_values(row: "Delivery", zone: ZoneInfo) -> dict[str, Any]:
    """A delivery as `--json` shows it; never its payload or the reader's token."""
    whole = {"edition": row.edition_id} if row.edition_id is not None else {"post": row.post_path}
    return {
        "id": row.id,
        "key": row.key,
        "channel": row.channel,
        "recipient": row.recipient,
        "kind": row.kind,
        **whole,
        "state": row.state,
        "attempts": row.attempts,
        "error": row.error,
        "remote_id": row.remote_id,
        "remote_url": row.remote_url,
        "queued_at": local(row.queued_at, zone),
        "sent_at": local(row.sent_at, zone),
    }


@click.group()
def queue() -> None:
    """List, show, cancel or retry messages."""


@queue.command("list")
@click.option("--channel", help="Only this channel's.")
@click.option("--state", type=STATES, help="Only those in this state.")
@click.option("--edition", type=int, help="Only this edition's.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@as_json
@click.pass_obj
def list_rows(
    config_path: Path,
    channel: str | None,
    state: str | None,
    edition: int | None,
    limit: int | None,
    as_json: bool,  # noqa: FBT001  click hands a flag over
) -> None:
    """List messages, oldest first."""
    from publisher.outbox import State

    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        rows = publisher.outbox.deliveries(
            channel=channel, state=State(state) if state else None, edition=edition, limit=limit
        )
    if as_json:
        for row in rows:
            json_line(row_values(row, zone))
        return
    show_rows(rows, zone)
    say(f"{len(rows):,} message{'' if len(rows) == 1 else 's'}")


def show_rows(rows: "list[Delivery]", zone: ZoneInfo) -> None:
    """The rows as a table for people."""
    table(
        ["id", "channel", "for", "state", "tries", "queued", "sent", "what happened"],
        [
            [
                row.id,
                row.channel,
                row.recipient or row.post_path,
                row.state.value,
                row.attempts,
                short(row.queued_at, zone),
                short(row.sent_at, zone),
                row.error or row.remote_url or row.remote_id,
            ]
            for row in rows
        ],
    )


@queue.command()
@click.argument("ids", nargs=-1, type=int, required=True, metavar="ID...")
@as_json
@click.pass_obj
def show(
    config_path: Path,
    ids: tuple[int, ...],
    as_json: bool,  # noqa: FBT001  click hands a flag over
) -> None:
    """Show everything known of messages, by their ids."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        rows = publisher.outbox.deliveries(ids=list(ids))
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise UsageError(
            f"no message of id {', '.join(map(str, sorted(missing)))}",
            "publish queue list shows the ids",
        )
    for row in rows:
        values = row_values(row, zone)
        if as_json:
            json_line(values)
            continue
        for key, value in values.items():
            click.echo(f"{key:>12}  {value if value is not None else '-'}")
        click.echo()


@queue.command()
@click.argument("ids", nargs=-1, type=int, metavar="[ID...]")
@click.option("--channel", help="All that wait on this channel.")
@click.option("--edition", type=int, help="All that wait of this edition.")
@click.pass_obj
def cancel(
    config_path: Path, ids: tuple[int, ...], channel: str | None, edition: int | None
) -> None:
    """Withdraw messages that are still queued."""
    if not (ids or channel or edition is not None):
        raise UsageError("nothing named", "publish queue cancel ID…, or --channel, or --edition")
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.cancel(ids=list(ids) or None, channel=channel, edition=edition)
    click.echo(f"{done} cancelled")


@queue.command()
@click.argument("ids", nargs=-1, type=int, required=True, metavar="ID...")
@click.pass_obj
def retry(config_path: Path, ids: tuple[int, ...]) -> None:
    """Queue rejected or cancelled messages once more."""
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.retry(list(ids))
    click.echo(f"{done} queued again")
    _all_or_error(done, ids, "only rejected and cancelled messages can be retried")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="ID... sent|retry|drop")
@click.pass_obj
def resolve(config_path: Path, words: tuple[str, ...]) -> None:
    """Say what became of unknown messages: they were sent, are to be retried, or dropped."""
    *ids, verdict = words
    if not _is_verdict(verdict) or not all(each.isdecimal() for each in ids):
        raise UsageError("that is no verdict", "publish resolve 12 13 sent (or retry, or drop)")
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.resolve([int(each) for each in ids], verdict)
    click.echo(f"{done} resolved as {verdict}")
    _all_or_error(done, ids, "only unknown messages can be resolved")


def _is_verdict(word: str) -> "TypeGuard[Literal['sent', 'retry', 'drop']]":
    return word in {"sent", "retry", "drop"}


def _all_or_error(done: int, ids: "tuple[Any, ...] | list[str]", why: str) -> None:
    if done < len(ids):
        raise UsageError(f"{len(ids) - done} not changed: {why}", "publish queue show ID…")


@click.command()
@click.argument("channel")
@click.option("--reason", default="paused by hand", help="Why, for those who look later.")
@click.pass_obj
def pause(config_path: Path, channel: str, reason: str) -> None:
    """Stop sending on CHANNEL until it is resumed."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.pause(known_channel(publisher.config, channel), reason)
    click.echo(f"{channel} is paused; go on with: publish resume {channel}")


@click.command()
@click.argument("channel")
@click.pass_obj
def resume(config_path: Path, channel: str) -> None:
    """Send on a paused CHANNEL again."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.resume(known_channel(publisher.config, channel))
    click.echo(f"{channel} sends again")
