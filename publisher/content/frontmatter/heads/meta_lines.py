"""Heads of `Key: value` lines up to the first empty line, as MultiMarkdown has them.

The rules are those of https://python-markdown.github.io/extensions/meta_data/.
"""

import re

from publisher.content.frontmatter.parse import Metadata

_KEY = re.compile(r"[ ]{0,3}([A-Za-z0-9_-]+):\s*(.*)")
_MORE = re.compile(r"[ ]{4,}(.*)")
_FENCE = re.compile(r"-{3}(?:\s.*)?")
_END = re.compile(r"(?:-{3}|\.{3})(?:\s.*)?")
_TAB = 4


def read_meta_lines(text: str) -> Metadata | None:
    """Keys in lower case with their values; the lines of one key as a tuple where it has several.

    A line indented by four blanks goes on with the key above. `---` may open and close the head;
    what stands between is no YAML then.
    """
    lines = text.split("\n")
    start = 1 if _FENCE.fullmatch(lines[0]) else 0
    values, end = _values(lines, start)
    if not values:
        return None
    head, rest = "\n".join(lines[start:end]), "\n".join(lines[end:])
    told = {key: each[0] if len(each) == 1 else tuple(each) for key, each in values.items()}
    return Metadata(told, head, start + 1, rest)


def _values(lines: list[str], start: int) -> tuple[dict[str, list[str]], int]:
    """The values of each key, and the line after the head."""
    values: dict[str, list[str]] = {}
    held: list[str] | None = None
    for number in range(start, len(lines)):
        line = lines[number].expandtabs(_TAB)
        if not line.strip() or _END.fullmatch(line):
            return values, number + 1
        if match := _KEY.fullmatch(line):
            held = values.setdefault(match[1].lower(), [])
            held.append(match[2].strip())
        elif held is not None and (match := _MORE.fullmatch(line)):
            held.append(match[1].strip())
        else:
            return values, number
    return values, len(lines)
