import io
import struct
import zlib

import pytest
from PIL import Image

from publisher.errors import PublisherError
from publisher.model.messages import Picture
from publisher.rendering.images.notes import prepare_picture


def drawn(format_: str, size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    mode = "RGBA" if options.pop("transparent", False) else "RGB"
    image = Image.effect_noise(size, 90).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def prepared(content: bytes, **wishes: int) -> Picture:
    given = {"max_bytes": 5_000_000, "max_pixels": 30_000_000, "max_alt": 100, **wishes}
    return prepare_picture(content, "A  view\nof the mill", **given)


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content))


@pytest.mark.parametrize("format_", ["PNG", "GIF", "WEBP", "JPEG"])
def test_what_fits_stays_as_it_is(format_: str) -> None:
    content = drawn(format_)
    picture = prepared(content)
    size = opened(picture).size
    assert picture == Picture(content, f"image/{format_.lower()}", "A view of the mill", *size)


def test_a_large_picture_is_made_to_fit() -> None:
    content = drawn("PNG", (1600, 1200))
    picture = prepared(content, max_bytes=200_000, max_pixels=1_000_000)
    assert len(picture.content) <= 200_000
    width, height = opened(picture).size
    assert width * height <= 1_000_000
    assert (picture.width, picture.height) == (width, height)
    assert width / height == pytest.approx(4 / 3, abs=0.01)
    assert picture.media_type == "image/jpeg"


def test_transparency_is_kept_where_it_fits() -> None:
    content = drawn("PNG", (400, 400), transparent=True)
    picture = prepared(content, max_pixels=10_000)
    assert (picture.media_type, opened(picture).mode) == ("image/png", "RGBA")
    small = prepared(content, max_bytes=30_000)
    assert (small.media_type, opened(small).mode) == ("image/jpeg", "RGB")


def test_a_turned_photo_stands_upright_and_forgets_its_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret camera"
    picture = prepared(drawn("JPEG", (300, 200), exif=exif))
    assert opened(picture).size == (200, 300)
    assert not opened(picture).getexif()
    assert b"Secret camera" not in picture.content


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>not found</html>", drawn("PNG")[:200], drawn("JPEG")[:300], drawn("BMP")],
)
def test_what_is_no_picture_is_told(content: bytes) -> None:
    with pytest.raises(PublisherError, match="cannot be read"):
        prepared(content)


def test_a_bomb_is_not_opened() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0))
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(PublisherError):
        prepared(bomb)
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")
    with pytest.raises(PublisherError, match="81,000,000 pixels"):
        prepared(buffer.getvalue())


def test_a_limit_that_nothing_can_meet_is_told() -> None:
    with pytest.raises(PublisherError, match="cannot be made to fit 100 bytes"):
        prepared(drawn("PNG"), max_bytes=100)


def test_alt_text_is_cut_between_words() -> None:
    content = drawn("PNG")
    assert prepared(content, max_alt=8).alt == "A view…"
    assert prepared(content, max_alt=0).alt == ""
