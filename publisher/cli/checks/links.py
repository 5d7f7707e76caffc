"""What `publish check` asks the web: are the newest posts' pages and pictures there?"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.cli.checks.senders import is_reserved
from publisher.config.source.tree import located
from publisher.errors import Problem, PublisherError

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.model.posts import Post

_PAGES = 12
_PICTURES = 6
_AT_ONCE = 8
_PATIENCE = 8.0
_FEWEST = 2

Ask = Callable[[str], str]


@dataclass(slots=True)
class Links:
    """Problems by which links lead nowhere, warnings of single ones, and how many were asked."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_links(config: "Config", posts: "Sequence[Post]", now: datetime) -> Links:
    """Ask for a sample of pages and pictures, a few at once, none of them in a private network.

    The site's own host may be private. Reserved hosts, as in every example, are not asked.
    """
    found = Links()
    newest = list(_newest(posts, now))
    if not newest or is_reserved(_host(config.site.url)):
        return found
    ask = _asking(config)
    pages = _asked(ask, {post.url: post for post in newest[:_PAGES] if _is_public(post.url)})
    images = {post.image: post for post in newest if _is_public(post.image)}
    pictures = _asked(ask, dict(list(images.items())[:_PICTURES]))
    if pages and all(why for _, _, why in pages) and ask(config.site.url):
        found.notes.append(f"{config.site.url} does not answer: no page was looked at")
        return found
    found.warnings += _silent(pages, "url", "compare it with the page's address")
    found.warnings += _silent(pictures, "image", "readers would see no picture")
    answer = sum(not why for _, _, why in pages)
    if not answer and len(pages) >= _FEWEST:
        found.problems.append(_all_wrong(config, len(pages)))
    found.notes.append(_counted(answer, len(pages), pictures))
    return found


def _newest(posts: "Sequence[Post]", now: datetime) -> "Iterator[Post]":
    """Posts that should have a page by now; posts stand by date."""
    for post in reversed(posts):
        is_out = post.date is not None and post.date.astimezone(UTC) <= now
        if is_out and post.url and not post.draft and not post.page:
            yield post


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_public(url: str) -> bool:
    return bool(url) and not is_reserved(_host(url))


def _asking(config: "Config") -> Ask:
    """What says why an address does not answer; '' if it does."""
    from publisher.adapters.http import public

    own = (urlsplit(config.site.url).netloc,)

    def ask(url: str) -> str:
        try:
            is_there = public.is_live(url, timeout=_PATIENCE, allow_hosts=own)
        except PublisherError as error:
            return error.message
        return "" if is_there else f"{url} does not answer"

    return ask


def _asked(ask: Ask, wanted: "dict[str, Post]") -> "list[tuple[str, Post, str]]":
    """Each address, its post, and why it does not answer."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="links") as pool:
        answers = list(pool.map(ask, wanted))
    return [(url, post, why) for (url, post), why in zip(wanted.items(), answers, strict=True)]


def _silent(asked: "Collection[tuple[str, Post, str]]", where: str, hint: str) -> Iterator[Problem]:
    return (Problem(post.path, None, where, why, hint) for _, post, why in asked if why)


def _all_wrong(config: "Config", number: int) -> Problem:
    problem = f"the site answers, but none of the {number} newest posts' pages does"
    hint = "their addresses are made otherwise than the site makes them: see content in config.yaml"
    return located(config.file, ("content",), problem, hint)


def _counted(answer: int, pages: int, pictures: "list[tuple[str, Post, str]]") -> str:
    shown = sum(not why for _, _, why in pictures)
    of_pictures = f", {shown} of {len(pictures)} pictures" if pictures else ""
    return f"the newest posts: {answer} of {pages} pages answer{of_pictures}"
