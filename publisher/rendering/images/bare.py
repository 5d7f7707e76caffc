"""Pictures without what nobody sees: places, cameras, names, comments, whatever hides in a file.

Everything is left out but what a viewer needs (colour profiles stay), without decoding, so that
no picture loses quality and animations go on. Formats: ITU-T T.81, PNG third edition, GIF89a,
RFC 9649.
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_JFIF, _ICC, _ADOBE = 0xE0, 0xE2, 0xEE
_APPLICATION = range(0xE0, 0xF0)
_COMMENT = 0xFE
_PLAIN_JFIF = 18  # bytes of its segment where it holds no thumbnail
_NEXT_MARKER = re.compile(rb"\xff+(?=[^\x00\xd0-\xd7\xff])", re.DOTALL)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD hIST pHYs".split()
)
_ANIMATED_CHUNKS = frozenset({b"acTL", b"fcTL", b"fdAT"})
_EXIF_CHUNK = b"eXIf"

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _APPLICATION_DATA = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")

_WEBP_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_SAYS_EXIF_OR_XMP = 0x0C


def bare(content: bytes, media_type: str, *, moving: bool = True) -> bytes:
    """The same picture, without what is not needed to see it; `moving`: with its animation.

    Without `moving`, a PNG stands still; of other formats the animation stays.

    Raises:
        ValueError: the file is not as its format wants it; encode the picture anew.
    """
    try:
        kept = b"".join(_PARTS[media_type](content))
    except (IndexError, struct.error) as error:
        raise ValueError("cut off") from error
    return kept if moving or media_type != "image/png" else b"".join(_png(kept, _CHUNKS))


def untold(content: bytes) -> bytes:
    """A PNG without its texts, which may unpack to anything; what is none stays as it is.

    What a camera wrote stays: the picture may have to be turned.
    """
    if not content.startswith(_SIGNATURE):
        return content
    try:
        return b"".join(_png(content, _CHUNKS | _ANIMATED_CHUNKS | {_EXIF_CHUNK}))
    except struct.error:  # it ends too early, which its decoder will tell
        return content


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while True:
        at = _at_marker(content, at)
        marker = content[at + 1]
        if marker == _EOI:
            yield content[at : at + 2]
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if marker == _SOS:
            end = _at_marker(content, end)
        if _is_seen(marker, content[at:end]):
            yield content[at:end]
        at = end


def _at_marker(content: bytes, start: int) -> int:
    """Where the next marker is; what scans hold is not one."""
    found = _NEXT_MARKER.search(content, start)
    if found is None:
        raise ValueError("no end")
    return found.end() - 1


def _is_seen(marker: int, segment: bytes) -> bool:
    """Whether a JPEG segment is part of the picture, its colours included."""
    if marker == _JFIF:
        return segment[4:9] == b"JFIF\0" and len(segment) == _PLAIN_JFIF
    if marker == _ICC:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == _ADOBE:
        return segment[4:9] == b"Adobe"
    return marker not in _APPLICATION and marker != _COMMENT


def _png(content: bytes, kept: frozenset[bytes] = _CHUNKS | _ANIMATED_CHUNKS) -> Iterator[bytes]:
    yield _SIGNATURE
    at = len(_SIGNATURE)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        chunk = content[at : at + 12 + length]
        if name in kept:
            yield chunk
        at += len(chunk)


def _gif(content: bytes) -> Iterator[bytes]:
    at = 13 + _colours(content[10])
    yield content[:at]
    while content[at] != _TRAILER:
        end = _block_end(content, at)
        if _is_shown(content[at:end]):
            yield content[at:end]
        at = end
    yield bytes([_TRAILER])


def _colours(flags: int) -> int:
    """The size of a GIF's table of colours, of which `flags` tell."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _block_end(content: bytes, at: int) -> int:
    if content[at] == _IMAGE:
        at += 11 + _colours(content[at + 9])
    elif content[at] == _EXTENSION:
        at += 2
    else:
        raise ValueError("no block")
    while content[at]:
        at += 1 + content[at]
    return at + 1


def _is_shown(block: bytes) -> bool:
    """Whether a GIF's block is an image, or tells how long it stays."""
    if block[0] == _IMAGE or block[1] == _CONTROL:
        return True
    return block[1] == _APPLICATION_DATA and block[3:14] in _LOOPS


def _webp(content: bytes) -> Iterator[bytes]:
    kept = b"".join(_webp_chunks(content))
    yield struct.pack("<4sI4s", b"RIFF", len(kept) + 4, b"WEBP")
    yield kept


def _webp_chunks(content: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack_from("<I", content, 4)
    at, end = 12, min(8 + size, len(content))
    while at < end:
        name, length = struct.unpack_from("<4sI", content, at)
        chunk = bytearray(content[at : at + 8 + length + length % 2])
        if name == b"VP8X":
            chunk[8] &= ~_SAYS_EXIF_OR_XMP
        if name in _WEBP_CHUNKS:
            yield bytes(chunk)
        at += len(chunk)


_PARTS: Final[Mapping[str, Callable[[bytes], Iterator[bytes]]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
}
