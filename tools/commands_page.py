"""The commands in docs/reference/commands.md, made from the commands themselves.

`python -m tools.commands_page` writes what is below `<!-- commands -->`; people write the rest.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from publisher.cli.entry import publish

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"
MARK = "<!-- commands -->\n"


def page(written: str) -> str:
    """The page `written` with every command as it is now."""
    parts = [written.partition(MARK)[0] + MARK]
    top = publish.make_context("publish", [], resilient_parsing=True)
    for name in publish.list_commands(top):
        command = publish.get_command(top, name)
        assert command is not None
        parts += _sections(click.Context(command, info_name=name, parent=top), command)
    return "\n".join(parts)


def _sections(ctx: click.Context, command: click.Command) -> Iterator[str]:
    level = "##" if ctx.parent and ctx.parent.command is publish else "###"
    yield f"{level} `{ctx.command_path}`\n\n```text\n{_help(ctx, command)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            if child is not None:
                yield from _sections(click.Context(child, info_name=name, parent=ctx), child)


def _help(ctx: click.Context, command: click.Command) -> str:
    ctx.terminal_width = 90
    return "\n".join(line.rstrip() for line in command.get_help(ctx).strip().splitlines())


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
