"""`publish queue …`, `publish resolve`, `publish pause`, `publish resume`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeGuard
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, known_channel, now, open_publisher
from publisher.cli.output import counted, json_lines, local, say, short, table, tell
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.model.deliveries import Delivery
    from publisher.outbox.outbox import Outbox

RETRY = "publish queue retry 12 13, or --state, --channel, --edition"
RESOLVE = "publish resolve 12 13 sent (or retry, or drop)"
COLUMNS = (
    "id",
    "channel",
    "for",
    "edition",
    "subject",
    "state",
    "tries",
    "queued",
    "sent",
    "what happened",
)
ID: click.ParamType[Any] = click.IntRange(min=1, max=2**63 - 1)
STATES = click.Choice(["queued", "sending", "sent", "rejected", "unknown", "cancelled"])


class Rows:
    """Deliveries as they are shown; each edition's subject is asked for once."""

    def __init__(self, outbox: "Outbox", zone: ZoneInfo) -> None:
        self.zone = zone
        self.count = 0
        self._subject = cache(outbox.listing.subject)

    def values(self, rows: "Iterable[Delivery]") -> Iterator[dict[str, Any]]:
        """What `--json` shows; counts as it goes."""
        for row in rows:
            self.count += 1
            yield _values(row, self.subject(row), self.zone)

    def cells(self, rows: "Iterable[Delivery]") -> Iterator[Sequence[object]]:
        """What people see, under COLUMNS; counts as it goes."""
        for row in rows:
            self.count += 1
            yield [
                row.id,
                row.channel,
                row.recipient or row.post_path,
                row.edition_id or "-",
                self.subject(row) or "-",
                row.state.value,
                row.attempts,
                short(row.queued_at, self.zone),
                short(row.sent_at, self.zone),
                _happened(row),
            ]

    def subject(self, row: "Delivery") -> str:
        """The subject of an email."""
        return self._subject(row.edition_id) if row.edition_id is not None else ""


def _values(row: "Delivery", subject: str, zone: ZoneInfo) -> dict[str, Any]:
    """Never the payload or the reader's token."""
    whole: dict[str, Any] = {"post": row.post_path}
    if row.edition_id is not None:
        whole = {"edition": row.edition_id, "subject": subject}
    return {
        "id": row.id,
        "key": row.key,
        "channel": row.channel,
        "recipient": row.recipient or None,
        "kind": row.kind,
        **whole,
        "state": row.state,
        "attempts": row.attempts,
        "error": row.error or None,
        "remark": row.remark,
        "remote_id": row.remote_id or None,
        "remote_url": row.remote_url or None,
        "queued_at": local(row.queued_at, zone),
        "sent_at": local(row.sent_at, zone),
    }


@click.group()
def queue() -> None:
    """List, show, cancel or retry messages."""


@queue.command("list")
@click.option("--channel", metavar="NAME", help="Only this channel's.")
@click.option("--state", type=STATES, help="Only those in this state.")
@click.option("--edition", type=ID, metavar="ID", help="Only this edition's.")
@click.option("--limit", type=ID, metavar="NUMBER", help="At most so many, the oldest.")
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
        shown = Rows(publisher.outbox, publisher.config.site.zone)
        rows = publisher.outbox.listing.deliveries(
            channel=channel, state=State(state) if state else None, edition=edition, limit=limit
        )
        if as_json:
            json_lines(shown.values(rows))
        else:
            table(COLUMNS, shown.cells(rows))
        if channel and not shown.count:
            known_channel(publisher.config, channel)
    if not as_json:
        say(counted(shown.count, "message"))


def _happened(row: "Delivery") -> str:
    """What became of a row, and what of its message was left out."""
    return "; ".join(filter(None, [row.error or row.remote_url or row.remote_id, row.remark]))


@queue.command()
@click.argument("ids", nargs=-1, type=ID, required=True, metavar="ID...")
@as_json
@click.pass_obj
def show(
    config_path: Path,
    ids: tuple[int, ...],
    as_json: bool,
) -> None:
    """Show everything known of messages, by their ids."""
    with open_publisher(config_path) as publisher:
        rows = publisher.outbox.operator.find(ids=list(ids))
        shown = list(Rows(publisher.outbox, publisher.config.site.zone).values(rows))
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise UsageError(
            f"no message of id {', '.join(map(str, sorted(missing)))}",
            "publish queue list shows the ids",
        )
    if as_json:
        json_lines(shown)
        return
    for values in shown:
        for key, value in values.items():
            tell(f"{key:>12}  {'-' if value is None else value}")
        tell()


