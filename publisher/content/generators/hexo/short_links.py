"""Short links: what the plugin hexo-abbrlink makes of a title, where a post has none yet."""

import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

PLUGIN: Final = "hexo-abbrlink"
KEY: Final = "abbrlink"
_REVERSED_POLYNOMIAL = 0xA001
_BYTE = 0xFF


def short_link(title: str, options: Mapping[str, Any]) -> str:
    """The checksum of a title: CRC-16/ARC unless `alg` is crc32, decimal unless `rep` is hex."""
    content = title.encode("utf-8", "replace")
    number = zlib.crc32(content) if options.get("alg") == "crc32" else _crc16(content)
    return f"{number:x}" if options.get("rep") == "hex" else str(number)


def _crc16(content: bytes) -> int:
    table, crc = _table(), 0
    for byte in content:
        crc = (crc >> 8) ^ table[(crc ^ byte) & _BYTE]
    return crc


@cache
def _table() -> tuple[int, ...]:
    return tuple(map(_entry, range(_BYTE + 1)))


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_REVERSED_POLYNOMIAL if byte & 1 else 0)
    return byte
