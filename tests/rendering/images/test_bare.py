"""What nobody sees is left out of files, and pictures stay what they are, bit by bit."""

import io
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from publisher.rendering.images.bare import bare
from tests.rendering.images.awkward import (
    PLACE,
    XMP,
    animated_gif,
    animated_webp,
    drawn,
    encoded,
    frames,
    memories,
    progressive,
    transparent,
)

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


def moving_png() -> bytes:
    first, *more = frames()
    return encoded(first, "PNG", save_all=True, append_images=more, exif=memories())


def plain_webp() -> bytes:
    return encoded(drawn(64, 48), "WEBP", exif=memories(), xmp=XMP)


def plain_jpeg() -> bytes:
    return encoded(drawn(64, 48), "JPEG", exif=memories(), comment=PLACE.encode(), dpi=(72, 72))


ALL = (animated_gif, animated_webp, moving_png, plain_webp, plain_jpeg, progressive, transparent)


def read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("made", ALL)
def test_only_what_is_seen_stays(made: Callable[[], bytes]) -> None:
    content = made()
    before = read(content)
    kept = bare(content, TYPES[str(before.format)])
    after = read(kept)
    assert PLACE.encode() not in kept and b"xmpmeta" not in kept and not after.getexif()
    assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)
    for frame in range(getattr(before, "n_frames", 1)):
        before.seek(frame)
        after.seek(frame)
        assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None
        assert after.info.get("duration") == before.info.get("duration")
    assert bare(kept, TYPES[str(before.format)]) == kept


def test_a_moving_png_can_stand_still() -> None:
    still = bare(moving_png(), "image/png", moving=False)
    assert getattr(read(still), "n_frames", 1) == 1
    assert read(still).convert("RGB").getpixel((5, 5)) == read(moving_png()).getpixel((5, 5))


def test_colours_keep_their_profile() -> None:
    for format_, media_type in TYPES.items():
        if format_ != "GIF":
            content = encoded(drawn(64, 48), format_, icc_profile=b"p" * 200)
            assert read(bare(content, media_type)).info["icc_profile"] == b"p" * 200


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_a_broken_file_is_an_error_of_one_kind(
    made: Callable[[], bytes], data: st.DataObject
) -> None:
    content = bytearray(made())
    media_type = TYPES[str(read(bytes(content)).format)]
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with suppress(ValueError):
        assert len(bare(bytes(content[:cut]), media_type)) <= len(content) + 8
