"""Heads of Org: `#+KEY: value` lines above the text, as Emacs, Hugo and Nikola read them.

The rules are those of https://orgmode.org/manual/In_002dbuffer-Settings.html.
"""

import re

from publisher.content.frontmatter.parse import Metadata

_SETTING = re.compile(r"\s*#\+([\w-]+(?:\[\])?):(?:[ \t]+(.*)|$)")
_PASSED = re.compile(r"\s*(?:#[ \t].*|#|:[\w-]+:.*)?")
_STAMP = re.compile(r"[<\[](\d{4}-\d\d-\d\d)(?: [^\s\d<>\[\]+]+)?(?: (\d\d?:\d\d))?[^>\]]*[>\]]")
_COLONS = re.compile(r":[^\s:]+(?::[^\s:]+)*:")


def read_org(text: str) -> Metadata | None:
    """Keys in lower case with their values; None if there are none.

    A time stamp such as `<2020-01-01 Wed 09:30>` is its date and time. A key that comes twice has
    both values in one; `tags[]` and `:a:b:` are tuples.
    """
    values: dict[str, str | tuple[str, ...]] = {}
    lines = text.split("\n")
    number = 0
    for number, line in enumerate(lines):  # noqa: B007 - where the text begins is used below
        match = _SETTING.fullmatch(line.rstrip())
        if match:
            _add(values, match[1].lower(), (match[2] or "").strip())
        elif not _PASSED.fullmatch(line.rstrip()):
            break
    if not values:
        return None
    return Metadata(values, "\n".join(lines[:number]), 1, "\n".join(lines[number:]))


def _add(values: dict[str, str | tuple[str, ...]], key: str, written: str) -> None:
    if key.endswith("[]"):
        key, value = key[:-2], tuple(written.split())
    elif _COLONS.fullmatch(written):
        value = tuple(written.strip(":").split(":"))
    else:
        text = _STAMP.sub(lambda match: " ".join(filter(None, match.groups())), written)
        held = values.get(key, "")
        values[key] = f"{held} {text}".strip() if isinstance(held, str) else text
        return
    values[key] = value
