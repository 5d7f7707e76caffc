"""`publish check`: every mistake that can be found before anything is sent."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from publisher.cli.common import as_json, load_config
from publisher.cli.output import json_line, printable, progress, say
from publisher.errors import ConfigurationError, DeliveryError, Problem

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.content import Post
    from publisher.wiring import Publisher

MISTAKEN = 1


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask the channels' servers.")
@as_json
@click.pass_context
def check(ctx: click.Context, offline: bool, as_json: bool) -> None:  # noqa: FBT001  click's flags
    """Check the configuration, every post, the templates, then each channel."""
    from publisher.wiring import build

    try:
        config = load_config(ctx.obj)
    except ConfigurationError as error:
        _print(error.problems, as_json=as_json)
        ctx.exit(error.exit_code)
    with build(config) as publisher:
        with progress("Reading posts") as step:
            posts = publisher.planner.posts(step)
        problems = [*_of_posts(posts), *publisher.templates.lint()]
        if not offline:
            problems += _of_channels(publisher)
    _print([*config.warnings, *problems], as_json=as_json)
    for remark in _remarks(config, posts):
        say(remark)
    say(f"{len(posts):,} files read, {len(problems)} problems")
    ctx.exit(MISTAKEN if problems else 0)


def _print(problems: "Sequence[Problem]", *, as_json: bool) -> None:
    for problem in problems:
        if as_json:
            json_line(problem.as_dict())
        else:
            click.echo(printable(str(problem)))


def _of_posts(posts: "Sequence[Post]") -> Iterator[Problem]:
    for post in posts:
        if post.problem:
            yield Problem(post.path, post.problem_line, post.status.value, post.problem)


def _of_channels(publisher: "Publisher") -> Iterator[Problem]:
    config = publisher.config
    for name in config.channels:
        try:
            publisher.adapters[name].check()
        except DeliveryError as error:
            yield Problem(str(config.file), None, f"channels.{name}", str(error))


def _remarks(config: "Config", posts: "Sequence[Post]") -> Iterator[str]:
    """What is no mistake, but good to know."""
    if not posts:
        yield f"{config.content.folder}: no posts found; is content.folder right?"
    featured = sum(post.featured for post in posts)
    if posts and featured == len(posts):
        yield (
            f"all {featured:,} posts are marked featured, so the flag chooses nothing: "
            "lead stories are spread over categories, newest first"
        )
