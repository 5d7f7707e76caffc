"""Files of Lektor: fields `key: value`, or `key:` above many lines, with `---` between them.

The rules are those of https://www.getlektor.com/docs/content/contents/.
"""

import re

from publisher.content.frontmatter.parse import Metadata

_BETWEEN = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)
_ESCAPED = re.compile(r"^([ \t]*)-(-{3,}[ \t]*)$", re.MULTILINE)
_EMPTY_LINE = re.compile(r"[ \t]*\n")
_BODIES = ("body", "content", "text")


def read_lektor(text: str) -> Metadata | None:
    """Every field with its text, the first of each name; None if there is none.

    `head` is the whole text, `rest` the body.
    """
    values: dict[str, str] = {}
    for block in _blocks(text):
        key, value = _field(block)
        if key:
            values.setdefault(key, value)
    if not values:
        return None
    if "----" in text:
        values = _unescaped(values)
    rest = next((values[key] for key in _BODIES if values.get(key)), "")
    return Metadata(values, text, 1, rest)


def _blocks(text: str) -> list[str]:
    """What stands between the lines of three dashes."""
    if text.startswith("---") or "\n--- " in text or "\n---\t" in text:
        return _BETWEEN.split(text)
    return text.removesuffix("\n---").split("\n---\n")


def _field(block: str) -> tuple[str, str]:
    """The field of a block; lines above the first that has a colon are none."""
    line, _, rest = block.lstrip("\n").partition("\n")
    while ":" not in line:
        if not rest:
            return "", ""
        line, _, rest = rest.partition("\n")
    key, _, first = line.partition(":")
    if first := first.strip():
        return key.strip(), f"{first}\n{rest}".rstrip() if rest else first
    return key.strip(), _without_first(rest).rstrip()


def _unescaped(values: dict[str, str]) -> dict[str, str]:
    """Lines of four dashes or more stand for lines that have a dash less."""
    return {key: _ESCAPED.sub(r"\1\2", value) for key, value in values.items()}


def _without_first(text: str) -> str:
    """The lines below `key:`, without an empty first one."""
    match = _EMPTY_LINE.match(text)
    return text[match.end() :] if match else text
