import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from publisher.errors import PublisherError
from publisher.model.messages import Picture, PictureLimits
from publisher.rendering.images.notes import alternative, fit_picture, proven
from tests.rendering.images.awkward import AWKWARD, GREEN, PLACE, RED, dot, encoded, strip


def drawn(format_: str, size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    mode = "RGBA" if options.pop("transparent", False) else "RGB"
    image = Image.effect_noise(size, 90).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def fitted(content: bytes, **limits: Any) -> Picture:
    return fit_picture(
        content, PictureLimits(**{"size": 5_000_000, "pixels": 30_000_000, **limits})
    )


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content))


@pytest.mark.parametrize("format_", ["PNG", "GIF", "WEBP", "JPEG"])
def test_what_fits_stays_as_it_is(format_: str) -> None:
    content = drawn(format_)
    assert fitted(content) == Picture(content, f"image/{format_.lower()}", "", 300, 200)


def test_a_large_picture_is_made_to_fit() -> None:
    content = drawn("PNG", (1600, 1200))
    picture = fitted(content, size=200_000, pixels=1_000_000)
    assert len(picture.content) <= 200_000
    width, height = opened(picture).size
    assert width * height <= 1_000_000
    assert width / height == pytest.approx(4 / 3, abs=0.01)
    assert picture.media_type == "image/jpeg"


def test_transparency_is_kept_where_it_fits() -> None:
    content = drawn("PNG", (400, 400), transparent=True)
    picture = fitted(content, pixels=10_000)
    assert (picture.media_type, opened(picture).mode) == ("image/png", "RGBA")
    small = fitted(content, size=30_000)
    assert (small.media_type, opened(small).mode) == ("image/jpeg", "RGB")


def test_a_turned_photo_stands_upright_and_forgets_its_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret camera"
    picture = fitted(drawn("JPEG", (300, 200), exif=exif))
    assert opened(picture).size == (200, 300)
    assert not opened(picture).getexif()
    assert b"Secret camera" not in picture.content


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>not found</html>", drawn("PNG")[:200], drawn("JPEG")[:300], drawn("BMP")],
)
def test_what_is_no_picture_is_told(content: bytes) -> None:
    with pytest.raises(PublisherError, match="cannot be read"):
        fitted(content)


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
        fitted(bomb)
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")
    with pytest.raises(PublisherError, match="81,000,000 pixels"):
        fitted(buffer.getvalue())


def test_a_limit_that_nothing_can_meet_is_told() -> None:
    with pytest.raises(PublisherError, match="cannot be made to fit 100 bytes"):
        fitted(drawn("PNG"), size=100)


def test_alt_text_is_cut_between_words() -> None:
    words = "A  view\nof the mill"
    assert [alternative(words, length) for length in (100, 8, 0)] == [
        "A view of the mill",
        "A view…",
        "",
    ]


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "it is SVG"),
        (b"<!doctype html><html><title>Not found</title>", "it is HTML"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "it is AVIF"),
        (b"%PDF-1.7", "it is PDF"),
    ],
)
def test_what_it_is_instead_is_told(head: bytes, what: str) -> None:
    with pytest.raises(PublisherError, match=f"cannot be read: {what}"):
        fitted(head)


JPEG, PNG, GIF, WEBP = (f"image/{name}" for name in ("jpeg", "png", "gif", "webp"))
NETWORKS = {
    "as most": PictureLimits(),
    "a card": PictureLimits(size=1_000_000, pixels=1_000_000),
    "that moves": PictureLimits(size=16_777_216, pixels=4_000_000, moving=True),
    "by sides": PictureLimits(side=5_000, ratio=20.0, formats=frozenset({JPEG, PNG})),
    "JPEG only": PictureLimits(side=1440, ratio=1.91, formats=frozenset({JPEG})),
    "PNG only": PictureLimits(formats=frozenset({PNG})),
    "WebP only": PictureLimits(formats=frozenset({WEBP})),
    "small": PictureLimits(size=20_000, pixels=40_000),
}


