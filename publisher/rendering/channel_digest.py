"""Several posts become one message that fits a channel, however its network counts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from publisher.errors import PublisherError
from publisher.model.messages import Digest, DigestItem, Limits
from publisher.model.posts import Post
from publisher.rendering.brand import Site
from publisher.rendering.context import site_context
from publisher.rendering.note import neutral
from publisher.rendering.templates import TEXT, Templates
from publisher.rendering.text.clean import clean
from publisher.rendering.text.links import safe_url, with_parameters
from publisher.rendering.text.truncate import longest

TEMPLATE = "channel-digest"
DESCRIPTIONS = (300, 140, 0)
"""How long descriptions may be, characters: the longest with which all posts fit."""


def render_channel_digest(
    templates: Templates,
    site: Site,
    posts: Sequence[Post],
    limits: Limits | None,
    slot: datetime,
    utm: Mapping[str, str],
) -> Digest:
    """The message with `posts`, in their order, cut to `limits`.

    Descriptions become shorter first, then they go, then the last posts do; a link and a title
    stand whole or not at all.

    Raises:
        TemplateError: the template is missing or wrong.
        PublisherError: not even the first post fits.
    """
    shown = site_context(site)
    day = slot.astimezone(site.zone)
    for items in _shorter(posts, utm):
        context = {"site": shown, "slot": day, "posts": items, "left_out": len(posts) - len(items)}
        text = templates.render_text(TEMPLATE + TEXT, context)
        if limits is None or not limits.excess(text):
            title = text.partition("\n")[0]
            return Digest(title, text, items, url=shown.url, language=shown.language)
    raise PublisherError(
        f"{posts[0].path}: its title and link are too long for one message",
        "use shorter links or another template",
    )


def _shorter(posts: Sequence[Post], utm: Mapping[str, str]) -> Iterator[tuple[DigestItem, ...]]:
    for length in DESCRIPTIONS:
        yield tuple(_item(post, utm, length) for post in posts)
    bare = [_item(post, utm, 0) for post in posts]
    for count in range(len(bare) - 1, 0, -1):
        yield tuple(bare[:count])


def _item(post: Post, utm: Mapping[str, str], length: int) -> DigestItem:
    url = with_parameters(safe_url(post.shared_url), {} if post.link else utm)
    description = longest(clean(post.description), lambda kept: len(kept) <= length)
    return DigestItem(neutral(clean(post.title)), url, neutral(description))
