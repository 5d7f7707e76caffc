"""`publish run`."""

import threading
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import open_publisher
from publisher.cli.output import say, short
from publisher.cli.web import page_server

if TYPE_CHECKING:
    from publisher.runners.service import Service
    from publisher.wiring import Publisher


@click.command()
@click.option("--web", "with_web", is_flag=True, help="Serve the pages for readers, too.")
@click.pass_obj
def run(config_path: Path, with_web: bool) -> None:
    """Plan and send on schedule until stopped (SIGTERM finishes what is in flight)."""
    from publisher.plan.series import publications
    from publisher.plan.slots import upcoming

    with open_publisher(config_path, sends=True) as publisher:
        stop, zone = threading.Event(), publisher.config.site.zone
        with page_server(publisher).beside(stop) if with_web else nullcontext():
            for name in publications(publisher.config):
                slot = upcoming(publisher.config, name, publisher.now())
                say(f"{name}: next slot {short(slot, zone)}" if slot else f"{name}: manual only")
            _service(publisher, stop).serve()
        unwritten = publisher.dispatcher.unwritten()
        lost = f"{unwritten:,} outcomes could not be recorded and will be unknown"
        say(f"stopped; {lost if unwritten else 'nothing is in flight'}")


def _service(publisher: "Publisher", stop: threading.Event) -> "Service":
    """The runner that config.yaml names."""
    if publisher.config.runner.kind == "cluster":
        from publisher.runners.cluster import Cluster

        return Cluster(publisher, say, stop)
    from publisher.runners.service import Service

    return Service(publisher, say, stop)
