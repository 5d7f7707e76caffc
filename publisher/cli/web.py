"""`publish web`."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from publisher.cli.common import open_publisher
from publisher.cli.output import say
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.web.server import PageServer
    from publisher.wiring import Publisher

_LATELY = timedelta(minutes=2)
_URL = "add web: {url: https://…}, the address by which readers reach the pages"
MISSING: Final = (
    "the web server is not installed",
    "in Publisher's folder: pipx install --force '.[web]', or: pip install '.[web]'",
)


@click.command()
@click.option("--snippet", is_flag=True, help="Print a form for your own site, and serve nothing.")
@click.pass_obj
def web(config_path: Path, snippet: bool) -> None:
    """Serve the pages for readers until stopped: subscribe, confirm, choose, leave, archive."""
    from publisher.runners.ticker import stop_on_signals

    with open_publisher(config_path) as publisher:
        if snippet:
            _print_form(publisher)
            return
        server, stop = page_server(publisher), threading.Event()
        if not _is_run(publisher):
            say("  publish run is not at work: the emails that ask to confirm wait for it")
        stop_on_signals(stop)
        threading.Thread(target=_stopping, args=(server, stop), daemon=True).start()
        server.serve()
        say("stopped; every request that came was answered")


def _is_run(publisher: "Publisher") -> bool:
    """Whether `publish run`, which sends, was at work lately."""
    last = publisher.outbox.figures.last_tick()
    return last is not None and publisher.clock() - last < _LATELY


def _stopping(server: "PageServer", stop: threading.Event) -> None:
    """Stop the server once a signal has come."""
    stop.wait()
    server.stop()


def _print_form(publisher: "Publisher") -> None:
    from publisher.wiring import site_of

    if publisher.config.web.url is None:
        raise UsageError("config.yaml has no web.url", _URL)
    try:
        from publisher.web.snippet import snippet as form
    except ImportError as error:
        raise UsageError(*MISSING) from error
    click.echo(form(publisher.config, site_of(publisher.config)), nl=False)


def page_server(publisher: "Publisher") -> "PageServer":
    """What serves the pages; a UsageError if it is not installed, or has no address."""
    url, listen = publisher.config.web.url, publisher.config.web.listen
    if url is None:
        raise UsageError("config.yaml has no web.url", _URL)
    try:
        from publisher.web.server import PageServer
    except ImportError as error:
        raise UsageError(*MISSING) from error
    server = PageServer(publisher)
    say(f"serving {url} on {listen}")
    for line in _served(publisher):
        say(f"  {line}")
    return server


def _served(publisher: "Publisher") -> Iterator[str]:
    """What people find there."""
    config, url = publisher.config, publisher.config.web.url
    names = [(each.title or name, each) for name, each in config.newsletters.items()]
    yield f"{url}/ to subscribe: {', '.join(title for title, _ in names) or 'no newsletter yet'}"
    public = [title for title, each in names if each.archive]
    hint = "no newsletter has archive: true"
    yield f"{url}/archive/ what was sent: {', '.join(public) or hint}"
    token = "with the token of web.metrics" if config.web.metrics else "off (web.metrics)"
    yield f"/health for monitoring; /metrics {token}"
