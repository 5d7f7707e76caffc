"""`publish posts` and `publish why`."""

import sys
from collections import Counter
from pathlib import Path

import click

from publisher.cli.common import (
    as_json,
    at_option,
    find_post,
    load_config,
    moment,
    open_publisher,
)
from publisher.cli.output import (
    counted,
    json_line,
    json_texts,
    local,
    printable,
    progress,
    say,
    short,
    tell,
)

_AT_ONCE = 1_000


@click.command()
@as_json
@click.pass_obj
def posts(config_path: Path, as_json: bool) -> None:
    """List every file found and how it was read."""
    from publisher.wiring import list_posts

    config = load_config(config_path)
    with progress("Reading posts") as step:
        files = list_posts(config, step)
    if as_json:
        json_texts(file.json for file in files)
        return
    for start in range(0, len(files), _AT_ONCE):
        lines = [f"{printable(file.text)}\n" for file in files[start : start + _AT_ONCE]]
        sys.stdout.write("".join(lines))
    say(_summary(Counter(file.status for file in files)))


def _summary(counts: Counter[str]) -> str:
    parts = ", ".join(f"{number:,} {status}" for status, number in counts.most_common())
    return f"{counted(counts.total(), 'file')}: {parts}" if counts else "no posts found"


@click.command()
@click.argument("post")
@at_option("Judge as of this moment")
@as_json
@click.pass_obj
def why(
    config_path: Path,
    post: str,
    at: str | None,
    as_json: bool,
) -> None:
    """Say whether POST (a file or URL) is chosen, and which rule decided."""
    with open_publisher(config_path) as publisher:
        zone = publisher.config.site.zone
        found = find_post(publisher.planner.posts(), publisher.config, post)
        for each in publisher.planner.why(found, moment(at, zone)):
            slot = local(each.slot, zone)
            if as_json:
                values = {"post": found.path, each.kind: each.owner, "slot": slot}
                keys = ("chosen", "role", "rule", "detail")
                json_line(values | {key: getattr(each, key) for key in keys})
                continue
            verdict = f"chosen as {each.role}" if each.chosen else "not chosen"
            edition = short(each.slot, zone) if each.slot else "the next edition"
            tell(f"{each.owner}: {verdict} ({edition}): {each.rule}: {each.detail}")
