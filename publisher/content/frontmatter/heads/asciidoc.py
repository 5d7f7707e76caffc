"""Heads of AsciiDoc: title, author, revision and attributes, up to the first empty line.

The rules are those of https://docs.asciidoctor.org/asciidoc/latest/document/header/.
"""

import re
from collections.abc import Iterator

from publisher.content.frontmatter.parse import Metadata

_TITLE = re.compile(r"[=#][ \t]+(\S.*)")
_ATTRIBUTE = re.compile(r":(!?[\w-]+!?):(?:[ \t]+(.*))?")
_REVISION = re.compile(r"(?:v[^\s,:]+,?[ ]*|[^,]*,[ ]+)?(?P<date>.*?)(?::[ \t].*)?")
_BLOCK_ATTRIBUTES = re.compile(r"\[.*\]")
_REFERENCE = re.compile(r"\{([\w-]+)\}")
_COMMENTS = "////"
_PREFIXES = ("page-", "jbake-")
_LONGEST = 5_000


def read_asciidoc(text: str) -> Metadata | None:
    r"""`title`, `author`, `date` and every attribute in lower case; None if there are none.

    An attribute that begins with `page-` or `jbake-` counts without it, too. A value that ends in
    ` \` goes on in the next line; `:!name:` unsets.
    """
    values: dict[str, str] = {}
    below = 0  # how many lines since the title; 0 is above it
    end = 0
    for number, line in _lines(text):
        end = number
        attribute = _ATTRIBUTE.fullmatch(line)
        if attribute:
            _set(values, attribute[1].lower(), (attribute[2] or "").strip())
        elif not line:
            if below:
                break
        elif not below and (title := _TITLE.fullmatch(line)):
            values["title"], below = title[1].strip(), 1
            continue
        elif below == 1:
            values["author"] = line
        elif below == 2 and "author" in values:  # noqa: PLR2004 - the second line
            _revision(values, line)
        elif below or not _BLOCK_ATTRIBUTES.fullmatch(line):
            break
        below += bool(below)
    else:
        end += 1
    return _told(text, end, values) if values else None


def _told(text: str, end: int, values: dict[str, str]) -> Metadata:
    for key in list(values):
        bare = key.removeprefix(_PREFIXES[0]).removeprefix(_PREFIXES[1])
        values.setdefault(bare, values[key])
    if "revdate" in values:
        values.setdefault("date", values["revdate"])
    lines = text.split("\n")
    return Metadata(values, "\n".join(lines[:end]), 1, "\n".join(lines[end:]))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines without comments, those that go on joined."""
    hidden, held = False, ""
    for number, line in enumerate(map(str.rstrip, text.split("\n"))):
        if line == _COMMENTS:
            hidden = not hidden
        elif hidden or (line.startswith("//") and not line.startswith("///")):
            continue
        elif line.endswith((" \\", " +")) and len(held) < _LONGEST:
            held += line[:-1].rstrip() + " "
        else:
            yield number, held + (line.lstrip() if held else line)
            held = ""


def _set(values: dict[str, str], name: str, value: str) -> None:
    if "!" in name:
        values.pop(name.strip("!"), None)
    else:
        told = _REFERENCE.sub(lambda match: values.get(match[1].lower(), match[0]), value)
        values[name] = told[:_LONGEST]


def _revision(values: dict[str, str], line: str) -> None:
    match = _REVISION.fullmatch(line)
    if match and match["date"]:
        values["revdate"] = match["date"].strip()