@queue.command()
@click.argument("ids", nargs=-1, type=ID, metavar="[ID...]")
@click.option("--channel", metavar="NAME", help="All that wait on this channel.")
@click.option("--edition", type=ID, metavar="ID", help="All that wait of this edition.")
@click.pass_obj
def cancel(
    config_path: Path, ids: tuple[int, ...], channel: str | None, edition: int | None
) -> None:
    """Withdraw messages that are still queued."""
    if not (ids or channel or edition is not None):
        raise UsageError("nothing named", "publish queue cancel ID…, or --channel, or --edition")
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.operator.cancel(
            ids=list(ids) or None, channel=channel, edition=edition
        )
        if channel and not done:
            known_channel(publisher.config, channel)
    tell(f"{done:,} cancelled")
    _all_or_error(done, ids, "only queued messages can be cancelled")


@queue.command()
@click.argument("ids", nargs=-1, type=ID, metavar="[ID...]")
@click.option(
    "--state",
    type=click.Choice(["rejected", "cancelled"]),
    help="All in this state (rejected, if none is named).",
)
@click.option("--channel", metavar="NAME", help="All of this channel.")
@click.option("--edition", type=ID, metavar="ID", help="All of this edition.")
@click.pass_obj
def retry(
    config_path: Path,
    ids: tuple[int, ...],
    state: str | None,
    channel: str | None,
    edition: int | None,
) -> None:
    """Queue rejected or cancelled messages once more: by id, or all that the options name."""
    from publisher.model.deliveries import State

    some = bool(state or channel or edition is not None)
    if some == bool(ids):
        raise UsageError("name messages by id or by options", RETRY)
    with open_publisher(config_path) as publisher:
        if channel:
            known_channel(publisher.config, channel)
        done = (
            publisher.outbox.operator.retry_all(
                State(state) if state else None, channel=channel, edition=edition
            )
            if some
            else publisher.outbox.operator.retry(list(ids))
        )
    tell(f"{done:,} queued again")
    _all_or_error(
        done, ids, "only rejected and cancelled messages of readers who stayed can be retried"
    )


@queue.command()
@click.option("--older", metavar="TIME", required=True, help='Than this, such as "30 days".')
@click.pass_obj
def prune(config_path: Path, older: str) -> None:
    """Forget finished mails of old editions; what keeps things from going out twice stays."""
    from publisher.durations import parse_duration

    try:
        age = parse_duration(older)
    except ValueError as error:
        raise UsageError(f"--older {older}: {error}") from None
    with open_publisher(config_path) as publisher:
        count = publisher.outbox.operator.prune(now() - age)
    say(f"{counted(count, 'finished mail')} forgotten")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="ID... sent|retry|drop")
@click.pass_obj
def resolve(config_path: Path, words: tuple[str, ...]) -> None:
    """Say what became of unknown messages: they were sent, are to be retried, or dropped."""
    *numbers, verdict = words
    if not _is_verdict(verdict):
        raise UsageError(f"{verdict}: that is no verdict", RESOLVE)
    if not numbers or not all(each.isascii() and each.isdecimal() for each in numbers):
        raise UsageError("which messages? name their ids", RESOLVE)
    ids = [ID.convert(each, None, None) for each in numbers]
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.operator.resolve(ids, verdict)
    tell(f"{done:,} resolved as {verdict}")
    _all_or_error(done, ids, "only unknown messages can be resolved")


def _is_verdict(word: str) -> "TypeGuard[Literal['sent', 'retry', 'drop']]":
    return word in {"sent", "retry", "drop"}


def _all_or_error(done: int, ids: Collection[int], why: str) -> None:
    left = len(set(ids)) - done
    if left > 0:
        raise UsageError(f"{left} not changed: {why}", "publish queue show ID…")


@click.command()
@click.argument("channel")
@click.option(
    "--reason", metavar="TEXT", default="paused by hand", help="Why, for those who look later."
)
@click.pass_obj
def pause(config_path: Path, channel: str, reason: str) -> None:
    """Stop sending on CHANNEL until it is resumed."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.channels.pause(known_channel(publisher.config, channel), reason)
        publisher.notifier.paused_by_a_person(channel)
    tell(f"{channel} is paused; go on with: publish resume {channel}")


@click.command()
@click.argument("channel")
@click.pass_obj
def resume(config_path: Path, channel: str) -> None:
    """Send on a paused CHANNEL again."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.channels.resume(known_channel(publisher.config, channel))
    tell(f"{channel} sends again")
