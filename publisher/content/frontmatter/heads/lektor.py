"""Files of Lektor: fields `key: value`, or `key:` above many lines, with `---` between them.

The rules are those of https://www.getlektor.com/docs/content/contents/.
"""

from publisher.content.frontmatter.parse import Metadata

_BETWEEN = "---"
_BODIES = ("body", "content", "text")


def read_lektor(text: str) -> Metadata | None:
    """Every field with its text; None if there is none.

    `head` is the whole text, `rest` the body.
    """
    values: dict[str, str] = {}
    for block in _blocks(text):
        key, value = _field(block)
        if key:
            values[key] = value
    if not values:
        return None
    rest = next((values[key] for key in _BODIES if values.get(key)), "")
    return Metadata(values, text, 1, rest)


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.rstrip() == _BETWEEN:
            blocks.append([])
        else:
            blocks[-1].append(line)
    return blocks


def _field(lines: list[str]) -> tuple[str, str]:
    for number, line in enumerate(lines):
        key, colon, first = line.partition(":")
        if colon:
            rest = lines[number + 1 :]
            if not first.strip() and rest and not rest[0].strip():
                rest = rest[1:]
            held = [first.strip("\t ")] if first.strip() else []
            return key.strip(), "\n".join(held + [_unescaped(each) for each in rest]).rstrip()
    return "", ""


def _unescaped(line: str) -> str:
    """A line of four dashes or more stands for one that has a dash less."""
    bare = line.strip()
    return line[1:] if len(bare) > len(_BETWEEN) and bare == "-" * len(bare) else line
