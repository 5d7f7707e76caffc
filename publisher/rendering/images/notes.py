"""Pictures made fit for a network: small enough, upright, and without their camera's memories."""

import io
import warnings
from typing import TYPE_CHECKING

from publisher.errors import PublisherError
from publisher.model.messages import Picture
from publisher.rendering.text.clean import clean
from publisher.rendering.text.truncate import shorten

if TYPE_CHECKING:
    from PIL.Image import Image

# Decoding costs about four bytes a pixel: more than this is no picture for a post.
MOST_PIXELS = 80_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_QUALITIES = (88, 78, 66)
_SMALLEST_SIDE = 32


def prepare_picture(
    content: bytes, alt: str, *, max_bytes: int, max_pixels: int, max_alt: int
) -> Picture:
    """A picture that a network takes, with its text of at most `max_alt` characters.

    JPEG, PNG, GIF and WebP that fit and hold no EXIF data stay as they are; all else becomes
    JPEG, or PNG where it is transparent, turned upright and scaled down until it fits.

    Raises:
        PublisherError: the bytes are no picture of these formats, or one too large to open.
    """
    words = shorten(clean(alt), max_alt)
    image = _opened(content)
    remembers = image.getexif() or "exif" in image.info or "xmp" in image.info
    if len(content) <= max_bytes and _pixels(image) <= max_pixels and not remembers:
        return Picture(content, FORMATS[str(image.format)], words, *image.size)
    made, media_type, size = _converted(image, max_bytes, max_pixels)
    return Picture(made, media_type, words, *size)


def _opened(content: bytes) -> "Image":
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=tuple(FORMATS))
        too_large = _pixels(image) > MOST_PIXELS
        if not too_large:
            image.load()
    except Exception as error:  # noqa: BLE001 - decoders raise a dozen kinds on broken bytes
        text = f"the picture cannot be read ({type(error).__name__})"
        raise PublisherError(text, "give a JPEG, PNG, GIF or WebP file") from None
    if too_large:
        text = f"the picture has {_pixels(image):,} pixels, too many to open"
        raise PublisherError(text, "make it smaller")
    return image


def _pixels(image: "Image") -> int:
    return image.width * image.height


def _converted(
    image: "Image", max_bytes: int, max_pixels: int
) -> tuple[bytes, str, tuple[int, int]]:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image)
    upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    scale = min(1.0, (max_pixels / _pixels(upright)) ** 0.5)
    while min(upright.size) * scale >= min(_SMALLEST_SIDE, *upright.size):
        width, height = (max(1, int(side * scale)) for side in upright.size)
        smaller = upright.resize((width, height)) if scale < 1 else upright
        for made, media_type in _encodings(smaller):
            if len(made) <= max_bytes:
                return made, media_type, smaller.size
        scale *= 0.75
    raise PublisherError(f"the picture cannot be made to fit {max_bytes:,} bytes")


def _encodings(image: "Image") -> "list[tuple[bytes, str]]":
    """The picture encoded, best first; JPEG knows no transparency."""
    from PIL import Image

    found = []
    if image.mode == "RGBA":
        found.append((_encoded(image, "PNG"), "image/png"))
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return found + [(_encoded(image, "JPEG", quality), "image/jpeg") for quality in _QUALITIES]


def _encoded(image: "Image", format_: str, quality: int = 0) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": quality, "progressive": True} if quality else {}
    image.save(buffer, format_, optimize=True, **options)
    return buffer.getvalue()
