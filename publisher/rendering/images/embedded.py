"""The preview shows the site's own pictures before the web has them: their files stand in it."""

import io
import re
import warnings
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.rendering.images.decoding import FORMATS

if TYPE_CHECKING:
    from PIL.Image import Image

Find = Callable[[str], Path | None]
"""The file behind a picture's address, if the site has it."""

_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SOURCE = re.compile(r'(?<=\bsrc=")[^"]*', re.IGNORECASE)
_WIDTH = re.compile(r'\bwidth="(\d+)"', re.IGNORECASE)
_SHARP = 2  # pixels of the picture for each of the page
_WIDEST = 900
_MOST_BYTES = 50_000_000
_SMALL = 20_000


def embedded(html: str, find: Find) -> str:
    """`html` with every picture that `find` knows in place of its address."""
    return _IMAGE.sub(lambda match: _shown(match[0], find), html)


def _shown(tag: str, find: Find) -> str:
    width = _WIDTH.search(tag)
    side = min(_SHARP * int(width[1][:4]), _WIDEST) if width else _WIDEST
    return _SOURCE.sub(lambda match: escape(picture(unescape(match[0]), find, side)), tag, count=1)


def picture(url: str, find: Find, side: int = _WIDEST) -> str:
    """A `data:` address with the picture of `url` in at most `side` pixels a side.

    Where no file is a picture it is `url` itself.
    """
    path = find(url) if url else None
    return (_data(path, side) if path else "") or url


@lru_cache(maxsize=256)
def _data(path: Path, side: int) -> str:
    from PIL import Image, ImageOps

    try:
        content = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else b""
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=tuple(FORMATS))
        with opened as image:
            media_type = FORMATS[str(image.format)]
            image.draft("RGB", (side, side))
            small = ImageOps.exif_transpose(image)
            if len(content) <= _SMALL:
                return _address(media_type, content)
            small.thumbnail((side, side))
            return _address(*_encoded(small))
    except Exception:  # noqa: BLE001 - decoders raise a dozen kinds on broken bytes
        return ""


def _encoded(image: "Image") -> tuple[str, bytes]:
    buffer = io.BytesIO()
    if image.has_transparency_data:
        image.save(buffer, "PNG")
        return "image/png", buffer.getvalue()
    image.convert("RGB").save(buffer, "JPEG", quality=80)
    return "image/jpeg", buffer.getvalue()


def _address(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode('ascii')}"
