"""What posts ask in their front matter, held against the channels and announcements there are."""

from collections.abc import Iterable, Iterator

from publisher.config import Config, Newsletter
from publisher.config.mistakes import near
from publisher.content import Post
from publisher.content.asked import kept_out
from publisher.errors import Problem, UsageError
from publisher.plan.slots import channels_of, wishes_of


def unknown_channels(config: Config, posts: Iterable[Post]) -> Iterator[Problem]:
    """Channels that posts name and that are not in config.yaml."""
    for post in posts:
        for name in post.social.channels or ():
            if name not in config.channels:
                what, hint = f"there is no channel {name}", near(name, config.channels)
                yield Problem(post.path, post.social.line, "social.channels", what, hint)


def willing(config: Config, post: Post, owners: Iterable[str], channel: str = "") -> list[str]:
    """Those of `owners` that the post's front matter does not keep it out of.

    Raises:
        UsageError: there is none, and why.
    """
    found, why = [], ""
    for owner in owners:
        decision = kept_out(post, _channels(config, owner, channel))
        if decision is None:
            found.append(owner)
        else:
            why = why or decision.detail
    if not found and why:
        raise UsageError(f"{post.path}: {why}", "change its front matter first")
    return found


def _channels(config: Config, owner: str, channel: str) -> tuple[str, ...] | None:
    wishes = wishes_of(config)[owner]
    if isinstance(wishes, Newsletter):
        return None
    return tuple(name for name in channels_of(wishes) if channel in {"", name})
