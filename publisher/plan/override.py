"""A post that a person names is included past the rules, but never blindly."""

from collections.abc import Iterable

from publisher.config import Config, Newsletter
from publisher.content.post_options import kept_out
from publisher.errors import UsageError
from publisher.model.posts import Post, Status
from publisher.outbox.outbox import Outbox
from publisher.plan.select import wanted_by
from publisher.plan.series import publications
from publisher.plan.slots import channels_of

READABLE = {Status.OK, Status.SALVAGED, Status.UNDATED}


def check_sendable(outbox: Outbox, post: Post, owners: Iterable[str]) -> None:
    """Refuse a draft, an unreadable file, and what one of `owners` has included before.

    Raises:
        UsageError: it is one of these, and what to do.
    """
    if post.status not in READABLE or not post.title or not post.url:
        raise UsageError(f"{post.path}: {post.problem or 'it has no title'}", "fix the file first")
    if post.draft:
        raise UsageError(f"{post.path}: it is a draft", "take the draft flag away first")
    for owner in owners:
        if outbox.editions.has_included(owner, post.url):
            problem = f"{post.path}: {owner} has included it before"
            raise UsageError(problem, "--again sends it once more")


def about(config: Config, post: Post, owners: list[str]) -> list[str]:
    """Those of `owners` that the post is for by their `from`, `only` and `except`; else all."""
    found = publications(config)
    return [each for each in owners if not wanted_by(found[each]).refuse(post)] or owners


def willing(config: Config, post: Post, owners: Iterable[str], channel: str = "") -> list[str]:
    """Those of `owners` that the post's front matter does not keep it out of.

    Raises:
        UsageError: there is none, and why.
    """
    found, refused = [], []
    for owner in owners:
        publication = publications(config)[owner]
        newsletter = isinstance(publication, Newsletter)
        if out := kept_out(post, None if newsletter else channels_of(publication, channel)):
            refused.append(out.detail)
        else:
            found.append(owner)
    if refused and not found:
        raise UsageError(f"{post.path}: {refused[0]}", "change its front matter first")
    return found
