"""`publish web`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import open_publisher
from publisher.cli.output import say
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.web.server import PageServer
    from publisher.wiring import Publisher


@click.command()
@click.pass_obj
def web(config_path: Path) -> None:
    """Serve the pages for readers until stopped: subscribe, confirm, choose, leave."""
    with open_publisher(config_path) as publisher:
        page_server(publisher).serve()
        say("stopped; every request that came was answered")


def page_server(publisher: "Publisher") -> "PageServer":
    """What serves the pages; a UsageError if it is not installed, or has no address."""
    url, listen = publisher.config.web.url, publisher.config.web.listen
    if url is None:
        hint = "add web: {url: https://…}, the address by which readers reach the pages"
        raise UsageError("config.yaml has no web.url", hint)
    try:
        from publisher.web.server import PageServer
    except ImportError as error:
        hint = 'run: pip install "publisher-bot[web]"'
        raise UsageError("the web server is not installed", hint) from error
    server = PageServer(publisher)
    say(f"serving {url} on {listen}")
    return server
