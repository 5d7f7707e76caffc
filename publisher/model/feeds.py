"""Feeds as they come from the web."""

from collections.abc import Callable
from typing import NamedTuple


class Fetched(NamedTuple):
    """What a server answered; `content` is None where nothing has changed since the last time.

    `etag` and `modified` are to be sent back the next time, so that it can tell.
    """

    content: bytes | None
    content_type: str = ""
    etag: str = ""
    modified: str = ""


FetchFeed = Callable[[str, str, str], Fetched]
"""Fetches an address, given the last answer's `etag` and `modified`; else a PublisherError."""
