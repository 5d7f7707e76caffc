"""`publish run`."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import now, open_publisher
from publisher.cli.output import say, short

if TYPE_CHECKING:
    from publisher.runners.service import Service
    from publisher.wiring import Publisher


@click.command()
@click.pass_obj
def run(config_path: Path) -> None:
    """Plan due slots and send due messages until stopped (SIGTERM finishes what is in flight)."""
    from publisher.plan.slots import publications, upcoming

    with open_publisher(config_path, sends=True) as publisher:
        for name in publications(publisher.config):
            slot = upcoming(publisher.config, name, now())
            zone = publisher.config.site.zone
            say(f"{name}: next slot {short(slot, zone) if slot else 'by hand only'}")
        _service(publisher).serve()
        unwritten = publisher.dispatcher.unwritten()
        rest = f"{unwritten:,} messages could not be written down and will be unknown"
        say(f"stopped; {rest if unwritten else 'nothing is in flight'}")


def _service(publisher: "Publisher") -> "Service":
    """The runner that config.yaml names."""
    if publisher.config.runner.kind == "cluster":
        from publisher.runners.cluster import ManyMachines

        return ManyMachines(publisher, say, threading.Event())
    from publisher.runners.service import Service

    return Service(publisher, say, threading.Event())
