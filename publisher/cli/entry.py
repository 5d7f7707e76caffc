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
from publisher.cli.config_file import configuration_in
from publisher.cli.output import forgive_encodings, say, say_error, say_lost
from publisher.cli.streams import OutputLost, take_over
from publisher.errors import PublisherError, StorageError, UsageError

_GIVEN_EMPTY = re.compile(r"(--[a-z-]+)=\s*")

COMMANDS = {
    "init": "Write a config.yaml for a site.",
    "connect": "Let a channel in at its network.",
    "check": "Check configuration, posts and channels.",
    "posts": "List all posts and their parse status.",
    "preview": "Render the next digest and notes to files.",
    "plan": "Show the next slots and what each sends.",
    "test": "Send the next edition to one address only.",
    "now": "Send pending messages, then a new edition.",
    "run": "Publish on schedule until stopped.",
    "web": "Serve the pages for readers, until stopped.",
    "status": "Show channels, queued messages and slots.",
    "why": "Explain why a post is chosen or not.",
    "editions": "List the editions that went out.",
    "archive": "List or write the public archive of editions.",
    "queue": "List, show, cancel or retry messages.",
    "resolve": "Resolve messages with an unknown outcome.",
    "undo": "Delete messages at their networks.",
    "edit": "Change a message at its network.",
    "links": "List where posts stand at networks.",
    "pause": "Pause sending on a channel.",
    "resume": "Resume sending on a channel.",
    "subscribers": "Manage subscribers and suppressed addresses.",
    "mailbox": "Read bounces and requests by email, once.",
    "keys": "Show, rotate and retire signing keys.",
}
"""Each has the module of its name, in the order in which a newcomer meets them."""


class LazyGroup(click.Group):
    """Imports a command's module only when that command is run: --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Every command."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; while help is listed, a stand-in with its one line."""
        if cmd_name not in COMMANDS:
            return None
        if ctx.meta.get("listing"):
            return click.Command(cmd_name, help=COMMANDS[cmd_name])
        command: click.Command = getattr(import_module(f"publisher.cli.{cmd_name}"), cmd_name)
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
            hint = f" Did you mean {near[0]!r}?" if near else " See: publish --help"
            raise click.UsageError(error.message + hint, ctx) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="publisher-bot", prog_name="publish")
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    help="Configuration file (default: $PUBLISHER_CONFIG, ./publisher.yaml or ./config.yaml).",
)
@click.option(
    "--env-file",
    envvar="PUBLISHER_ENV_FILE",
    type=click.Path(path_type=Path),
    help="File of NAME=value lines for ${NAME} (default: $PUBLISHER_ENV_FILE).",
)
@click.pass_context
def publish(ctx: click.Context, config: Path | None, env_file: Path | None) -> None:
    """Turn a static site's posts into an email digest and social posts, and send both."""
    if env_file:
        from publisher.config.source.envfile import added_to

        ctx.with_resource(added_to(os.environ, env_file))
    named = os.environ.get("PUBLISHER_CONFIG")
    ctx.obj = config or (Path(named) if named else configuration_in(Path()))


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
        say("interrupted; nothing is lost. See what is pending with: publish status")
        return INTERRUPTED
    except click.ClickException as error:
        del (getattr(error, "possibilities", None) or [])[1:]  # the likeliest, in one style
        error.show()
        return error.exit_code
    except PublisherError as error:
        return say_error(error)


def _refuse_empty(words: Sequence[str]) -> None:
    """A UsageError for what is given empty, such as an unset variable of a script."""
    for before, word in zip(["", *words], words, strict=False):
        option = _GIVEN_EMPTY.fullmatch(word)
        if option or not word.strip():
            name = option[1] if option else before if before.startswith("-") else "an argument"
            raise UsageError(f"{name} is empty", "give it a value, or leave it out")