@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.parametrize("network", NETWORKS)
def test_ten_awkward_pictures_suit_every_network(kind: str, network: str) -> None:
    """Within all limits, upright, in true colours, never larger, and nothing tells a place."""
    content, limits = AWKWARD[kind](), NETWORKS[network]
    before = Image.open(io.BytesIO(content))
    picture = fit_picture(content, limits)
    after = opened(picture)
    width, height = after.size
    assert picture.media_type in limits.formats
    assert picture.media_type == f"image/{str(after.format).lower()}"
    assert (picture.width, picture.height) == after.size
    assert len(picture.content) <= limits.size and width * height <= limits.pixels
    assert not limits.side or max(after.size) <= limits.side
    assert not limits.ratio or max(after.size) <= limits.ratio * min(after.size) * 1.01
    assert max(after.size) <= max(before.size)
    assert not after.getexif() and "xmp" not in after.info
    assert PLACE.encode() not in picture.content
    frames = getattr(after, "n_frames", 1)
    assert frames == (5 if limits.moving and kind.startswith("animated") else 1)


def near(colour: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(int(a) - b) < 30 for a, b in zip(colour, wanted, strict=False))


@pytest.mark.parametrize("kind", sorted(AWKWARD.keys() - {"deep", "strip", "dot", "huge"}))
@pytest.mark.parametrize("network", ["as most", "small", "that moves"])
def test_corners_stay_where_they_are(kind: str, network: str) -> None:
    picture = opened(fit_picture(AWKWARD[kind](), NETWORKS[network])).convert("RGB")
    width, height = picture.size
    assert near(picture.getpixel((width // 8, height // 8)), RED)
    assert near(picture.getpixel((width - width // 8, height // 8)), GREEN)
    assert (width > height) == (kind != "rotated")


def test_holes_stay_holes() -> None:
    for kind in ("transparent", "palette"):
        for network in ("as most", "small", "WebP only"):
            made = opened(fit_picture(AWKWARD[kind](), NETWORKS[network])).convert("RGBA")
            assert made.getpixel((made.width // 2, made.height * 2 // 3))[3] == 0  # type: ignore[index]
            assert made.getpixel((1, 1))[3] == 255  # type: ignore[index]


def test_sixteen_bits_become_eight_by_their_values() -> None:
    made = opened(fitted(AWKWARD["deep"](), formats=frozenset({JPEG}))).convert("L")
    found = [made.getpixel((x, 20)) for x in (50, 150, 250)]
    assert found == pytest.approx([255, 117, 0], abs=4)


def test_a_strip_gets_margins_and_a_dot_stays_one() -> None:
    made = opened(fitted(strip(), side=5_000, ratio=20.0))
    assert made.size == (5_000, 250)
    assert made.getpixel((100, 121)) == RED and made.getpixel((100, 5)) == (255, 255, 255)
    assert fitted(dot()).content == dot()


def test_a_wide_gamut_becomes_that_of_the_web() -> None:
    """The profile counts where a picture is encoded anew; a broken one counts for nothing."""
    content = drawn("PNG", icc_profile=b"no profile", transparent=True)
    assert fitted(content, pixels=10_000).media_type == PNG


def test_a_file_that_holds_several_photos_is_its_first_one() -> None:
    first, second = (Image.new("RGB", (60, 40), colour) for colour in ("red", "blue"))
    content = encoded(first, "MPO", save_all=True, append_images=[second])
    made = fitted(content)
    assert made.media_type == JPEG and len(made.content) < len(content) * 0.7
    assert opened(made).format == "JPEG"


def test_what_a_network_fetches_is_looked_at() -> None:
    limits = PictureLimits(size=5_000, side=1440, formats=frozenset({JPEG}), by_url=True)
    good = encoded(Image.new("RGB", (60, 40)), "JPEG")
    assert proven(good, limits) == Picture(b"", JPEG, "", 60, 40)
    for content, why in (
        (drawn("PNG"), "which is PNG"),
        (drawn("JPEG"), "bytes, 5,000 are allowed"),
        (encoded(Image.new("RGB", (2000, 2)), "JPEG"), "which has 2000 x 2 pixels"),
        (b"<html>", "it is HTML"),
    ):
        with pytest.raises(PublisherError, match=why):
            proven(content, limits)
