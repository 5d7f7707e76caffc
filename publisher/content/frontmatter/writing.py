"""Adds links to a file's front matter, and changes nothing else in it."""

import re
from collections.abc import Sequence
from typing import Final

from publisher.content.frontmatter.yaml import HeadError, load_yaml

KEY: Final = "syndication"
_HEAD: Final = re.compile(
    rb"(?P<open>\A---[ \t]*\r?\n)(?P<text>(?:.*?\n)?)(?P<close>---[ \t]*(?:\r?\n|\Z))", re.DOTALL
)
_OURS: Final = re.compile(
    rb"^syndication:[^\n]*\n(?:[ \t]*-[^\n]*\n|[ \t]+[^\n]*\n)*", re.MULTILINE
)


def with_links(content: bytes, links: Sequence[str]) -> bytes | None:
    """The file with `links` as its `syndication`; None: it has no YAML head that is surely safe.

    Every other key means the same afterwards, or the file is left alone.
    """
    head = _HEAD.match(content)
    if head is None:
        return None
    end = b"\r\n" if head["open"].endswith(b"\r\n") else b"\n"
    lines = [f"{KEY}:", *(f'- "{link}"' for link in links)]
    block = b"".join(line.encode() + end for line in lines)
    text = _OURS.sub(b"", head["text"]) + block
    if not _means_the_same(head["text"], text, links):
        return None
    return head["open"] + text + head["close"] + content[head.end() :]


def _means_the_same(old: bytes, new: bytes, links: Sequence[str]) -> bool:
    try:
        before, after = load_yaml(old.decode()) or {}, load_yaml(new.decode())
    except (HeadError, UnicodeDecodeError):
        return False
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    ours = before.get(KEY, [])
    if not isinstance(ours, list) or not all(isinstance(each, str) for each in ours):
        return False
    return {**before, KEY: list(links)} == after
