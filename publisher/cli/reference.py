"""docs/reference/commands.md, made from the commands: `python -m publisher.cli.reference`."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from publisher.cli.entry import COMMANDS, publish

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"

HEAD = """\
# Commands

Every command and option, as `publish COMMAND --help` shows it. This page is made by
`make fix`; a test compares it with the commands.

`publish -c FILE COMMAND` names the configuration; else the variable `PUBLISHER_CONFIG`, else
`./config.yaml`. With `--json`, standard output holds one JSON object a line and nothing else;
messages for people go to standard error. Times in JSON are ISO 8601 with an offset.

| exit code | meaning |
|---|---|
| 0 | all that was due is sent, or nothing was due |
| 1 | something was rejected, is unknown or has a problem |
| 2 | wrong usage or configuration |
| 3 | something is still queued: unreachable, paused or limited |
| 130 | interrupted |

| `--json` of | keys |
|---|---|
| posts | path, url, title, description, image, date, date_only, updated, categories, featured, draft, expires, status, problem |
| plan, now --dry-run | newsletter or announcement, channel, slot, subject, posts (path, url, title, role), recipients, text, length, limit, cost, budget (monthly, spent, left, waiting, cost), warnings, planned, empty_because |
| plan --all, before that | owner, slot, when (planned, missed, next or later), outcome, edition, subject |
| queue list, queue show, now | id, key, channel, recipient, kind, edition and subject or post, state, attempts, error, remark, remote_id, remote_url, queued_at, sent_at |
| test | newsletter, channel, slot, recipient, subject, posts (paths), remote_id, remote_url |
| editions | id, newsletter, slot, channel, subject, queued, sending, sent, rejected, unknown, cancelled |
| status | channels: queued, sending, sent, rejected, unknown, cancelled, paused, reason, paused_until, pace, learned (server, connections, rate, said, at), limits (rate, apart, per_domain, per_sender, quota, warm_up, budget, quiet, quiet_until, later, next_at, why); newsletters and announcements: last_slot, next_slot |
| check | file, line, where, problem, hint (warnings too, with exit code 0) |
| why | post, newsletter or announcement, slot, chosen, role, rule, detail |
| subscribers list | email, name, newsletter, state, since |
| subscribers show | email, suppressed, subscriptions (as in the list) |

What is unknown or does not apply is `null`; a text that a post lacks is empty.
"""  # noqa: E501  a row of a Markdown table is one line


def reference() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, module in COMMANDS.items():
        command = getattr(import_module(module), name)
        parts += _sections(click.Context(command, info_name=name, parent=_top()), command)
    return "\n".join(parts)


def _top() -> click.Context:
    return publish.make_context("publish", [], resilient_parsing=True)


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
    PAGE.write_text(reference(), encoding="utf-8")
