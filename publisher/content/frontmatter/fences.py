"""Heads: the first bytes of a file, decoded and cut at the fence that closes the front matter."""

import codecs
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

FIRST_READ = 4096
BOUND = 256 * 1024
_READ_ONLY = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_CLOSER = re.compile(rb"\n(?:-{3,}|\.\.\.|\+{3,}|;;;)[ \t]*\r?\n")
_FENCE = re.compile(r"(-{3,}|\+{3}|;{3})[ \t]*([a-z]*)[ \t]*")
_KINDS = {"-": "yaml", "+": "toml", ";": "json"}
_NAMED = frozenset({"yaml", "toml", "json"})
_STARTS = (
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (b"-\0", "utf-16-le", "UTF-16"),
    (b"\0-", "utf-16-be", "UTF-16"),
)


class Raw(NamedTuple):
    """The bytes read of a file; `ended` says whether they are the whole of it."""

    content: bytes
    ended: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A file's beginning as text.

    `kind` is yaml, toml, json or '' (no opening fence), `text` what stands between the fences,
    `line` the file's line on which it starts (from 1), `rest` what was read after the closing
    fence. `closed` says whether that fence was found, `ended` whether the file was read to its
    end. `encoding` is '' for UTF-8, else what the bytes were taken for.
    """

    kind: str
    text: str
    line: int
    rest: str
    closed: bool
    ended: bool
    encoding: str = ""


def read_raw(path: str) -> Raw:
    """The first 4 KiB of a file, and on until a closing fence stands in them, at most 256 KiB.

    Raises:
        OSError: the file cannot be opened or read.
    """
    descriptor = os.open(path, _READ_ONLY)
    try:
        content = os.read(descriptor, FIRST_READ)
        if len(content) < FIRST_READ:
            return Raw(content, ended=True)
        if _CLOSER.search(content, max(content.find(b"\n---"), 0)) or not _opens(content):
            return Raw(content, ended=False)
        while len(content) < BOUND and not _CLOSER.search(content):
            if not (more := os.read(descriptor, BOUND - len(content))):
                return Raw(content, ended=True)
            content += more
        return Raw(content, ended=False)
    finally:
        os.close(descriptor)


def read_whole(path: str, size: int) -> Raw:
    """A file of `size` bytes, at most 256 KiB of it.

    Raises:
        OSError: the file cannot be opened or read.
    """
    descriptor = os.open(path, _READ_ONLY)
    try:
        return Raw(os.read(descriptor, min(size, BOUND)), ended=size <= BOUND)
    finally:
        os.close(descriptor)


def more_of(path: str, offset: int) -> str:
    """The text of a file from `offset` on, as much as is read of a head; "" where there is none."""
    try:
        descriptor = os.open(path, _READ_ONLY)
    except OSError:
        return ""
    try:
        return os.pread(descriptor, FIRST_READ, offset).decode("utf-8", "ignore")
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def _opens(content: bytes) -> bool:
    start = content.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith((b"---", b"+++", b";;;", b"{"))


def plain_head(content: bytes, fence: bytes = b"---") -> bytes | None:
    """The head of the usual file (three characters, Unix line ends); None for every other."""
    if content[:4] != fence + b"\n":
        return None
    end = content.find(b"\n" + fence, 4)
    after = content[end + 4 : end + 12].lstrip(b" ")
    return content[4:end] if end > 0 and after[:1] == b"\n" else None


def split_head(raw: Raw) -> Head:
    """The head of any file.

    Raises:
        UnicodeDecodeError: the bytes are no text in any encoding that is tried.
    """
    text, encoding = decode(raw)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    body = text.lstrip()
    line = text[: len(text) - len(body)].count("\n") + 1
    first, _, after = body.partition("\n")
    fence = _FENCE.fullmatch(first)
    if fence and (not fence[2] or fence[2] in _NAMED):
        kind = fence[2] or _KINDS[first[0]]
        inner, rest, closed = _cut(after, fence[1])
        return Head(kind, inner, line + 1, rest, closed, raw.ended, encoding)
    kind = "json" if body.startswith("{") else ""
    return Head(kind, body, line, "", closed=False, ended=raw.ended, encoding=encoding)


def _cut(text: str, fence: str) -> tuple[str, str, bool]:
    closer = re.escape(fence) + (r"|\.\.\." if fence[0] == "-" else "")
    match = re.search(rf"^(?:{closer})[ \t]*$", text, re.MULTILINE)
    if match is None:
        return text, "", False
    return text[: match.start()].removesuffix("\n"), text[match.end() + 1 :], True


def decode(raw: Raw) -> tuple[str, str]:
    """The bytes as text, and '' for UTF-8 or the name of the encoding they were taken for.

    Raises:
        UnicodeDecodeError: they are not text.
    """
    content = raw.content
    if content.isascii() and b"\0" not in content:
        return content.decode(), ""
    for start, encoding, name in _STARTS:
        if content.startswith(start):
            return _tolerant(raw, encoding), name
    if b"\0" in content:
        raise UnicodeDecodeError("utf-8", content, content.index(0), len(content), "NUL")
    for encoding, name in (("utf-8", ""), ("cp1252", "Windows-1252")):
        with suppress(UnicodeDecodeError):
            return _tolerant(raw, encoding), name
    return content.decode("latin-1"), "ISO-8859-1"


def _tolerant(raw: Raw, encoding: str) -> str:
    """The bytes as text; where more follow, they may end in half a character."""
    return codecs.getincrementaldecoder(encoding)().decode(raw.content, final=raw.ended)
