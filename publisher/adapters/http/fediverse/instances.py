"""The limits that an instance names in Mastodon's way (docs.joinmastodon.org/entities/Instance)."""

from dataclasses import replace
from functools import partial

from publisher.adapters.http.fediverse.software import Software
from publisher.adapters.http.replies import dig
from publisher.adapters.http.text.counting import graphemes_at_most
from publisher.adapters.http.text.lengths import LENGTH_OF_A_LINK, count_characters
from publisher.model.messages import Limits, Measure, PictureLimits

LENGTH = 500
ALT_LENGTH = 1500
MOST_CHARACTERS = 1_000_000
IMAGE_BYTES, IMAGE_PIXELS, MOST_BYTES = 16_777_216, 33_177_600, 1_000_000_000


def limits_of(instance: object, software: Software, *, pictures: int) -> Limits:
    """What an instance (any JSON) allows; Mastodon's usual where it does not say."""
    statuses = dig(instance, "configuration", "statuses")
    media = dig(instance, "configuration", "media_attachments")
    older = _whole(dig(instance, "max_toot_chars"), LENGTH)
    length = _whole(dig(statuses, "max_characters"), older)
    link = _whole(dig(statuses, "characters_reserved_per_url"), LENGTH_OF_A_LINK)
    strictly = partial(count_characters, link=link, count=graphemes_at_most)
    bound = Measure(length, strictly, "characters by older servers")
    return Limits(
        length,
        software.whole or partial(count_characters, link=link),
        also=() if software.exact else (bound,),
        pictures=pictures,
        alt=_whole(dig(media, "description_limit"), ALT_LENGTH),
        picture=_picture_limits(media),
    )


def _picture_limits(media: object) -> PictureLimits:
    """What an instance says of pictures; what it does not say is as most servers have it."""
    usual, types = PictureLimits(moving=True), dig(media, "supported_mime_types")
    named = usual.formats.intersection(filter(_is_text, types if isinstance(types, list) else ()))
    return replace(
        usual,
        size=_whole(dig(media, "image_size_limit"), IMAGE_BYTES, MOST_BYTES),
        pixels=_whole(dig(media, "image_matrix_limit"), IMAGE_PIXELS, MOST_BYTES),
        formats=named or usual.formats,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _whole(value: object, otherwise: int, most: int = MOST_CHARACTERS) -> int:
    """A believable whole number from a server, else `otherwise`."""
    if not isinstance(value, int) or isinstance(value, bool):
        return otherwise
    return value if 0 < value <= most else otherwise
