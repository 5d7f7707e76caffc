"""`publish connect`: a person lets a channel in; its secret stays out of config.yaml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import known_channel, open_publisher
from publisher.cli.output import say, short, tell
from publisher.errors import AuthExpired, DeliveryError, NotAllowed, Rejected, UsageError
from publisher.model.channels import how_to_go_on

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.adapters.base import Adapter, Connects
    from publisher.model.credentials import Credentials, Renew, Standing
    from publisher.model.messages import Message
    from publisher.wiring import Publisher

PORT = 8765


@click.command()
@click.argument("channel")
@click.option("--paste", is_flag=True, help="Take the answer by paste: no browser runs here.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=PORT,
    show_default=True,
    help="Where the answer is awaited on this machine.",
)
@click.option("--forget", is_flag=True, help="Drop what is stored instead, and tell the network.")
@click.pass_obj
def connect(config_path: Path, channel: str, paste: bool, port: int, forget: bool) -> None:
    """Let CHANNEL in at its network, and keep its secret in the database.

    The secret is asked for or caught from the browser; it never stands on a command line.
    """
    from publisher.cli.person import Terminal

    with open_publisher(config_path) as publisher:
        adapter = _adapter(publisher, known_channel(publisher.config, channel))
        if forget:
            _forget(publisher, channel, adapter)
            return
        new = adapter.connect(Terminal(port=port, paste=paste))
        standing = _try_out(publisher, channel, adapter, new)
        publisher.outbox.credentials.put(channel, new)
        if isinstance(standing, NotAllowed):
            say(str(standing))
            tell(f"{channel}: its secret is good, and stored; put that right, then: publish check")
        else:
            tell(_connected(channel, new, standing, publisher.config.site.zone))
        _go_on(publisher, channel)


def _adapter(publisher: "Publisher", name: str) -> "Connects":
    from publisher.adapters.base import Connects

    adapter = publisher.adapters[name]
    if not isinstance(adapter, Connects):
        word = type(adapter).__name__.lower()
        others = [each for each, its in publisher.adapters.items() if isinstance(its, Connects)]
        can = f"these can be connected: {', '.join(others)}" if others else ""
        text = f"{name} ({word}) needs no connecting: what config.yaml says lets it in"
        raise UsageError(text, "; ".join(filter(None, ("publish check tries it", can))))
    return adapter


def _try_out(
    publisher: "Publisher", name: str, adapter: "Connects", new: "Credentials"
) -> "Standing | NotAllowed | None":
    """Ask the network with what is not stored yet; what it refuses is never stored."""
    channel: Adapter[Message] = publisher.adapters[name]
    adapter.use_credentials(_Untried(new))
    try:
        return channel.check()
    except NotAllowed as error:
        return error
    except (AuthExpired, Rejected) as error:
        raise UsageError(f"{error}", "nothing was stored; try again") from None
    except DeliveryError as error:
        say(f"{error}; it is stored, and tried when something is sent")
        return None
    finally:
        adapter.use_credentials(publisher.outbox.credentials.of(name))


@dataclass(slots=True)
class _Untried:
    """A store of credentials that are not stored yet."""

    new: "Credentials" = field(repr=False)

    def read(self) -> "Credentials":
        return self.new

    def renewed(self, old: "Credentials | None", renew: "Renew") -> "Credentials":
        del old, renew
        raise AuthExpired("the network refuses what it has just given out")


def _connected(name: str, new: "Credentials", standing: "Standing | None", zone: "ZoneInfo") -> str:
    """What is connected, what it may do, and how long it lasts."""
    who = f" as {standing.account}" if standing and standing.account else ""
    may = f"; it may {', '.join(standing.may)}" if standing and standing.may else ""
    ends = new.ends_at or (standing.ends_at if standing else None)
    lasts = "; its secret does not end" if standing and standing.lasts else ""
    until = f"; connect it again before {short(ends, zone)}" if ends else lasts
    return f"{name} is connected{who}{may}{until}"


def _go_on(publisher: "Publisher", name: str) -> None:
    """Resume a channel that waits for this; not one that a person paused."""
    state = publisher.outbox.channels.get(name)
    if not state.is_paused(publisher.clock()):
        return
    connecting = how_to_go_on(name, state.reason) == f"publish connect {name}"
    if state.paused_until is None and connecting:
        publisher.outbox.channels.resume(name)
        tell(f"{name} resumed")
    else:
        say(f"{name} stays paused ({state.reason}); publish resume {name} lets it go on")


def _forget(publisher: "Publisher", name: str, adapter: "Connects") -> None:
    from publisher.adapters.base import Revokes

    if publisher.outbox.credentials.read(name) is None:
        raise UsageError(f"nothing is stored for {name}")
    more = None
    if isinstance(adapter, Revokes):
        try:
            more = adapter.revoke()
        except AuthExpired:
            say("the network did not know it any more")
        except DeliveryError as error:
            say(f"the network may still accept it: {error}")
    publisher.outbox.credentials.forget(name)
    tell(f"{name}: its secret is forgotten{f'; {more}' if more else ''}")
