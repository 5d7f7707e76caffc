"""Awkward pictures through the limits of every adapter: fit, upright, with words, without a place.

What is drawn is in tests/rendering/images/awkward.py; how networks take it is asked of the fakes in
each adapter's own test.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from publisher.adapters import available, load
from publisher.adapters.mastodon import Mastodon
from publisher.model.messages import Limits, PictureLimits
from publisher.model.posts import Post
from publisher.plan.pictures import ON_CARDS, SENT, Pictures, illustrated
from tests.rendering.images.awkward import AWKWARD, PLACE, PLAIN, RED

POST = Post(
    "a.md", "https://e.example/a", "A title", image="https://e.example/IMG_0815.jpg",
    image_alt="A red corner " + "and so on " * 500,
)  # fmt: skip
SIZES = {"image/jpeg", "image/png", "image/gif", "image/webp"}


def _limits() -> Iterator[tuple[str, Limits]]:
    for name in available():
        limits = load(name).limits
        if limits is not None and limits.pictures:
            yield name, limits
    usual = PictureLimits(16_777_216, 33_177_600, moving=True)
    yield Mastodon.__name__, Limits(500, len, pictures=1, alt=1500, picture=usual)
    card = PictureLimits(size=1_000_000)
    yield "a card", Limits(300, len, thumbnail=card)


LIMITS = dict(_limits())


def nowhere(_: str) -> Path | None:
    return None


@pytest.mark.parametrize("name", LIMITS)
def test_every_adapter_gets_what_its_network_takes(name: str) -> None:
    limits = LIMITS[name]
    for kind, made in AWKWARD.items():
        content = made()
        found = illustrated(POST, limits, Pictures(nowhere, lambda _, it=content: it))  # type: ignore[misc]
        picture = found.picture or found.thumbnail
        if limits.picture.by_url and picture is None:
            assert "the network would fetch the picture" in found.remark, kind
            continue
        assert picture is not None and found.remark == "", kind
        wanted = limits.picture if found.picture else limits.thumbnail
        assert wanted and picture.media_type in wanted.formats & SIZES, kind
        if found.picture:
            assert len(picture.alt) <= limits.alt and "IMG" not in picture.alt, kind
            assert picture.alt.startswith("A red corner") == (limits.alt > 0), kind
        if wanted.by_url:
            assert picture.content == b"", kind
            continue
        ceiling = SENT if found.picture else ON_CARDS
        assert len(picture.content) <= min(wanted.size, ceiling.size), kind
        assert PLACE.encode() not in picture.content, kind
        shown = Image.open(io.BytesIO(picture.content))
        assert shown.size == (picture.width, picture.height), kind
        if kind != "strip":  # that one may stay as it is
            assert shown.width * shown.height <= ceiling.pixels, kind
        assert not shown.getexif() and not shown.info.keys() & {"exif", "xmp", "comment"}, kind
        if kind not in PLAIN:
            red, *rest = shown.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
            assert abs(red - RED[0]) < 30 and max(rest) < 60, kind


def test_what_is_too_much_for_one_note_is_bounded_for_all() -> None:
    """A delivery keeps its picture, so no network's generosity fills the database."""
    generous = Limits(500, len, pictures=1, picture=PictureLimits(10**9, 10**9))
    noise = io.BytesIO()
    Image.effect_noise((2100, 2100), 90).convert("RGB").save(noise, "PNG")
    found = illustrated(POST, generous, Pictures(nowhere, lambda _: noise.getvalue()))
    assert found.picture and len(found.picture.content) <= SENT.size
    assert found.picture.width * found.picture.height <= SENT.pixels
