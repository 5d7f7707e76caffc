"""A note's picture: the post's image, fetched with care and made ready for the network."""

from collections.abc import Callable
from dataclasses import replace

from publisher.content import Post
from publisher.errors import PublisherError
from publisher.model.messages import Note, TextLimits

SENT_BYTES = 2_000_000
SENT_PIXELS = 4_000_000

Fetch = Callable[[str], bytes]


def with_picture(
    note: Note, post: Post, limits: TextLimits | None, fetch: Fetch
) -> tuple[Note, str]:
    """The note with its post's picture; without it where it cannot be had, and why that is."""
    from publisher.rendering.images.notes import prepare_picture

    if not post.image or limits is None or not limits.pictures:
        return note, ""
    try:
        picture = prepare_picture(
            fetch(post.image),
            alt=post.image_alt or post.title,
            max_bytes=SENT_BYTES,
            max_pixels=SENT_PIXELS,
            max_alt=limits.alt,
        )
    except PublisherError as error:
        return note, f"without its picture: {error.message}"
    return replace(note, picture=picture), ""
