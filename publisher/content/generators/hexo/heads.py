"""Heads as Hexo has them: the opening `---` may be missing, and `;;;` encloses JSON."""

import re
from typing import Any

from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.parse import Metadata, read_metadata
from publisher.content.frontmatter.yaml import HeadError, Quoted, load_yaml

_CLOSER = re.compile(rb"^(-{3,}|;{3,})[ \t]*$", re.MULTILINE)
_NESTED = re.compile(r"^[ \t]*-[ \t]+[-\[]|\[\s*\[|\][ \t]*,", re.MULTILINE)
_TABS = re.compile(rb"(?<=\n)\t+")
_FIRST_LINE = 1


def read_head(raw: Raw) -> Metadata:
    """What the beginning of a file says to Hexo; never raises because of what stands in it."""
    content, added = _usual(raw.content)
    if content is raw.content:
        return read_metadata(raw)
    metadata = read_metadata(Raw(content, raw.ended))
    line = metadata.problem_line
    return metadata._replace(
        line=max(metadata.line - added, _FIRST_LINE),
        problem_line=None if line is None else max(line - added, _FIRST_LINE),
    )


def _usual(content: bytes) -> tuple[bytes, int]:
    """The content with its head in the usual form, and how many lines were added before it."""
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    plain = content.removeprefix(b"\xef\xbb\xbf")
    added = 0
    if not plain.startswith((b"---", b";;;")) and (closer := _CLOSER.search(plain)):
        plain, added = closer[1] + b"\n" + plain, 1
    if b"\n\t" in plain:
        plain = _TABS.sub(lambda tabs: b"  " * len(tabs[0]), plain)
    if plain.startswith(b";;;"):
        _, _, rest = plain.partition(b"\n")
        inner, _, body = rest.partition(b"\n;;;")
        return b"{" + inner + b"\n}\n" + body.lstrip(b";"), added + 1
    return (content if plain == content else plain), added


def nested_categories(metadata: Metadata) -> list[list[str]]:
    """The categories of a head where some are lists: each with those above it, else []."""
    if not _NESTED.search(metadata.lines):
        return []
    try:
        loaded = load_yaml(metadata.lines)
    except (HeadError, UnicodeDecodeError):
        return []
    written = loaded.get("categories") if isinstance(loaded, dict) else None
    items = written if isinstance(written, list) else []
    if not any(isinstance(each, list) for each in items):
        return []
    return [_texts(each if isinstance(each, list) else [each]) for each in items]


def _texts(items: list[Any]) -> list[str]:
    return [each for each in items if isinstance(each, Quoted) or (isinstance(each, str) and each)]
