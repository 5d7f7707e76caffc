"""Pictures opened and decoded with care: whatever a file says of itself may be a lie or a trap.

Nothing is decoded before its size is known, large pictures are shrunk band by band, and every
failure is one line.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from publisher.errors import PublisherError
from publisher.rendering.images.bare import untold
from publisher.rendering.images.emails import HEAD, format_name

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
# Decoding takes up to five bytes of memory for each pixel, and three or four times that where the
# decoder keeps copies of its own: no picture may take more than about 400 MB.
MOST_PIXELS: Final = 80_000_000
_FEWER_PIXELS: Final = {"WEBP": 25_000_000, "AVIF": 40_000_000}
_INK: Final = "CMYK"
_DEEP: Final = ("I", "F")  # more than eight bits, which some decoders cut off at white
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
_BAND: Final = 64  # rows of the shrunk picture
_XMP: Final = ("xmp", "XML:com.adobe.xmp")


@contextmanager
def in_words(content: bytes) -> Iterator[None]:
    """Decoders raise a dozen kinds of errors on broken bytes: one for all, with what it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PublisherError:
        raise
    except Exception:  # noqa: BLE001 - see above
        raise _unreadable(content) from None


def _unreadable(content: bytes) -> PublisherError:
    name = format_name(content[:HEAD])
    hint = "give a JPEG, PNG, GIF, WebP or AVIF file"
    if name.upper() in FORMATS and _is_supported(name):
        why, hint = f"the {name} file is cut off or damaged", "save it anew"
    elif name:
        why = f"it is {name}"
    else:
        why = "it is no picture" if content else "the file is empty"
    return PublisherError(f"the picture cannot be read: {why}", hint)


def _is_supported(name: str) -> bool:
    from PIL import features

    return name != "AVIF" or bool(features.check("avif"))


def opened(content: bytes) -> "Image":
    """The picture, not yet decoded.

    Raises:
        PublisherError: it has too many pixels to be decoded.
        Exception: whatever a decoder makes of broken bytes; see `in_words`.
    """
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(untold(content)), formats=tuple(FORMATS))
    except Image.DecompressionBombError:
        raise _too_large("more than 160,000,000", MOST_PIXELS) from None
    if image.format == "MPO":  # a JPEG file that holds further ones
        image.format = "JPEG"
    most = _FEWER_PIXELS.get(str(image.format), MOST_PIXELS)
    if image.width * image.height > most:
        raise _too_large(f"{image.width * image.height:,}", most)
    return image


def _too_large(pixels: str, most: int) -> PublisherError:
    text = f"the picture has {pixels} pixels, too many to open"
    return PublisherError(text, f"make it smaller: {most // 1_000_000} megapixels at most")


def orientation(image: "Image") -> int:
    """How a camera was held, as EXIF has it: 1 is upright, as is what nobody can read.

    XMP may say something else, but no browser heeds it, so the author has not seen it either.
    """
    told = [(name, image.info.pop(name)) for name in _XMP if name in image.info]
    try:
        held = image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - decoders raise a dozen kinds on broken bytes
        return 1
    finally:
        image.info.update(told)
    return held if held in _TURNS else 1


def is_animated(image: "Image") -> bool:
    """Whether there is more than one picture to be seen; a JPEG file may hold others, unseen."""
    return image.format != "JPEG" and bool(getattr(image, "is_animated", False))


def decoded(image: "Image", scale: float) -> "Image":
    """The picture upright, with eight bits a channel, shrunk by the largest whole part of `scale`.

    Ink and grey stay what their profiles are for.
    """
    from PIL.Image import Transpose

    held = orientation(image)
    small = _shrunk(image, max(1, int(1 / scale)))
    return small.transpose(Transpose[_TURNS[held]]) if held in _TURNS else small


def _shrunk(image: "Image", factor: int) -> "Image":
    """Band by band: a converted copy of a whole large picture would fill the memory."""
    from PIL import Image

    mode = _working_mode(image)
    if factor == 1:
        return _in_mode(image, mode)
    (width, height), step = image.size, _BAND * factor
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, step):
        band = image.crop((0, top, width, min(top + step, height)))
        small.paste(_in_mode(band, mode).reduce(factor), (0, top // factor))
    if profile := image.info.get("icc_profile"):
        small.info["icc_profile"] = profile
    return small


def _working_mode(image: "Image") -> str:
    if image.mode.startswith(_DEEP):
        image.info.pop("transparency", None)
        return "L"
    if image.has_transparency_data:
        return "RGBA"
    return image.mode if image.mode in (_INK, "L") else "RGB"


def _in_mode(image: "Image", mode: str) -> "Image":
    if image.mode.startswith(_DEEP):
        image = image.point(lambda value: value * (1 / 256))
    return image if image.mode == mode else image.convert(mode)


def is_for_the_web(image: "Image") -> bool:
    """Whether its numbers are colours of the web (sRGB), so that nobody has to know its profile."""
    from PIL import ImageCms

    if image.mode == _INK or image.mode.startswith(_DEEP):
        return False
    profile = image.info.get("icc_profile")
    if not profile:
        return True
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return "srgb" in ImageCms.getProfileDescription(own).lower()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False


def in_srgb(image: "Image") -> "Image":
    """In the colours of the web, by the picture's own profile where that is a good one."""
    from PIL import ImageCms

    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            web = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, own, web, outputMode=mode) or image
    return image if image.mode == mode else image.convert(mode)
