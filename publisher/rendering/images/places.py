"""Whether a picture tells where it was taken: in EXIF, XMP, or what newspapers write (IPTC)."""

import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

_GPS: Final = 0x8825
_POSITION: Final = (2, 4)  # latitude and longitude
_IPTC: Final = re.compile(rb"8BIM\x04\x04.*?\x1c\x02[\x1a\x1b\x5a\x5c\x5f\x64\x65]", re.DOTALL)
_WORDS: Final = re.compile(
    rb"GPSLatitude|GPSLongitude|Iptc4xmp(?:Core|Ext):Location|LocationCreated|LocationShown"
    rb"|photoshop:(?:City|State|Country)|Raw profile type (?:exif|iptc|xmp|APP1)"
)
_PACKED_XMP: Final = re.compile(rb"iTXtXML:com\.adobe\.xmp\0\x01\0[^\0]*\0[^\0]*\0")
_LONGEST: Final = 1_000_000


def tells_place(content: bytes, image: "Image") -> bool:
    """Whether the file says so anywhere, or may; `image` is what was opened of it.

    Exif 2.32, tags of GPS; IPTC IIM 4.2, records 2:26, 2:27, 2:90 to 2:101; XMP as text, which a
    PNG may have packed.
    """
    texts = (content, *_unpacked(content))
    return _has_position(image) or any(map(_WORDS.search, texts)) or bool(_IPTC.search(content))


def _has_position(image: "Image") -> bool:
    try:
        found = image.getexif().get_ifd(_GPS)
    except Exception:  # noqa: BLE001 - decoders raise a dozen kinds on broken bytes
        return True  # what cannot be read may tell anything
    return any(found.get(tag) for tag in _POSITION)


def _unpacked(content: bytes) -> Iterator[bytes]:
    for found in _PACKED_XMP.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[found.end() :], _LONGEST)
        except zlib.error:
            continue
