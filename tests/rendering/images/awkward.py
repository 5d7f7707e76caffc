"""Ten pictures of awkward kinds, each drawn so that it shows where its top left corner is.

That corner is red, the top right one green; the rest is blue.
"""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

PLACE = "Secret street 7"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{PLACE}</x:xmpmeta>".encode()
RED, GREEN, BLUE = (220, 20, 20), (20, 180, 20), (20, 20, 200)


def drawn(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """The picture upright."""
    image = Image.new("RGB", (width, height), BLUE)
    corner = (max(1, width // 3), max(1, height // 3))
    image.paste(RED, (0, 0, *corner))
    image.paste(GREEN, (width - corner[0], 0, width, corner[1]))
    return image.convert(mode)


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    """The bytes of its file."""
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def memories(orientation: int = 1) -> Image.Exif:
    """What a camera writes: how it was held, where, and by whom."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = PLACE
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 21.0, 8.0)})
    return exif


def rotated() -> bytes:
    """A photo from a phone held upright: stored on its side, with its place."""
    lying = drawn(300, 600).transpose(Image.Transpose.ROTATE_90)
    return encoded(lying, "JPEG", exif=memories(6), quality=95)


def transparent() -> bytes:
    """A PNG with holes and a text chunk."""
    image = drawn(400, 300, "RGBA")
    image.paste((0, 0, 0, 0), (150, 150, 250, 250))
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", PLACE)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return encoded(image, "PNG", pnginfo=info, exif=memories())


def palette() -> bytes:
    """A PNG of few colours, one of which is transparent (tRNS)."""
    image = drawn(400, 300).quantize(8)
    index = image.getpixel((200, 200))
    return encoded(image, "PNG", transparency=index)


def frames(count: int = 5) -> list[Image.Image]:
    """The picture, then others."""
    return [drawn(300, 200), *(drawn(300, 200).rotate(90 * turn) for turn in range(1, count))]


def animated_gif() -> bytes:
    """A GIF that moves, with a comment."""
    first, *more = frames()
    return encoded(first, "GIF", save_all=True, append_images=more, comment=PLACE.encode(), loop=0)


def animated_webp() -> bytes:
    """A WebP that moves, with its place."""
    first, *more = frames()
    options: dict[str, Any] = {"save_all": True, "append_images": more, "xmp": XMP}
    return encoded(first, "WEBP", exif=memories(), **options)


def ink() -> bytes:
    """A JPEG for print (CMYK), with a profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encoded(drawn(600, 400, "CMYK"), "JPEG", icc_profile=profile, comment=PLACE.encode())


def deep() -> bytes:
    """A grey PNG of 16 bits: white, black and what lies between."""
    grey = Image.new("I;16", (300, 200), 30_000)
    grey.paste(65_535, (0, 0, 100, 66))
    grey.paste(0, (200, 0, 300, 66))
    return encoded(grey, "PNG")


def strip() -> bytes:
    """A strip five hundred times as long as it is high."""
    return encoded(drawn(20_000, 40), "PNG")


def dot() -> bytes:
    """One pixel."""
    return encoded(Image.new("RGB", (1, 1), RED), "PNG")


@cache
def huge() -> bytes:
    """Sixty megapixels."""
    return encoded(drawn(10_000, 6_000), "JPEG", exif=memories(3), quality=60)


def progressive() -> bytes:
    """A progressive JPEG with XMP, text for newspapers, and something behind its end."""
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0f" + PLACE.encode()
    made = encoded(drawn(800, 600), "JPEG", progressive=True, xmp=XMP, quality=95)
    segment = b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop
    return made[:2] + segment + made[2:] + b"trailing video " + PLACE.encode()


AWKWARD: dict[str, Callable[[], bytes]] = {
    made.__name__: made
    for made in (
        rotated, transparent, palette, animated_gif, animated_webp, ink, deep, strip, dot,
        huge, progressive,
    )
}  # fmt: skip


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG's chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
