"""Pictures made fit for a network: small enough, upright, and without their camera's memories."""

import io
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

from publisher.errors import PublisherError
from publisher.model.messages import Picture, PictureLimits
from publisher.rendering.images.bare import bare
from publisher.rendering.images.decoding import (
    FORMATS,
    decoded,
    in_srgb,
    in_words,
    is_animated,
    is_for_the_web,
    opened,
    orientation,
)
from publisher.rendering.images.places import tells_place
from publisher.rendering.text.clean import clean
from publisher.rendering.text.truncate import shorten

if TYPE_CHECKING:
    from PIL.Image import Image

_QUALITIES = (88, 78, 66)
_SMALLEST_SIDE = 32
_FEW_COLOURS = 1024
_UPRIGHT = 1
_GLANCE = (500, 500)
_LOSSLESS = frozenset({"PNG", "GIF"})
_LONGEST_SIDE = 16_383  # of a WebP file; a JPEG file has more room


def fit_picture(content: bytes, limits: PictureLimits) -> Picture:
    """A picture that a network takes, without its text; nothing in it tells where it was taken.

    What fits stays as it is, but for what nobody sees. Of all else, the first frame is encoded
    anew: turned upright, in the colours of the web (sRGB), scaled down until it fits, with margins
    where it is too long for its height; as PNG where it is transparent, has few colours or was
    one of the same size that fits, else as JPEG.

    Raises:
        PublisherError: the bytes are no picture of these formats, or one too large to open.
    """
    with in_words(content):
        image = opened(content)
        if not _misfit(image, 0, limits):
            image.load()
            if kept := _as_it_is(image, content, limits):
                return kept
            image = opened(content)
        return _converted(image, limits, crisp=_is_crisp(image, len(content), limits))


def proven(content: bytes, limits: PictureLimits) -> Picture:
    """A picture that a network fetches by itself, without its bytes.

    Raises:
        PublisherError: it would not take it as it is, or show it wrongly, or learn where it was
            taken; or as `fit_picture` does.
    """
    with in_words(content):
        image = opened(content)
        size, why = image.size, _misfit(image, len(content), limits)
        if not why and _has_more_frames(image, limits):
            why = "has too many frames"
        if not why:
            image.draft(None, _GLANCE)
            image.load()  # nobody else would say that it is broken
        if not why and tells_place(content, image):
            why = "tells where it was taken"
    if why:
        text = f"the network would fetch the picture, which {why}"
        raise PublisherError(text, "save it anew without that")
    return Picture(b"", FORMATS[str(image.format)], "", *size, moving=is_animated(image))


def says_where(content: bytes) -> bool:
    """Whether the file of a picture tells where it was taken.

    Raises:
        PublisherError: as `fit_picture` does.
    """
    with in_words(content):
        return tells_place(content, opened(content))


def _misfit(image: "Image", size: int, limits: PictureLimits) -> str:
    """Why a network cannot show the picture as it is, as far as its head tells; "": it can."""
    room = _room_for(image, limits)
    if room is None:
        return "is animated"
    if FORMATS[str(image.format)] not in room.formats:
        return f"is {image.format}"
    if size > room.size:
        return f"has {size:,} bytes, {room.size:,} are allowed"
    if _room(image.size, room) != (1.0, image.size):
        return f"has {image.width} x {image.height} pixels"
    return _shown_wrongly(image)


def _shown_wrongly(image: "Image") -> str:
    """What not everybody who shows pictures heeds; the colours of an animation must stay."""
    if orientation(image) != _UPRIGHT:
        return "is stored turned (by its EXIF orientation)"
    if not is_animated(image) and not is_for_the_web(image):
        return "is not in the colours of the web (sRGB)"
    return ""


def _room_for(image: "Image", limits: PictureLimits) -> PictureLimits | None:
    """What holds for the picture; None: no animation is shown."""
    if not is_animated(image):
        return limits
    return (limits.animation or limits) if limits.moving else None


