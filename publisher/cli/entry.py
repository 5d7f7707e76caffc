"""`publish`: finds the command, and turns known errors into one line and an exit code."""

import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from publisher.cli import INTERRUPTED
from publisher.cli.output import forgive_encodings, say, say_lost
from publisher.cli.streams import OutputLost, take_over
from publisher.errors import PublisherError, StorageError, UsageError

_GIVEN_EMPTY = re.compile(r"(--[a-z-]+)=\s*")

COMMANDS = {
    "init": "publisher.cli.init",
    "check": "publisher.cli.check",
    "posts": "publisher.cli.posts",
    "preview": "publisher.cli.preview",
    "plan": "publisher.cli.plan",
    "test": "publisher.cli.test",
    "now": "publisher.cli.now",
    "run": "publisher.cli.run",
    "status": "publisher.cli.status",
    "why": "publisher.cli.posts",
    "editions": "publisher.cli.editions",
    "queue": "publisher.cli.queue",
    "resolve": "publisher.cli.queue",
    "pause": "publisher.cli.queue",
    "resume": "publisher.cli.queue",
    "subscribers": "publisher.cli.subscribers",
}

SUMMARIES = {
    "init": "Look at a site and write a config.yaml that works for it.",
    "check": "Check the configuration, every post, the templates and the channels.",
    "posts": "List every file found and how it was read.",
    "preview": "Write the digest and the notes as people would see them.",
    "plan": "Show the next slots and exactly what each would send.",
    "test": "Send the next edition to one address only, and change nothing.",
    "now": "Finish what is unfinished, then choose, queue and send at once.",
    "run": "Plan due slots and send due messages until stopped.",
    "status": "Show each channel's messages by state, and each slot.",
    "why": "Say whether a post is chosen, and which rule decided.",
    "editions": "List the editions that went out, with their emails by state.",
    "queue": "List, show, cancel or retry messages.",
    "resolve": "Say what became of messages nobody could tell of.",
    "pause": "Stop sending on a channel until it is resumed.",
    "resume": "Send on a paused channel again.",
    "subscribers": "Add, import, export, list, show, remove or suppress readers.",
}


class LazyGroup(click.Group):
    """Imports a command's module only when that command is run: --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Every command, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; while help is listed, a stand-in with its one line."""
        if cmd_name not in COMMANDS:
            return None
        if ctx.meta.get("listing"):
            return click.Command(cmd_name, help=SUMMARIES[cmd_name])
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        ctx.meta["listing"] = True
        super().format_commands(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C ends it without click's empty line."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Abort from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else " See: publish --help"
            raise click.UsageError(error.message + hint, ctx) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="publisher-bot", prog_name="publish")
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    help="The configuration (else PUBLISHER_CONFIG, else ./config.yaml).",
)
@click.option(
    "--env-file",
    envvar="PUBLISHER_ENV_FILE",
    type=click.Path(path_type=Path),
    help="Variables for ${NAME}, as NAME=value (else PUBLISHER_ENV_FILE, else none).",
)
@click.pass_context
def publish(ctx: click.Context, config: Path | None, env_file: Path | None) -> None:
    """Turn a static site's posts into a digest e-mail and short social posts, and send both."""
    if env_file:
        from publisher.config.source.envfile import added_to

        ctx.with_resource(added_to(os.environ, env_file))
    ctx.obj = config or Path(os.environ.get("PUBLISHER_CONFIG") or "config.yaml")


def main() -> None:
    """The console script."""
    # Looking for pydantic's plugins reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    take_over()
    sys.exit(run())


def run(words: Sequence[str] | None = None) -> int:
    """Run one command line (None: that of this process) and give back its exit code.

    Known errors are one line each; bugs keep their traceback.
    """
    forgive_encodings()
    try:
        code = _obey(words)
        sys.stdout.flush()
    except OutputLost as error:
        say_lost(error)
        return StorageError.exit_code
    return code


def _obey(words: Sequence[str] | None) -> int:
    try:
        _refuse_empty(sys.argv[1:] if words is None else words)
        return publish(words, standalone_mode=False) or 0
    except click.exceptions.Abort:
        say("interrupted; nothing is lost: publish status shows what waits")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except PublisherError as error:
        say(error.message)
        if error.hint:
            say(f"  {error.hint}")
        return error.exit_code


def _refuse_empty(words: Sequence[str]) -> None:
    """An option or argument given empty is a mistake, such as an unset variable of a script.

    Raises:
        UsageError: there is one.
    """
    for before, word in zip(["", *words], words, strict=False):
        option = _GIVEN_EMPTY.fullmatch(word)
        if option or not word.strip():
            name = option[1] if option else before if before.startswith("-") else "an argument"
            raise UsageError(f"{name} is given empty", "give it a value, or leave it out")
