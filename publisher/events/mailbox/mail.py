"""An email as it came: its headers and parts, whatever a stranger has made of them.

Every step takes time in proportion to the bytes that were read, which are bounded: parts are cut
at their boundaries (RFC 2046), a few levels deep, and what is embedded is opened where it matters.
"""

import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from functools import cached_property
from itertools import islice
from typing import Final

MOST_HEADERS: Final = 64_000
MOST_VALUE: Final = 2_000
MOST_TEXT: Final = 200_000
MOST_PARTS: Final = 30
DEEPEST: Final = 4
"""Reports stand in the outermost multipart, or in one that a gateway wrapped around it."""

_BLANK_LINE: Final = re.compile(rb"(?:\A|\n)\n")
_is_charset: Final = re.compile(
    r"(?:us-)?ascii|utf-?8|iso-?8859-?\d+|latin-?\d|windows-?\d+|cp\d+|koi8-[rut]|gb\w+|big5\S*|"
    r"shift_?jis|euc[-_]\w+|iso-?2022-\w+",
    re.IGNORECASE,
).fullmatch
_BREAKS: Final = re.compile(r"\s*\n\s*")


class Part:
    """An email, or a part of one; the ends of its lines are single."""

    def __init__(self, raw: bytes, depth: int = 0) -> None:
        end = _BLANK_LINE.search(raw)
        self._head = raw[: end.start() + 1] if end else raw
        self.body = raw[end.end() :] if end else b""
        self._depth = depth

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The headers in their order: names in lower case, values on one line, cut where long."""
        head = BytesHeaderParser(policy=compat32).parsebytes(self._head[:MOST_HEADERS])
        return [(name.lower(), _legible(value)) for name, value in head.raw_items()]

    def all(self, *names: str) -> list[str]:
        """The values of all headers with one of these names, in their order."""
        return [value for name, value in self.fields if name in names]

    def get(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next(iter(self.all(name)), "")

    def words(self, name: str) -> str:
        """The same with its encoded words (RFC 2047) as people read them."""
        value = self.get(name)
        try:
            pieces = decode_header(value)
        except (MessageError, ValueError):
            return value
        return "".join(
            piece if isinstance(piece, str) else _decoded(piece, charset or "ascii")
            for piece, charset in pieces
        )

    @cached_property
    def kind(self) -> str:
        """The content type, such as `text/plain`."""
        return self._content_type.get_content_type()

    def parameter(self, name: str) -> str:
        """A parameter of the content type, or nothing."""
        try:
            found = self._content_type.get_param(name, "")
        except (ValueError, LookupError):
            return ""
        return found if isinstance(found, str) else found[2]

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding."""
        match self.get("content-transfer-encoding").lower():
            case "base64":
                try:
                    return _unix(binascii.a2b_base64(self.body))
                except binascii.Error:
                    return self.body
            case "quoted-printable":
                return quopri.decodestring(self.body)
            case _:
                return self.body

    def text(self, most: int = MOST_TEXT) -> str:
        """The beginning of the body as people read it."""
        return _decoded(self.content[:most], self.parameter("charset"))

    @cached_property
    def parts(self) -> list["Part"]:
        """The parts of a multipart, or nothing."""
        boundary = self.parameter("boundary").rstrip()
        if not (self.kind.startswith("multipart/") and boundary and self._depth < DEEPEST):
            return []
        pieces = islice(_cut(self.body, boundary.encode("utf-8", "replace")), MOST_PARTS)
        return [Part(piece, self._depth + 1) for piece in pieces]

    def walk(self) -> Iterator["Part"]:
        """This part and all that are in it, the outer ones first."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @cached_property
    def embedded(self) -> "Part":
        """The email whose headers, or the whole of which, are this part's content."""
        return Part(self.content)

    @cached_property
    def _content_type(self) -> Message:
        message = Message()
        message["Content-Type"] = self.get("content-type") or "text/plain"
        return message


class Mail(Part):
    """One email of the mailbox, as much of it as is read; `raw` is its first bytes."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(_unix(raw))
        self._raw = raw

    @cached_property
    def fingerprint(self) -> str:
        """The same for this email whenever it is read."""
        return hashlib.sha256(self._raw).hexdigest()


def _unix(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _legible(value: str) -> str:
    """A header's value on one line: bytes that are not UTF-8 are taken as Latin-1."""
    raw = value[:MOST_VALUE].encode("ascii", "surrogateescape")
    return _BREAKS.sub(" ", _decoded(raw, "")).strip()


def _decoded(raw: bytes, charset: str) -> str:
    """As the charset has it where that is one of text, else UTF-8, else Latin-1."""
    for name in (charset.strip() if _is_charset(charset.strip()) else "", "utf-8"):
        try:
            return raw.decode(name) if name else raw.decode("ascii")
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _cut(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the lines that are the boundary, up to the last."""
    line = re.compile(rb"(?:\A|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\n|\Z)")
    start = None
    for found in line.finditer(body):
        if start is not None:
            yield body[start : found.start()]
        if found[1]:
            return
        start = found.end() + 1
    if start is not None:
        yield body[start:]
