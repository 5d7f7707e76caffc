"""`publish undo`."""

from pathlib import Path

import click

from publisher.cli.common import DELIVERY_ID, check_known, open_publisher
from publisher.cli.output import counted, say_error, tell


@click.command()
@click.argument("ids", nargs=-1, type=DELIVERY_ID, required=True, metavar="ID...")
@click.pass_obj
def undo(config_path: Path, ids: tuple[int, ...]) -> None:
    """Delete messages at their networks, by their IDs.

    The posts stay known as published: nothing posts them again by itself.
    """
    from publisher.errors import PublisherError, StorageError
    from publisher.runners.outputs import Outputs
    from publisher.runners.posted import undo as take_back

    failed = 0
    with open_publisher(config_path, sends=True) as publisher:
        rows = publisher.outbox.operator.find(ids=list(ids))
        check_known([row.id for row in rows], ids)
        for row in rows:
            try:
                take_back(publisher, row, publisher.clock())
            except StorageError:
                raise
            except PublisherError as error:
                failed += 1
                say_error(error)
            else:
                tell(f"{row.id} {row.channel} {row.label}: deleted")
        if failed < len(rows):
            Outputs(publisher, tell).look()
    if failed:
        raise click.exceptions.Exit(1)
    tell(f"{counted(len(rows), 'message')} deleted; the next publish run posts none of them again")
