import io
import re
import struct
import zlib
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from publisher.errors import PublisherError
from publisher.model.messages import Picture, PictureLimits
from publisher.rendering.images import decoding
from publisher.rendering.images.decoding import in_words
from publisher.rendering.images.notes import alternative, fit_picture, proven
from tests.rendering.images.awkward import (
    AWKWARD,
    GREEN,
    PLACE,
    PLAIN,
    RED,
    REFUSED,
    chunk,
    dot,
    encoded,
    png,
    strip,
    swapped_profile,
    turned,
)


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


def drawn_upright() -> Image.Image:
    return Image.new("RGB", (300, 200), RED)


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


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_none_is_told_in_one_plain_line(kind: str) -> None:
    content, why = REFUSED[kind]
    with pytest.raises(PublisherError, match=why) as caught:
        fitted(content)
    assert caught.value.hint and "\n" not in caught.value.message
    assert not re.search("Error|Exception", caught.value.message)


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
def test_awkward_pictures_suit_every_network(kind: str, network: str) -> None:
    """Within all limits, upright, in true colours, never larger, and nothing tells a place."""
    content, limits = AWKWARD[kind](), NETWORKS[network]
    with in_words(content):
        before = decoding.opened(content)
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
    moves = limits.moving and kind in {"animated_gif", "animated_webp", "apng"}
    assert (frames, picture.moving) == ((5, True) if moves else (1, False))


def near(colour: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(int(a) - b) < 30 for a, b in zip(colour, wanted, strict=False))


@pytest.mark.parametrize("kind", sorted(AWKWARD.keys() - PLAIN))
@pytest.mark.parametrize("network", ["as most", "small", "that moves"])
def test_corners_stay_where_they_are(kind: str, network: str) -> None:
    picture = opened(fit_picture(AWKWARD[kind](), NETWORKS[network])).convert("RGB")
    width, height = picture.size
    assert near(picture.getpixel((width // 8, height // 8)), RED)
    assert near(picture.getpixel((width - width // 8, height // 8)), GREEN)
    assert (width > height) == (kind not in {"rotated", "avif"})


@pytest.mark.parametrize("held", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_however_the_camera_was_held(held: int, format_: str) -> None:
    made = opened(fitted(turned(held, format_)))
    assert made.size == (240, 120) and not made.getexif()
    assert near(made.convert("RGB").getpixel((20, 20)), RED)
    assert near(made.convert("RGB").getpixel((220, 20)), GREEN)


def test_a_crisp_picture_stays_crisp() -> None:
    """What must change though it fits loses nothing, unless it comes from a format that does."""
    noise = Image.merge("RGB", [Image.effect_noise((200, 150), 90) for _ in range(3)])
    screen = encoded(noise, "PNG", icc_profile=swapped_profile())
    assert fitted(screen).media_type == PNG
    assert fitted(screen, pixels=20_000).media_type == JPEG
    assert fitted(encoded(noise, "JPEG", icc_profile=swapped_profile())).media_type == JPEG


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


PACKED = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<x exif:GPSLatitude='48,51N'/>")
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x14\x1c\x02\x5a\0\x05Paris"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (AWKWARD["animated_gif"](), "is animated"),
        (AWKWARD["animated_webp"](), "is animated"),
        (AWKWARD["apng"](), "is animated"),
        (AWKWARD["ink"](), "not in the colours of the web"),
        (AWKWARD["other_colours"](), "not in the colours of the web"),
        (AWKWARD["rotated"](), "is stored turned"),
        (AWKWARD["edited"](), "tells where it was taken"),
        (turned(1, "JPEG"), "tells where it was taken"),
        (turned(1, "PNG"), "tells where it was taken"),
        (turned(1, "WEBP"), "tells where it was taken"),
        (png((9, 9), chunk(b"iTXt", PACKED)), "tells where it was taken"),
        (AWKWARD["avif"](), "is AVIF"),
    ],
)
def test_what_a_network_would_show_wrongly_or_tell_is_not_handed_over(
    content: bytes, why: str
) -> None:
    with pytest.raises(PublisherError, match=f"the network would fetch the picture, which .*{why}"):
        proven(content, PictureLimits(by_url=True))


def test_newspapers_words_tell_a_place_others_do_not() -> None:
    plain = encoded(drawn_upright(), "JPEG")
    segment = b"\xff\xed" + struct.pack(">H", len(IPTC) + 2) + IPTC
    limits = PictureLimits(by_url=True)
    with pytest.raises(PublisherError, match="tells where"):
        proven(plain[:2] + segment + plain[2:], limits)
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    assert proven(encoded(drawn_upright(), "JPEG", exif=exif), limits).width == 300


def test_an_animation_has_limits_of_its_own() -> None:
    """A network may take animations, but fewer frames or formats than pictures that stand still."""
    moves = AWKWARD["animated_gif"]()
    for animation, frames in (
        (PictureLimits(formats=frozenset({GIF}), frames=5), 5),
        (PictureLimits(formats=frozenset({GIF}), frames=4), 1),
        (PictureLimits(formats=frozenset({GIF}), side=200), 1),
        (PictureLimits(formats=frozenset({GIF}), size=500), 1),
        (PictureLimits(formats=frozenset({WEBP})), 1),
    ):
        limits = PictureLimits(moving=True, animation=animation)
        made = fit_picture(moves, limits)
        assert getattr(opened(made), "n_frames", 1) == frames
        assert made.moving == (frames > 1)
    long = replace(limits, by_url=True, animation=PictureLimits(frames=4))
    with pytest.raises(PublisherError, match="too many frames"):
        proven(moves, long)
    assert proven(moves, replace(limits, by_url=True, animation=None)).moving
