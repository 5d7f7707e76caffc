"""The fast path: heads of plain `key: value` lines, read without a YAML parser.

It answers only where it is sure to say what YAML says; a property test holds both side by side.
"""

import re
from functools import lru_cache

from publisher.content.frontmatter.yaml import Quoted

Values = dict[str, str | tuple[str, ...]]

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_INDICATORS = frozenset("-?:,]{}#&*!|>%@`")
_ENCLOSERS = frozenset("[\"'")
_ITEM = re.compile(r"\w(?:[\w ./&+-]*[\w./&+-])?")
_ASCII = bytes(range(0x20, 0x7F)) + b"\n"
_UNUSUAL = re.compile(
    "[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffd]"
)


def read_plain(head: bytes) -> Values | None:
    """The values of a head (UTF-8) whose every line is plain; None where only YAML can tell.

    Values are those of `load_yaml`, with a flow list as a tuple. Every line must hold `: ` once,
    right after its key: a second one, or a ` #`, means more to YAML than text.
    """
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return None
    if ("#" in text and " #" in text) or (head.translate(None, _ASCII) and _UNUSUAL.search(text)):
        return None
    if ":\n" in text or text.endswith(":"):
        text = f"{text}\n".replace(":\n", ": \n")[:-1]
    try:
        return _values(text.split("\n"))
    except ValueError:
        return None


def _values(lines: list[str]) -> Values | None:
    values: Values = {}
    for line in lines:
        key, written = line.split(": ")
        written = written.strip(" ")
        first = written[:1]
        if first in _INDICATORS:
            return None
        values[key] = _enclosed(written) if first in _ENCLOSERS else written
    return values if _are_keys(tuple(values)) else None


@lru_cache(maxsize=1024)
def _are_keys(keys: tuple[str, ...]) -> bool:
    return all(map(_KEY.fullmatch, keys))


@lru_cache(maxsize=4096)
def _enclosed(written: str) -> tuple[str, ...] | Quoted:
    inner, first, last = written[1:-1], written[0], written[-1]
    if first == "[":
        items = tuple(item.strip(" ") for item in inner.split(","))
        if last == "]" and all(map(_ITEM.fullmatch, items)):
            return items
    elif len(written) > 1 and last == first and first not in inner and "\\" not in inner:
        return Quoted(inner)
    raise ValueError("only YAML can tell")
