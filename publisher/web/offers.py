"""What a newsletter lets its readers choose, by the posts that the site has."""

import logging
from collections.abc import Sequence
from threading import Lock
from typing import Final

from publisher.errors import PublisherError
from publisher.model.posts import Post
from publisher.plan.choices import Offered, offered
from publisher.wiring import Publisher

_reading: Final = Lock()
_log: Final = logging.getLogger(__name__)


def offer_of(publisher: Publisher, newsletter: str) -> Offered:
    """What is offered now; no topics where the site cannot be read here."""
    wishes, now = publisher.config.newsletters[newsletter], publisher.clock()
    if isinstance(wishes.offer.topics, dict):
        return offered(wishes, (), now)
    posts: Sequence[Post] = ()
    try:
        with _reading:  # once for all who wait for it
            posts = publisher.planner.read(None, None).posts
    except PublisherError as error:
        _log.warning("no topics are offered: %s", error.message)
    return offered(wishes, posts, now)
