"""Comparing: whether posts' addresses are those of the pages that a site's own output has."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from publisher.content.evidence import Evidence
from publisher.content.frontmatter.dates import without_file_date
from publisher.content.learning.pages import Pages, key
from publisher.content.urls import path_of
from publisher.model.posts import Post


class Elsewhere(NamedTuple):
    """A post that seems to have another page than its address says."""

    post: Post
    page: str


@dataclass(slots=True)
class Comparison:
    """How many posts have a page at their address, and those that seem to have it elsewhere."""

    name: str
    right: int = 0
    elsewhere: list[Elsewhere] = field(default_factory=list)


def compare(posts: Iterable[Post], evidence: Evidence) -> Comparison:
    """Look each post up that readers could get; one that has no page yet counts for nothing."""
    pages, found = Pages(evidence.pages), Comparison(evidence.name)
    shown = [post for post in posts if post.url and not post.draft and not post.page]
    taken = {path_of(post.url) for post in shown} & pages.by_path.keys()
    for post in shown:
        if path_of(post.url) in taken:
            found.right += 1
            continue
        others = [each for each in pages.called(_names(post)) if each not in taken]
        if len(others) == 1:
            found.elsewhere.append(Elsewhere(post, pages.by_path[others[0]].url))
    return found


def _names(post: Post) -> set[str]:
    """What the page of a post may be called, as `key` writes it."""
    *_, folder, file = f"/{post.path}".split("/")
    stem = file.partition(".")[0]
    name = folder if stem == "index" else stem
    texts = (post.url.rstrip("/").rpartition("/")[2], without_file_date(name), post.title)
    return {each for each in map(key, texts) if each}
