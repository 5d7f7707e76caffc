"""`publish posts`."""

import sys
from collections import Counter
from pathlib import Path

import click

from publisher.cli.common import as_json, load_config
from publisher.cli.output import counted, json_texts, printable, say
from publisher.cli.progress import progress


@click.command()
@as_json
@click.pass_obj
def posts(config_path: Path, as_json: bool) -> None:
    """List all posts and their parse status."""
    from publisher.wiring import list_posts

    config = load_config(config_path)
    with progress("Reading posts") as step:
        files = list_posts(config, step)
    if as_json:
        json_texts(file.json for file in files)
        return
    sys.stdout.writelines(f"{printable(file.text)}\n" for file in files)
    counts = Counter(file.status for file in files)
    parts = ", ".join(f"{number:,} {status}" for status, number in counts.most_common())
    say(f"{counted(len(files), 'file')}: {parts}" if files else "no posts found")
