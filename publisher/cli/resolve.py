"""`publish resolve`."""

from pathlib import Path
from typing import Literal, TypeGuard

import click

from publisher.cli.common import DELIVERY_ID, check_all_changed, open_publisher
from publisher.cli.output import tell
from publisher.errors import UsageError

EXAMPLE = "for example: publish resolve 12 13 sent"


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="ID... sent|retry|drop")
@click.pass_obj
def resolve(config_path: Path, words: tuple[str, ...]) -> None:
    """Resolve messages with an unknown outcome: sent, retry them, or drop them."""
    *numbers, resolution = words
    if not _is_resolution(resolution):
        known = "use sent, retry or drop"
        raise UsageError(f"unknown resolution {resolution!r} ({known})", EXAMPLE)
    if not numbers or not all(each.isascii() and each.isdecimal() for each in numbers):
        raise UsageError("specify message IDs", EXAMPLE)
    ids = [DELIVERY_ID.convert(each, None, None) for each in numbers]
    with open_publisher(config_path) as publisher:
        done = publisher.outbox.operator.resolve(ids, resolution)
        tell(f"{done:,} resolved as {resolution}")
        only = "only messages with an unknown outcome can be resolved"
        check_all_changed(publisher.outbox, done, ids, only)


def _is_resolution(word: str) -> "TypeGuard[Literal['sent', 'retry', 'drop']]":
    return word in {"sent", "retry", "drop"}
