"""A post that a person names is included past the rules, but never blindly."""

from collections.abc import Iterable

from publisher.content import Post, Status
from publisher.errors import UsageError
from publisher.outbox.outbox import Outbox

READABLE = {Status.OK, Status.SALVAGED, Status.UNDATED}


def check_sendable(outbox: Outbox, post: Post, owners: Iterable[str]) -> None:
    """Refuse a draft, an unreadable file, and what one of `owners` has included before.

    Raises:
        UsageError: it is one of these, and what to do.
    """
    if post.status not in READABLE or not post.title or not post.url:
        raise UsageError(f"{post.path}: {post.problem or 'it has no title'}", "mend the file first")
    if post.draft:
        raise UsageError(f"{post.path}: it is a draft", "take the draft flag away first")
    for owner in owners:
        if any(row.url == post.url for row in outbox.editions.included(owner)):
            raise UsageError(
                f"{post.path}: {owner} has included it before",
                "--again sends it once more",
            )
