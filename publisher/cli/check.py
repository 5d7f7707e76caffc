"""`publish check`: every mistake that can be found before anything is sent."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from publisher.cli.checks.findings import lines
from publisher.cli.checks.mailbox import bounces_unread, check_mailbox
from publisher.cli.checks.senders import check_dns, check_keys
from publisher.cli.common import as_json, load_config
from publisher.cli.output import counted, json_lines, say, tell
from publisher.cli.progress import progress
from publisher.errors import (
    ConfigurationError,
    ContentError,
    Problem,
    StorageError,
    TemplateError,
)

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.model.posts import Post
    from publisher.wiring import Publisher


@click.command()
@click.option("--offline", is_flag=True, help="Skip network and DNS checks.")
@click.option("--all", "whole", is_flag=True, help="Show every finding, also of a kind with many.")
@as_json
@click.pass_context
def check(ctx: click.Context, offline: bool, whole: bool, as_json: bool) -> None:
    """Check the configuration, posts, links, templates, channels, and the senders' DNS records."""
    from publisher.cli.checks.links import Links, check_links
    from publisher.cli.checks.pages import pages_of
    from publisher.cli.checks.site import address_problem, remarks_of, unaddressed, warnings_of
    from publisher.durations import utc_now

    try:
        config = load_config(ctx.obj, sends=not offline)
    except ConfigurationError as error:
        _print(error.problems, as_json=as_json, whole=whole)
        ctx.exit(error.exit_code)
    senders = check_keys(config)
    try:
        posts, problems, warnings = _look(config, senders.channels, offline=offline)
        if not offline:
            check_dns(config, senders)
        links = Links() if offline else check_links(config, posts, utc_now())
    except (ContentError, StorageError) as error:
        where = "database" if isinstance(error, StorageError) else "content.folder"
        found = Problem(str(config.file), None, where, error.message, error.hint)
        _print([*config.warnings, found], as_json=as_json, whole=whole)
        ctx.exit(error.exit_code)
    problems += [*senders.problems, *address_problem(config), *links.problems]
    problems += unaddressed(config, posts)
    remarks = [*_warnings(ctx, config), *senders.warnings, *warnings]
    remarks += [*warnings_of(config, posts), *links.warnings]
    _print([*remarks, *problems], as_json=as_json, whole=whole)
    from_pages = pages_of(config, posts)
    notes = [*remarks_of(config), *from_pages, *senders.notes, *links.notes]
    for remark in [*_remarks(config, posts), *notes]:
        say(remark)
    warned = f", {counted(len(remarks), 'warning')}" if remarks else ""
    say(f"{counted(len(posts), 'file')} read, {counted(len(problems), 'problem')}{warned}")
    ctx.exit(1 if problems else 0)


def _warnings(ctx: click.Context, config: "Config") -> Iterator[Problem]:
    """What works but should be otherwise, and what would be asked for only when sending."""
    from publisher.config.source.envfile import warnings_of

    yield from config.absent
    yield from config.warnings
    yield from bounces_unread(config)
    env_file = ctx.find_root().params.get("env_file")
    if env_file:
        yield from warnings_of(env_file)


def _look(
    config: "Config", known_bad: Collection[str], *, offline: bool
) -> "tuple[Sequence[Post], list[Problem], list[Problem]]":
    """The posts, all that is wrong with them, the templates and the channels; and warnings.

    The channels in `known_bad` are not looked at again.
    """
    from publisher.cli.checks.channels import check_channels
    from publisher.cli.checks.leaving import check_leaving
    from publisher.cli.checks.site import problems_of
    from publisher.plan.explain import never_included, unknown_channels, unknown_marks
    from publisher.plan.series import publications
    from publisher.rendering.lint.check import lint
    from publisher.wiring import build

    with build(config) as publisher:
        with progress("Reading posts") as step:
            reading = publisher.planner.reading(step)
        posts, named = reading.posts, {post.path for post in reading.posts}
        for remark in reading.remarks:
            if remark.partition(": ")[0] not in named:
                say(remark)
        of_templates = lint(publisher.templates)
        problems = list(problems_of(posts))
        problems += [*unknown_channels(config, posts), *of_templates, *_of_budgets(publisher)]
        warnings: list[Problem] = []
        for name in () if of_templates else config.newsletters:
            _rehearse(publisher, name, problems, warnings)
        if not offline:
            channels = check_channels(publisher, known_bad)
            problems += [*channels.problems, *check_mailbox(publisher)]
            warnings += channels.warnings
            for remark in channels.notes:
                say(remark)
        leaving = check_leaving(publisher, offline=offline)
        problems += leaving.problems
        warnings += leaving.warnings
        for remark in leaving.notes:
            say(remark)
        for remark in unknown_marks(config, posts) if posts else ():
            say(remark)
        for name in publications(config):
            for line in never_included(publisher.planner.digest(name)):
                say(f"{name}: {line}")
    return posts, problems, warnings


