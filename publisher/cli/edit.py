"""`publish edit`."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import DELIVERY_ID, ask, check_known, open_publisher
from publisher.cli.output import tell

if TYPE_CHECKING:
    from publisher.model.messages import ChannelMessage
    from publisher.runners.posted import Edit


@click.command()
@click.argument("number", type=DELIVERY_ID, metavar="ID")
@click.option("--text", metavar="TEXT", help="Its new text. Without it: what its post says now.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.pass_obj
def edit(config_path: Path, number: int, text: str | None, yes: bool) -> None:
    """Change a message at its network, by its ID: after a typo was mended in the post."""
    from publisher.runners.outputs import Outputs
    from publisher.runners.posted import edit as change
    from publisher.runners.posted import plan_edit

    with open_publisher(config_path, sends=True) as publisher:
        rows = publisher.outbox.operator.find(ids=[number])
        check_known([row.id for row in rows], [number])
        planned = plan_edit(publisher, rows[0], text)
        _show(planned)
        if not yes:
            ask("Change it?")
        receipt = change(publisher, planned)
        Outputs(publisher, tell).look()
    tell(f"{number} {rows[0].channel}: changed{receipt.remark and f', {receipt.remark}'}")


def _show(planned: "Edit") -> None:
    """The lines that change, as diff shows them."""
    titled = planned.old.title != planned.new.title
    old, new = (_lines(each, titled=titled) for each in (planned.old, planned.new))
    for line in difflib.ndiff(old, new):
        if not line.startswith("?"):
            tell(line)


def _lines(message: "ChannelMessage", *, titled: bool) -> list[str]:
    """A text, below its title where that stands on a card only."""
    lines = message.text.splitlines()
    return [message.title, *lines] if titled and message.title not in lines else lines
