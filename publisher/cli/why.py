"""`publish why`."""

from pathlib import Path

import click

from publisher import serializers
from publisher.cli.common import as_json, at_option, find_post, moment, open_publisher
from publisher.cli.output import json_line, short, tell


@click.command()
@click.argument("post")
@at_option("Decide as of this time")
@as_json
@click.pass_obj
def why(config_path: Path, post: str, at: str | None, as_json: bool) -> None:
    """Explain why POST (a file or URL) is chosen or not, and which rule decided."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        found = find_post(publisher.planner.posts(), publisher.config, post)
        for each in publisher.planner.why(found, moment(at, zone)):
            if as_json:
                json_line(serializers.why(each, found.path, zone))
                continue
            decided = f"chosen as {each.role}" if each.chosen else "not chosen"
            edition = short(each.slot, zone) if each.slot else "the next edition"
            tell(f"{each.owner}: {decided} ({edition}): {each.rule}: {each.detail}")