def _rehearse(
    publisher: "Publisher", name: str, problems: list[Problem], warnings: list[Problem]
) -> None:
    """Add what would look otherwise than meant, were an edition sent now."""
    from publisher.plan.unrenderable import known

    file, where = str(publisher.config.file), f"newsletters.{name}"
    try:
        proposal = publisher.planner.rehearse(name, publisher.now())
    except TemplateError as error:
        problems += error.problems
    except Exception as caught:  # noqa: BLE001  one newsletter must not hide the others
        failure = known(caught)
        problems.append(Problem(file, None, where, failure.message, failure.hint))
    else:
        problems += [each for each in proposal.problems if each not in problems]
        warnings += [Problem(file, None, where, warning) for warning in proposal.warnings]


def _print(problems: "Sequence[Problem]", *, as_json: bool, whole: bool) -> None:
    if as_json:
        json_lines(map(asdict, problems))
        return
    for line in lines(problems, whole=whole):
        tell(line)


def _of_budgets(publisher: "Publisher") -> Iterator[Problem]:
    """Budgets that not even one note with a link fits in."""
    from publisher.adapters.base import Prices
    from publisher.config.source.tree import located
    from publisher.durations import spell_dollars
    from publisher.model.messages import Note

    config = publisher.config
    note = Note(text=config.site.url, url=config.site.url)
    for name in config.channels:
        adapter = publisher.adapters[name]
        budget = adapter.budget() if isinstance(adapter, Prices) else None
        if not isinstance(adapter, Prices) or budget is None or adapter.price(note) <= budget:
            continue
        price = spell_dollars(adapter.price(note))
        problem = f"{spell_dollars(budget)} is less than the price of one note with a link, {price}"
        yield located(config.file, ("channels", name, "monthly_budget"), problem, "raise it")


def _of_feeds(config: "Config", posts: "Sequence[Post]") -> Iterator[str]:
    """Feeds whose entries link to another host than the site's."""
    from publisher.content.feeds.entries import host_of

    own = host_of(config.site.url)
    for source in (each for each in config.content if each.feed):
        hosts = Counter(host_of(post.url) for post in posts if post.source == source.name)
        hosts.pop("", None)
        if others := [host for host, _ in hosts.most_common() if host != own][:3]:
            number = sum(count for host, count in hosts.items() if host != own)
            links = f"{counted(number, 'post')} of {source.name} link to {', '.join(others)}"
            yield f"{links}, not to {own} (site.url)"


def _remarks(config: "Config", posts: "Sequence[Post]") -> Iterator[str]:
    """What is no mistake, but good to know."""
    from publisher.rendering.images.emails import is_shown

    if not posts:
        places = ", ".join(str(each.folder or each.feed) for each in config.content)
        yield f"{places}: no posts found; is content.folder right?"
    yield from _of_feeds(config, posts)
    featured = sum(post.featured for post in posts)
    if len(posts) > 1 and featured == len(posts):
        yield (
            f"all {featured:,} posts are marked featured, so the featured flag is ignored: "
            "lead stories are spread over categories, newest first"
        )
    hidden = [post.path for post in posts if post.image and not is_shown(post.image)]
    if hidden:
        yield (
            f"{counted(len(hidden), 'picture')} in a format that email programs do not show, "
            f"such as the one of {hidden[-1]}: emails go without; use JPEG or PNG"
        )
