"""`publish mailbox`."""

from pathlib import Path

import click

from publisher.cli.common import as_json, open_publisher
from publisher.cli.output import json_line, say, tell
from publisher.errors import UsageError

HINT = "add a block mailbox: … with address, host, username and password"


@click.command()
@click.option("--again", is_flag=True, help="Look at emails anew that were left where they are.")
@as_json
@click.pass_obj
def mailbox(config_path: Path, again: bool, as_json: bool) -> None:
    """Read the mailbox once: bounces, complaints, and what readers write.

    An email is put away only once all that it says is recorded. `publish run` reads it regularly.
    """
    from publisher.events.incoming import spelt

    with open_publisher(config_path, sends=True) as publisher:
        if publisher.config.mailbox is None:
            raise UsageError("config.yaml names no mailbox", HINT)
        if again:
            publisher.incoming.again()
        counts = publisher.incoming.look(say)
    if as_json:
        json_line({"read": counts is not None, "found": dict(counts or {})})
    elif counts is None:
        tell("another process is reading the mailbox")
    else:
        tell(spelt(counts))
