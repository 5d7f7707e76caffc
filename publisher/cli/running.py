"""`publish run`."""

import threading
from pathlib import Path

import click

from publisher.cli.common import now, open_publisher
from publisher.cli.output import say, short


@click.command()
@click.pass_obj
def run(config_path: Path) -> None:
    """Plan due slots and send due messages until stopped (SIGTERM finishes what is in flight)."""
    from publisher.plan.slots import upcoming, wishes_of
    from publisher.runners.service import Service

    with open_publisher(config_path) as publisher:
        for name in wishes_of(publisher.config):
            slot = upcoming(publisher.config, name, now())
            zone = publisher.config.site.zone
            say(f"{name}: next slot {short(slot, zone) if slot else 'by hand only'}")
        Service(publisher, say, threading.Event()).serve()
        say("stopped; nothing is in flight")
