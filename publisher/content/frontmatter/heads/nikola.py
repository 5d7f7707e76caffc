"""Heads of `.. key: value` lines, also in a comment of HTML, and `.meta` files of such lines.

The rules are those of https://getnikola.com/handbook.html#metadata-fields.
"""

import re

from publisher.content.frontmatter.parse import Metadata

_LINE = re.compile(r"\s*\.\. (.*?): (.*)")


def read_nikola(text: str) -> Metadata | None:
    """The keys of the first block of lines with their values, but for empty ones; None if none."""
    body = text.lstrip()
    line = text[: len(text) - len(body)].count("\n") + 1
    head, _, rest = body.partition("\n\n")
    values = {}
    for each in head.split("\n"):
        _, _, bare = each.partition(".. ")
        match = _LINE.match(each) if bare else None
        if match and (value := match[2].strip()):
            values[match[1]] = value
    return Metadata(values, head, line, rest) if values else None
