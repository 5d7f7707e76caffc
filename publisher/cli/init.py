"""`publish init`: look at a site, ask what is not plain to read, write its config.yaml."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.output import say, tell, write_file
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.config.starter import Question
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
    asked = questions(found)
    answers = {each.key: _ask(each, folder) for each in asked if sys.stdin.isatty() and not yes}
    write_file(target, starter(found, answers, folder))
    tell(f"Wrote {target}")
    if asked and not answers:
        placeholders = ", ".join(f"{each.key} ({each.default})" for each in asked)
        say(f"Placeholders, marked `# fill in`: {placeholders}")
    if not (found and found.sources):
        posts = folder / answers.get("folder", "source/_posts")
        if not any(posts.rglob("*.m*d*")):
            say(f"No posts found in {posts}: set content.folder to where they are")
    tell(f"Next, in {target.parent}: publish check, then publish preview --open")


def _ask(question: "Question", folder: Path) -> str:
    """A person's answer; one that cannot be taken is asked for again, with one line why."""
    from publisher.config.starter import refusal

    def checked(text: str) -> str:
        if why := refusal(question.key, text.strip(), folder):
            raise click.BadParameter(why)
        return text.strip()

    answer: str = click.prompt(question.text, default=question.default, value_proc=checked)
    return answer


def _what_was_found(found: "Found | None", folder: Path) -> str:
    if found is None:
        return f"{folder}: not a site that Publisher recognises"
    facts = [*(str(each.folder) for each in found.sources), found.base_url, found.timezone]
    remarks = [f"  {note}" for note in found.notes]
    return "\n".join(
        [f"Found a {found.generator.title()} site: {', '.join(filter(None, facts))}", *remarks]
    )
