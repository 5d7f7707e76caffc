"""Operations: what operators, properties and literals come to, as far as both sides are known."""

import re
from typing import Any, Final

from tree_sitter import Node

from publisher.content.settings.javascript.scopes import written
from publisher.content.settings.javascript.values import (
    REST,
    Computed,
    Operation,
    Property,
    Template,
)

_LONGEST_TEXT = 64 * 1024
_SHOWN = 120
_BUILT: Final = {
    "process.env.NODE_ENV": "production",
    "process.env.ELEVENTY_ENV": "production",
    "process.env.ELEVENTY_RUN_MODE": "build",
    "import.meta.env.PROD": True,
    "import.meta.env.DEV": False,
    "import.meta.env.MODE": "production",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def shown(node: Node) -> str:
    """The source of a node in one line, in short."""
    line = " ".join(written(node).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def first(node: Node) -> Node | None:
    """The first node in another that is no comment; None if there is none."""
    return next(iter(parts(node)), None)


def within(value: Any, path: tuple[str | int, ...]) -> Any:
    """What stands below `value`, property by property."""
    for key in path:
        value = property_of(value, key)
    return value


def parts(node: Node) -> list[Node]:
    """The named nodes in another, without comments."""
    return [each for each in node.named_children if each.type != "comment"]


def property_of(of: Any, key: str | int) -> Any:
    """`of[key]`; what the build is known to be run with has its value."""
    if isinstance(of, dict):
        return of[key] if key in of else Computed(str(key)) if REST in of else None
    if isinstance(of, list):
        if key == "length":
            return len(of)
        return of[key] if isinstance(key, int) and -1 < key < len(of) else None
    if type(of) is not Computed:
        return Property(f"{of.text if isinstance(of, Computed) else of!r}.{key}"[:_SHOWN], of, key)
    path = f"{of.text}.{key}"
    return _BUILT.get(path, Computed(path))


def required(exports: Any) -> Any:
    """What `require` gives: the default export, with the named ones if it is an object."""
    if not isinstance(exports, dict):
        return exports
    named = {name: value for name, value in exports.items() if name != "default"}
    default = exports.get("default")
    return named if default is None or isinstance(default, dict) else default


def either(operator: str, left: Any, right: Any, node: Node) -> Any:
    """What `||`, `??` and `&&` come to; what is computed counts as not there beside a literal."""
    if isinstance(left, Computed):
        if operator == "&&" or isinstance(right, Computed):
            return Operation(shown(node), operator, left, right)
        return right
    if operator == "&&":
        return right if left else left
    said = left is not None if operator == "??" else left
    return left if said else right


def added(left: Any, right: Any, node: Node) -> Any:
    """The sum of two numbers, or a text of both."""
    both = left, right
    if all(isinstance(each, int | float) and not isinstance(each, bool) for each in both):
        return left + right
    found = [part for each in both for part in _pieces(each)]
    has_text = any(isinstance(each, str) for each in found)
    return joined(found, node) if has_text else Operation(shown(node), "+", left, right)


def _pieces(value: Any) -> tuple[Any, ...]:
    return value.parts if isinstance(value, Template) else (value,)


def joined(pieces: list[Any], node: Node) -> Any:
    """One text of the pieces, a `Template` where some are computed."""
    texts = [_as_text(part) for part in pieces]
    if sum(len(text or "") for text in texts) > _LONGEST_TEXT:
        return Computed(shown(node))
    if None not in texts:
        return whole("".join(text for text in texts if text))
    pairs = zip(pieces, texts, strict=True)
    return Template(shown(node), tuple(part if text is None else text for part, text in pairs))


def whole(text: str) -> str:
    """`text` with surrogate pairs as the characters that they stand for."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _as_text(value: Any) -> str | None:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case int() | float():
            return str(value)
    return None


def decimal(digits: str, node: Node) -> Any:
    """The number that digits stand for."""
    try:
        return float(digits)
    except ValueError:
        return Computed(shown(node))


def unescaped(node: Node) -> str:
    """What a piece of a text literal stands for; halves of a surrogate pair stay halves."""
    source = written(node)
    if node.type != "escape_sequence":
        return source
    if match := re.fullmatch(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|[xu]([0-9a-fA-F]+))", source):
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 else source  # noqa: PLR2004 - where Unicode ends
    return _ESCAPES.get(source[1:2], source[1:])
