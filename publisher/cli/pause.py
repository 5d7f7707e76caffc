"""`publish pause`."""

from pathlib import Path

import click

from publisher.cli.common import known_channel, open_publisher
from publisher.cli.output import tell


@click.command()
@click.argument("channel")
@click.option("--reason", metavar="TEXT", default="manually", help="Shown by publish status.")
@click.pass_obj
def pause(config_path: Path, channel: str, reason: str) -> None:
    """Pause sending on CHANNEL until it is resumed."""
    with open_publisher(config_path) as publisher:
        publisher.outbox.channels.pause(known_channel(publisher.config, channel), reason)
        publisher.notifier.paused_by_a_person(channel)
    tell(f"{channel} paused. Resume with: publish resume {channel}")
