"""Pictures of awkward kinds, each drawn so that it shows where its top left corner is.

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


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG's chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    size: tuple[int, int], *more: bytes, depth: int = 8, kind: int = 2, rows: bytes = b""
) -> bytes:
    """A PNG made by hand: black, unless `rows` say what is in it."""
    width, height = size
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    black = bytes(height * (1 + (width * depth * channels + 7) // 8))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows or black))
    return b"".join((b"\x89PNG\r\n\x1a\n", head, *more, data, chunk(b"IEND", b"")))


def deep_colours() -> bytes:
    """A PNG of 16 bits a channel, half of it transparent on the right below."""
    image, rows = drawn(90, 60), bytearray()
    for y in range(60):
        rows += b"\0"
        for x in range(90):
            colour = image.getpixel((x, y))
            assert isinstance(colour, tuple)
            holes = 0 if x > 60 and y > 30 else 65_535
            rows += struct.pack(">HHHH", *(257 * value for value in colour), holes)
    return png((90, 60), depth=16, kind=6, rows=bytes(rows))


def grey_alpha() -> bytes:
    """Grey with an alpha channel."""
    return encoded(drawn(300, 200, "LA"), "PNG")


def ink_unmarked() -> bytes:
    """A JPEG for print without Adobe's marker, which says how it is stored."""
    made = encoded(drawn(300, 200, "CMYK"), "JPEG", quality=95)
    start = made.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", made, start + 2)
    return made[:start] + made[start + 2 + length :]


def apng() -> bytes:
    """A PNG that moves."""
    first, *more = frames()
    return encoded(first, "PNG", save_all=True, append_images=more)


def thread() -> bytes:
    """One pixel wide, twenty thousand high."""
    return encoded(Image.new("RGB", (1, 20_000), RED), "PNG")


def several() -> bytes:
    """A JPEG file that holds a second photo (MPO)."""
    first, second = drawn(300, 200), drawn(300, 200).rotate(180)
    options: dict[str, Any] = {"save_all": True, "append_images": [second]}
    return encoded(first, "MPO", exif=memories(), quality=95, **options)


def avif() -> bytes:
    """An AVIF that is stored on its side."""
    lying = drawn(200, 300).transpose(Image.Transpose.ROTATE_90)
    return encoded(lying, "AVIF", exif=memories(6), xmp=XMP)


def moving_avif() -> bytes:
    """An AVIF that moves."""
    first, *more = frames()
    return encoded(first, "AVIF", save_all=True, append_images=more)


def profile_broken() -> bytes:
    """A profile of colours that is none."""
    return encoded(drawn(300, 200), "JPEG", icc_profile=b"no profile", quality=95)


