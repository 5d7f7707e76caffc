"""`publish init`: look at a site, ask what is not plain to read, write its config.yaml."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.files import write_file
from publisher.cli.output import counted, say, tell
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.content.generators.jigsaw.detect import Found


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--yes", is_flag=True, help="Take every default, ask nothing.")
@click.option("--force", is_flag=True, help="Replace a config.yaml that is there.")
@click.pass_obj
def init(
    config_path: Path,
    folder: Path,
    yes: bool,
    force: bool,
) -> None:
    """Look at the site in FOLDER and write a config.yaml that works for it."""
    from publisher.config.starter import questions, starter
    from publisher.content.generators.jigsaw.detect import detect

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", "publish init FOLDER")
    target = folder / config_path.name  # its paths begin where it stands
    if target.exists() and not force:
        raise UsageError(f"{target}: is there already", "--force replaces it")
    found = detect(folder)
    say(_what_was_found(found, folder))
    asking = sys.stdin.isatty() and not yes
    answers = {
        each.key: click.prompt(each.text, default=each.default) if asking else each.default
        for each in questions(found)
    }
    write_file(target, starter(found, answers))
    tell(f"{target} is written")
    tell(f"next, in {target.parent}: publish check, then publish preview --open")


def _what_was_found(found: "Found | None", folder: Path) -> str:
    if found is None:
        return f"{folder}: no site that Publisher recognises; the answers below make up for it"
    collections = [f"{counted(each.posts, 'post')} in {each.folder}" for each in found.collections]
    facts = [*collections, found.base_url, found.timezone]
    remarks = [f"  {note}" for note in found.notes]
    return "\n".join([f"a Jigsaw site: {', '.join(filter(None, facts))}", *remarks])
