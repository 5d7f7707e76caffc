"""Pictures made fit for a network: small enough, upright, and without their camera's memories."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

from publisher.errors import PublisherError
from publisher.model.messages import Picture, PictureLimits
from publisher.rendering.images.bare import bare
from publisher.rendering.images.emails import HEAD, unshown
from publisher.rendering.text.clean import clean
from publisher.rendering.text.truncate import shorten

if TYPE_CHECKING:
    from PIL.Image import Image

# Decoding costs about four bytes a pixel: more than this is no picture for a post.
MOST_PIXELS = 80_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_QUALITIES = (88, 78, 66)
_SMALLEST_SIDE = 32
_FEW_COLOURS = 1024
_ORIENTATION = 0x0112
_UPRIGHT = (None, 0, 1)
_INK = "CMYK"
_MAY_MOVE = frozenset({"image/gif", "image/webp"})
_LONGEST_SIDE = 16_383  # of a WebP file; a JPEG file has more room


def fit_picture(content: bytes, limits: PictureLimits) -> Picture:
    """A picture that a network takes, without its text; nothing in it tells where it was taken.

    JPEG, PNG, GIF and WebP that fit stay as they are, but for what nobody sees. Of all else, the
    first frame is encoded anew: turned upright, in the colours of the web (sRGB), scaled down until
    it fits, with margins where it is too long for its height; as PNG where it is transparent or has
    few colours, else as JPEG.

    Raises:
        PublisherError: the bytes are no picture of these formats, or one too large to open.
    """
    with _in_words(content):
        image = _opened(content)
        media_type = FORMATS[str(image.format)]
        if _may_stay(image, media_type, limits):
            image.load()
            with suppress(ValueError):
                kept = bare(content, media_type, moving=limits.moving)
                if len(kept) <= limits.size:
                    return Picture(kept, media_type, "", *image.size)
            image = _opened(content)
        return _converted(image, limits)


def proven(content: bytes, limits: PictureLimits) -> Picture:
    """A picture that a network fetches by itself, without its bytes.

    Raises:
        PublisherError: it would not take it as it is; or as `fit_picture` does.
    """
    with _in_words(content):
        image = _opened(content)
    media_type, why = FORMATS[str(image.format)], ""
    if media_type not in limits.formats:
        why = f"is {image.format}"
    elif len(content) > limits.size:
        why = f"has {len(content):,} bytes, {limits.size:,} are allowed"
    elif _room(image.size, limits) != (1.0, image.size):
        why = f"has {image.width} x {image.height} pixels"
    if why:
        raise PublisherError(f"the network would fetch the picture, which {why}")
    return Picture(b"", media_type, "", *image.size)


def alternative(words: str, length: int) -> str:
    """The text that stands in for a picture, in at most `length` characters."""
    return shorten(clean(words), length)


@contextmanager
def _in_words(content: bytes) -> Iterator[None]:
    """Decoders raise a dozen kinds of errors on broken bytes: one for all, with what it is."""
    try:
        yield
    except PublisherError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        what = unshown(content[:HEAD])
        why = f": it is {what}" if what else f" ({type(error).__name__})"
        text = f"the picture cannot be read{why}"
        raise PublisherError(text, "give a JPEG, PNG, GIF or WebP file") from None


def _opened(content: bytes) -> "Image":
    """The picture, not yet decoded."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(content), formats=tuple(FORMATS))
    if image.width * image.height > MOST_PIXELS:
        text = f"the picture has {image.width * image.height:,} pixels, too many to open"
        raise PublisherError(text, "make it smaller")
    if image.format == "MPO":  # a JPEG file that holds further ones
        image.format = "JPEG"
    return image


def _may_stay(image: "Image", media_type: str, limits: PictureLimits) -> bool:
    """Whether a network takes the picture as it is, as far as its head tells."""
    moves = media_type in _MAY_MOVE and bool(getattr(image, "is_animated", False))
    return (
        media_type in limits.formats
        and (limits.moving or not moves)
        and image.mode != _INK
        and image.getexif().get(_ORIENTATION) in _UPRIGHT
        and _room(image.size, limits) == (1.0, image.size)
    )


def _room(size: tuple[int, int], limits: PictureLimits) -> tuple[float, tuple[int, int]]:
    """By how much a picture must shrink, and its size with margins before it does."""
    least = ceil(max(size) / limits.ratio) if limits.ratio else 1
    width, height = (max(side, least) for side in size)
    scale = min(1.0, (limits.pixels / (width * height)) ** 0.5 if limits.pixels else 1.0)
    if limits.side:
        scale = min(scale, limits.side / max(width, height))
    return scale, (width, height)


def _converted(image: "Image", limits: PictureLimits) -> Picture:
    limits = replace(limits, side=limits.side or _LONGEST_SIDE)
    scale, _ = _room(image.size, limits)
    image.draft(None, _scaled(image.size, scale))  # JPEG is decoded no larger than it is needed
    image = _plain(image)
    first, outer = _room(image.size, limits)
    for scale in _scales(max(image.size), first):
        smaller = image.resize(_scaled(image.size, scale)) if scale < 1 else image
        whole = _framed(_in_srgb(smaller), _scaled(outer, scale))
        for made, media_type in _encodings(whole, limits.formats):
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


def _plain(image: "Image") -> "Image":
    """Upright, with eight bits a channel; ink and grey stay what their profiles are for."""
    from PIL import ImageOps

    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith(("I", "F")):
        image.info.pop("transparency", None)
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in (_INK, "L") and not image.has_transparency_data:
        return image
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _in_srgb(image: "Image") -> "Image":
    """In the colours of the web, by the picture's own profile where that is a good one."""
    from PIL import ImageCms

    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            web = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, own, web, outputMode=mode) or image
    return image if image.mode == mode else image.convert(mode)


def _framed(image: "Image", size: tuple[int, int]) -> "Image":
    """The picture in the middle of a ground of `size`."""
    from PIL import Image

    if image.size == size:
        return image
    ground = Image.new(image.mode, size, (255, 255, 255, 0)[: len(image.mode)])
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground


def _encodings(image: "Image", formats: frozenset[str]) -> Iterator[tuple[bytes, str]]:
    """The picture encoded, best first; JPEG knows no transparency."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    jpeg = "image/jpeg" in formats
    if image.mode == "RGBA" or not jpeg or image.getcolors(_FEW_COLOURS):
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
