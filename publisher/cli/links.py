"""`publish links`."""

from pathlib import Path

import click

from publisher.cli.common import as_json, open_publisher
from publisher.cli.output import counted, json_lines, say, short, table, tell
from publisher.errors import UsageError

COLUMNS = ("post", "channel", "sent", "link")


@click.command()
@click.option(
    "--front-matter", is_flag=True, help="Write the links into the posts, as `syndication`."
)
@as_json
@click.pass_obj
def links(config_path: Path, front_matter: bool, as_json: bool) -> None:
    """List where each post stands at networks."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        if front_matter:
            if as_json:
                raise UsageError("--front-matter and --json exclude each other", "use one of them")
            from publisher.runners.front_matter import write_links

            for line in write_links(publisher):
                tell(line)
            return
        found = list(publisher.outbox.posted.links())
        if as_json:
            json_lines(
                {"id": each.id, "post": each.post_path, "channel": each.channel, "url": each.url}
                for each in found
            )
            return
        rows = ([e.post_path, e.channel, short(e.sent_at, zone), e.url] for e in found)
        table(COLUMNS, rows)
        say(counted(len(found), "link"))
