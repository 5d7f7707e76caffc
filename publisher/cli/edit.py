"""`publish edit`."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import DELIVERY_ID, check_known, open_publisher
from publisher.cli.output import tell

if TYPE_CHECKING:
    from publisher.runners.posted import Edit


@click.command()
@click.argument("number", type=DELIVERY_ID, metavar="ID")
@click.option("--text", metavar="TEXT", help="Its new text. Without it: what its post says now.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.pass_obj
def edit(config_path: Path, number: int, text: str | None, yes: bool) -> None:
    """Change a message at its network, by its ID: after a typo was mended in the post."""
    from publisher.runners.posted import edit as change
    from publisher.runners.posted import plan_edit

    with open_publisher(config_path, sends=True) as publisher:
        rows = publisher.outbox.operator.find(ids=[number])
        check_known([row.id for row in rows], [number])
        planned = plan_edit(publisher, rows[0], text)
        _show(planned)
        if not yes:
            click.confirm("Change it?", abort=True, err=True)
        receipt = change(publisher, planned)
    tell(f"{number} {rows[0].channel}: changed{receipt.remark and f', {receipt.remark}'}")


def _show(planned: "Edit") -> None:
    """The lines that change, as diff shows them."""
    old, new = planned.old.text.splitlines(), planned.new.text.splitlines()
    for line in difflib.ndiff(old, new):
        if not line.startswith("?"):
            tell(line)