def swapped_profile() -> bytes:
    """A profile (ICC.1, matrix and curve) in which red and green have changed places.

    No wide gamut is so plain to see: who drops the profile shows the corners in wrong colours.
    """

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65_536) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    words = b"swapped\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + bytes(78)
    red, green = xyz(0.4361, 0.2225, 0.0139), xyz(0.3851, 0.7169, 0.0971)
    tags = {
        b"desc": description, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": green, b"gXYZ": red, b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    table, body = struct.pack(">I", len(tags)), b""
    at = 132 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += padded
    size = at + len(body)
    head = struct.pack(">I4xI4s4s4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    date, white = struct.pack(">6H", 2026, 1, 1, 0, 0, 0), xyz(0.9642, 1.0, 0.8249)[8:]
    rest = head + date + b"acsp" + bytes(28) + white + bytes(48)
    return rest + table + body


def other_colours() -> bytes:
    """A photo in other colours than those of the web, as its profile says."""
    red, green, blue = drawn(300, 200).split()
    swapped = Image.merge("RGB", (green, red, blue))
    return encoded(swapped, "JPEG", icc_profile=swapped_profile(), quality=95)


def told_at_length() -> bytes:
    """A PNG whose text unpacks to twenty megabytes, and whose camera wrote nonsense."""
    text = b"Comment\0\0" + zlib.compress(PLACE.encode() + bytes(20_000_000))
    made = encoded(drawn(300, 200), "PNG")
    return made[:33] + chunk(b"zTXt", text) + chunk(b"eXIf", b"nonsense" * 9000) + made[33:]


def camera_lies() -> bytes:
    """A JPEG whose EXIF leads nowhere."""
    nonsense = b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(20)
    return encoded(drawn(300, 200), "JPEG", exif=nonsense, quality=95)


def all_holes() -> bytes:
    """Nothing can be seen."""
    return encoded(Image.new("RGBA", (300, 200), (0, 0, 0, 0)), "PNG")


def edited() -> bytes:
    """Upright, but XMP says otherwise, which no browser heeds, and tells the place."""
    words = f"tiff:Orientation='6' exif:GPSLatitude='48,51.5N' dc:title='{PLACE}'"
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description {words}/></x:xmpmeta>"
    return encoded(drawn(300, 200), "JPEG", xmp=xmp.encode(), quality=95)


def turned(held: int, format_: str) -> bytes:
    """Stored as a camera does that was held so (EXIF 1 to 8), in any format."""
    turns = Image.Transpose
    undone = {
        2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE,
        6: turns.ROTATE_90, 7: turns.TRANSVERSE, 8: turns.ROTATE_270,
    }  # fmt: skip
    image = drawn(240, 120)
    stored = image.transpose(undone[held]) if held in undone else image
    return encoded(stored, format_, exif=memories(held))


AWKWARD: dict[str, Callable[[], bytes]] = {
    made.__name__: made
    for made in (
        rotated, transparent, palette, animated_gif, animated_webp, apng, ink, ink_unmarked, deep,
        deep_colours, grey_alpha, strip, thread, dot, huge, progressive, several, avif, moving_avif,
        profile_broken, other_colours, told_at_length, camera_lies, all_holes, edited,
    )
}  # fmt: skip
PLAIN = frozenset({"deep", "strip", "thread", "dot", "huge", "grey_alpha", "all_holes"})
"""Those without coloured corners that could be looked at."""


def noise(format_: str) -> bytes:
    """What no encoder makes small."""
    return encoded(Image.effect_noise((200, 150), 90).convert("RGB"), format_)


REFUSED: dict[str, tuple[bytes, str]] = {
    "a page": (b"<!doctype html><html><title>Not found</title>", "it is HTML"),
    "nothing": (b"", "the file is empty"),
    "words": (b"Not found", "it is no picture"),
    "SVG": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "it is SVG"),
    "PDF": (b"%PDF-1.7", "it is PDF"),
    "a bomb": (png((60_000, 60_000), rows=b"\0" * 99), "more than 160,000,000 pixels, too many"),
    "profile's bomb": (
        png((9, 9), chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(20_000_000)))),
        "the PNG file is cut off or damaged",
    ),
    "100 megapixels": (png((10_000, 10_000), depth=1, kind=0), "100,000,000 pixels, too many"),
    "half a JPEG": (noise("JPEG")[:-2000], "the JPEG file is cut off or damaged"),
    "half a PNG": (noise("PNG")[:-2000], "the PNG file is cut off or damaged"),
    "half a WebP": (noise("WEBP")[:-2000], "the WebP file is cut off or damaged"),
    "half an AVIF": (noise("AVIF")[:-2000], "the AVIF file is cut off or damaged"),
    "TIFF": (noise("TIFF"), "it is TIFF"),
    "BMP": (noise("BMP"), "it is BMP"),
    "ICO": (noise("ICO"), "it is ICO"),
    "JPEG 2000": (noise("JPEG2000"), "it is JPEG 2000"),
    "PSD": (b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 9, 9, 8, 3), "it is Photoshop"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "it is HEIC"),
    "JPEG XL": (b"\xff\x0a" + bytes(100), "it is JPEG XL"),
}
"""What is no picture for a note, and the words that say why."""
