"""What `publish init` shows of the posts: how many, and where it would send readers."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli.checks.site import exposed
from publisher.cli.output import counted, say
from publisher.cli.progress import progress
from publisher.errors import PublisherError

if TYPE_CHECKING:
    from publisher.model.posts import Post

_SHOWN = 3
_IN_FIRST = 5
_USUAL = timedelta(days=7)


def show_posts(config_path: Path) -> "list[Post]":
    """Read the posts as the new config.yaml says, and show what came of them.

    Gives those that readers could get, by date.
    """
    from publisher.config import load
    from publisher.content.reader import read_site
    from publisher.durations import utc_now
    from publisher.wiring import sources_of

    try:
        config = load(config_path, os.environ, sends=False)
        with progress("Reading posts") as step:
            posts = read_site(sources_of(config), None, utc_now, step).posts
    except PublisherError as error:
        say(f"No posts read: {error.message}")
        return []
    if not posts:
        folders = ", ".join(str(each.folder) for each in config.content)
        say(f"No posts found in {folders}: set content.folder to where they are")
        return []
    for line in look(posts):
        say(line)
    for problem in exposed(config):
        say(f"Before you build the site: {problem}")
    return [post for post in posts if not _kind(post)]


def languages_of(posts: "Iterable[Post]") -> list[str]:
    """The languages of posts, the one of most posts first."""
    counts = Counter(post.language.replace("_", "-") for post in posts if post.language)
    return [language for language, _ in counts.most_common()]


def days_back(posts: "Iterable[Post]", now: datetime) -> int:
    """How many days a first digest must look back, to have some posts; 0: no more than usual."""
    ages = sorted(now - post.date.astimezone(UTC) for post in posts if post.date)
    ages = [age for age in ages if age >= timedelta(0)]
    if not ages or ages[0] < _USUAL:
        return 0
    return ages[:_IN_FIRST][-1].days + _USUAL.days


def main_language(languages: Sequence[str], site: str) -> str:
    """The language of newsletters: the site's own, if it has posts, else that of most posts."""
    own = [each for each in languages if each.partition("-")[0] == site.partition("-")[0]]
    return site if site in languages else (*own, *languages)[0]


def look(posts: "Sequence[Post]") -> Iterator[str]:
    """How many of what kind there are, the newest ones, and those that cannot be read."""
    from publisher.durations import utc_now
    from publisher.model.posts import Status

    kinds = Counter(filter(None, map(_kind, posts)))
    parts = ", ".join(_number(kind, number) for kind, number in kinds.most_common())
    yield f"{counted(len(posts), 'file')} read" + (f": {parts}" if parts else "")
    now = utc_now()
    newest = [each for each in reversed(posts) if not _kind(each) and each.date and each.url]
    newest = [each for each in newest if each.date and each.date.astimezone(UTC) <= now][:_SHOWN]
    if newest:
        yield "The newest, with the addresses that readers would get:"
    for post in newest:
        yield f"  {post.date:%Y-%m-%d}  {post.url}"
        yield f"  {'':10}  {post.title}"
    unreadable = [each for each in posts if each.status is Status.UNREADABLE]
    for post in unreadable[:_SHOWN]:
        yield f"  {post.path}: {post.problem}"
    if unreadable[_SHOWN:]:
        yield f"  and {len(unreadable) - _SHOWN:,} more that cannot be read"


def _number(kind: str, number: int) -> str:
    return counted(number, kind) if kind in {"page", "draft"} else f"{number:,} {kind}"


def _kind(post: "Post") -> str:
    """What keeps a file from being sent as it is; '' for a post that nothing does."""
    from publisher.model.posts import Status

    if post.status is Status.UNREADABLE:
        return "unreadable"
    if post.page:
        return "page"
    if post.draft:
        return "draft"
    if not post.url:
        return "without a page"
    if post.date is None or post.status is Status.UNDATED:
        return "undated"
    return ""
