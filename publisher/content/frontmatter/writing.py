"""Adds links to a file's front matter, and changes nothing else in it."""

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from publisher.content.frontmatter.yaml import HeadError, load_yaml

KEY: Final = "syndication"
_HEAD: Final = re.compile(
    rb"(?P<open>\A---[ \t]*\r?\n)(?P<text>(?:.*?\n)?)(?P<close>---[ \t]*(?:\r?\n|\Z))", re.DOTALL
)
_OURS: Final = re.compile(
    rb"^syndication:[^\n]*\n(?:[ \t]*-[^\n]*\n|[ \t]+[^\n]*\n)*", re.MULTILINE
)


def with_links(content: bytes, links: Sequence[str], gone: Collection[str] = ()) -> bytes | None:
    """The file with `links` in its `syndication`; None: it has no YAML head that is surely safe.

    Other links stay there, but for those that are `gone`. Every other key means the same
    afterwards, or the file is left alone.
    """
    head = _HEAD.match(content)
    before = _meaning(head["text"]) if head else None
    if head is None or before is None:
        return None
    wanted = [*(each for each in before.get(KEY, []) if each not in {*links, *gone}), *links]
    end = b"\r\n" if head["open"].endswith(b"\r\n") else b"\n"
    lines = [f"{KEY}:", *(f'- "{link}"' for link in wanted)] if wanted else []
    block = b"".join(line.encode() + end for line in lines)
    text = _OURS.sub(b"", head["text"]) + block
    others = {name: value for name, value in before.items() if name != KEY}
    if _meaning(text) != (others | {KEY: wanted} if wanted else others):
        return None
    return head["open"] + text + head["close"] + content[head.end() :]


def _meaning(text: bytes) -> dict[str, Any] | None:
    """The keys of a head; None: they cannot be read, or its links are no list of addresses."""
    try:
        found = load_yaml(text.decode()) or {}
    except (HeadError, UnicodeDecodeError):
        return None
    links = found.get(KEY, []) if isinstance(found, dict) else None
    if not isinstance(links, list) or not all(isinstance(each, str) for each in links):
        return None
    return found
