"""Pictures in emails: which formats readers see, and how large a picture stands in its place."""

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

HEAD = 4096
_UNSHOWN = {
    "svg": "SVG", "svgz": "SVG", "avif": "AVIF", "heic": "HEIC", "heif": "HEIC",
    "jxl": "JPEG XL", "jp2": "JPEG 2000", "tif": "TIFF", "tiff": "TIFF", "psd": "Photoshop",
    "pdf": "PDF", "eps": "EPS", "mp4": "video", "webm": "video", "mov": "video", "html": "HTML",
}  # fmt: skip
_ENDINGS = frozenset({*_UNSHOWN, "webp", "jpg", "jpeg", "png", "gif", "bmp"}) - {"html"}
_MAGIC = (
    (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"BM", "bmp"),
    (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"%PDF", "pdf"), (b"8BPS", "psd"),
    (b"\xff\x0a", "jxl"), (b"\0\0\0\x0cJXL ", "jxl"), (b"\0\0\0\x0cjP", "jp2"),
    (b"\0\0\1\0", "ico"),
)  # fmt: skip
_TURNED = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What a picture's file says: its format ('' where unknown) and its size (0 where unknown)."""

    format: str = ""
    width: int = 0
    height: int = 0


UNKNOWN = ImageFacts()
LookUp = Callable[[str], ImageFacts]
"""What is known of the picture at an address."""


def unknown(_url: str) -> ImageFacts:
    """Nothing is known of any picture but its address."""
    return UNKNOWN


def read_facts(path: Path) -> ImageFacts:
    """The facts of a picture's file; unknown where it cannot be read."""
    try:
        with path.open("rb") as file:
            found = _format(file.read(HEAD))
    except OSError:
        return UNKNOWN
    return ImageFacts(found, *_size(path)) if found and found not in _UNSHOWN else ImageFacts(found)


def _format(head: bytes) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        if re.search(b"avi[fs]", head[8:64]):
            return "avif"
        return "heic" if re.search(b"hei[cxms]|hev[cxms]|mif1|msf1", head[8:64]) else "mp4"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text.startswith(b"<"):
        return ""
    return "svg" if b"<svg" in text else "html" if b"<html" in text else ""


def format_name(head: bytes) -> str:
    """What people call the format of a file that begins so; '' where it is none of a picture."""
    name = _format(head)
    return _UNSHOWN.get(name) or ("WebP" if name == "webp" else name.upper())


def _size(path: Path) -> tuple[int, int]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=("JPEG", "PNG", "GIF", "WEBP", "BMP"))
        with image:
            turned = image.getexif().get(_ORIENTATION) in _TURNED
            return (image.height, image.width) if turned else (image.width, image.height)
    except Exception:  # noqa: BLE001 - decoders raise a dozen kinds on broken bytes
        return 0, 0


def ending(url: str) -> str:
    """The format that an address names, such as `svg`; '' where it names none."""
    parts = urlsplit(url)
    asked = [value.lower() for name, value in parse_qsl(parts.query) if name in ("fm", "format")]
    end = unquote(parts.path).rpartition(".")[2].lower()
    return next((each for each in (*asked, end) if each in _ENDINGS), "")


def is_shown(url: str) -> bool:
    """Whether an address names no format that email programs leave out."""
    return ending(url) not in _UNSHOWN


def fitted(facts: ImageFacts, width: int, height: int) -> int:
    """How wide a picture stands in a place of `width` times `height` pixels; 0: not known.

    Its proportions are kept, and one of less than half the place's size is not blown up.
    """
    if not (facts.width and facts.height):
        return 0
    room = min(width, height * facts.width / facts.height)
    return max(1, facts.width if facts.width < room / 2 else round(room))


class EmailImages:
    """Decides about every picture of an edition, and says what became of them."""

    def __init__(self, look_up: LookUp, *, secure: bool) -> None:
        self._look_up = look_up
        self._secure = secure
        self._remarks: defaultdict[str, list[str]] = defaultdict(list)

    def take(self, url: str, owner: str) -> tuple[str, ImageFacts]:
        """The address as it stands in the email, '' if readers would not see the picture.

        `owner` is what a person knows it by, such as the post's path.
        """
        if not url:
            return "", UNKNOWN
        facts = self._look_up(url)
        kind = facts.format or ending(url)
        if kind in _UNSHOWN:
            name = _UNSHOWN[kind]
            self._remark(f"left out: email programs do not show {name}; use JPEG or PNG", owner)
            return "", UNKNOWN
        if kind == "webp":
            self._remark("WebP, which Outlook for Windows does not show; use JPEG or PNG", owner)
        if self._secure and url.lower().startswith("http:"):
            self._remark("at an http: address, which some email programs refuse; use https:", owner)
        return url, facts

    def _remark(self, text: str, owner: str) -> None:
        if owner not in self._remarks[text]:
            self._remarks[text].append(owner)

    def warnings(self) -> tuple[str, ...]:
        """One sentence for each kind of problem, with the posts that have it."""
        return tuple(f"{_posts(owners)}: picture {text}" for text, owners in self._remarks.items())


def _posts(owners: Iterable[str]) -> str:
    names = list(owners)
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
