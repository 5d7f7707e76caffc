"""`publish init`: look at a site, ask what is not plain to read, write its config.yaml."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.output import counted, say, tell, write_file
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.content.generators.base import Found


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--yes", is_flag=True, help="Accept all defaults without prompting.")
@click.option("--force", is_flag=True, help="Overwrite an existing config.yaml.")
@click.pass_obj
def init(config_path: Path, folder: Path, yes: bool, force: bool) -> None:
    """Inspect the site in FOLDER and write a config.yaml for it."""
    from publisher.config.starter import questions, starter
    from publisher.content.generators import detect

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", "publish init FOLDER")
    target = folder / config_path.name  # its paths are relative to its folder
    if target.exists() and not force:
        raise UsageError(f"{target} already exists", "use --force to overwrite it")
    found = detect(folder)
    say(_what_was_found(found, folder))
    asking = sys.stdin.isatty() and not yes
    answers = {
        each.key: click.prompt(each.text, default=each.default) if asking else each.default
        for each in questions(found)
    }
    write_file(target, starter(found, answers))
    tell(f"Wrote {target}")
    tell(f"Next, in {target.parent}: publish check, then publish preview --open")


def _what_was_found(found: "Found | None", folder: Path) -> str:
    if found is None:
        return f"{folder}: not a site that Publisher recognises; it uses your answers instead"
    collections = [f"{counted(each.posts, 'post')} in {each.folder}" for each in found.collections]
    facts = [*collections, found.base_url, found.timezone]
    remarks = [f"  {note}" for note in found.notes]
    return "\n".join(
        [f"Found a {found.generator.title()} site: {', '.join(filter(None, facts))}", *remarks]
    )
