"""`publish resume`."""

from pathlib import Path

import click

from publisher.cli.common import known_channel, open_publisher
from publisher.cli.output import tell


@click.command()
@click.argument("channel")
@click.pass_obj
def resume(config_path: Path, channel: str) -> None:
    """Resume sending on a paused CHANNEL."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.channels.resume(known_channel(publisher.config, channel))
    tell(f"{channel} resumed")