def _has_more_frames(image: "Image", limits: PictureLimits) -> bool:
    """Whether an animation is too long, which takes a while to count."""
    most = limits.animation.frames if limits.animation else limits.frames
    return bool(most) and getattr(image, "n_frames", 1) > most


def _as_it_is(image: "Image", content: bytes, limits: PictureLimits) -> Picture | None:
    """The very picture, without what nobody sees; None where that is not to be had, or too much."""
    media_type = FORMATS[str(image.format)]
    try:
        kept = bare(content, media_type, moving=limits.moving)
    except ValueError:
        return None
    room = _room_for(image, limits)
    if room is None or len(kept) > room.size or _has_more_frames(image, limits):
        return None
    return Picture(kept, media_type, "", *image.size, moving=is_animated(image))


def _is_crisp(image: "Image", size: int, limits: PictureLimits) -> bool:
    """Whether a picture that lost nothing when it was saved may be saved so once more."""
    same = _room(image.size, limits) == (1.0, image.size)
    return image.format in _LOSSLESS and size <= limits.size and same


def alternative(words: str, length: int) -> str:
    """The text that stands in for a picture, in at most `length` characters."""
    return shorten(clean(words), length)


def _room(size: tuple[int, int], limits: PictureLimits) -> tuple[float, tuple[int, int]]:
    """By how much a picture must shrink, and its size with margins before it does."""
    least = ceil(max(size) / limits.ratio) if limits.ratio else 1
    width, height = (max(side, least) for side in size)
    scale = min(1.0, (limits.pixels / (width * height)) ** 0.5 if limits.pixels else 1.0)
    if limits.side:
        scale = min(scale, limits.side / max(width, height))
    return scale, (width, height)


def _converted(image: "Image", limits: PictureLimits, *, crisp: bool) -> Picture:
    limits = replace(limits, side=limits.side or _LONGEST_SIDE)
    scale, _ = _room(image.size, limits)
    image.draft(None, _scaled(image.size, scale))  # JPEG is decoded no larger than it is needed
    image = decoded(image, _room(image.size, limits)[0])
    first, outer = _room(image.size, limits)
    for scale in _scales(max(image.size), first):
        smaller = image.resize(_scaled(image.size, scale)) if scale < 1 else image
        whole = _framed(in_srgb(smaller), _scaled(outer, scale))
        for made, media_type in _encodings(whole, limits.formats, crisp=crisp):
            if len(made) <= limits.size:
                return Picture(made, media_type, "", *whole.size)
    raise PublisherError(f"the picture cannot be made to fit {limits.size:,} bytes")


def _scales(side: int, scale: float) -> Iterator[float]:
    least = min(side * scale, _SMALLEST_SIDE)
    while side * scale >= least:
        yield scale
        scale *= 0.75


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _framed(image: "Image", size: tuple[int, int]) -> "Image":
    """The picture in the middle of a ground of `size`."""
    from PIL import Image

    if image.size == size:
        return image
    ground = Image.new(image.mode, size, (255, 255, 255, 0)[: len(image.mode)])
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground


def _encodings(
    image: "Image", formats: frozenset[str], *, crisp: bool
) -> Iterator[tuple[bytes, str]]:
    """The picture encoded, best first; JPEG knows no transparency."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    jpeg = "image/jpeg" in formats
    if crisp or image.mode == "RGBA" or not jpeg or image.getcolors(_FEW_COLOURS):
        if "image/png" in formats:
            yield _encoded(image, "PNG"), "image/png"
        elif "image/webp" in formats:
            yield _encoded(image, "WEBP", lossless=True), "image/webp"
    if jpeg:
        ground = _on_white(image)
        for quality in _QUALITIES:
            options = {"quality": quality, "progressive": True, "optimize": True}
            yield _encoded(ground, "JPEG", **options), "image/jpeg"


def _on_white(image: "Image") -> "Image":
    from PIL import Image

    if image.mode == "RGB":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _encoded(image: "Image", format_: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.info = {}  # profiles, texts and times would go along
    image.save(buffer, format_, **options)
    return buffer.getvalue()
