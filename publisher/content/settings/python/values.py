"""Plain values, and what Python's operators and methods make of them; bounded, never raising."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final


class Computed:
    """What only running the program would tell."""

    def __repr__(self) -> str:
        return "COMPUTED"


COMPUTED: Final = Computed()
MOST_ITEMS = 10_000
_LONGEST = 64 * 1024
_PAIR = 2
_PERCENT = re.compile(r"%(?:\((\w+)\))?([sdr%])")
_BRACES = re.compile(r"\{\{|\}\}|\{(\w*)\}")
_STRIPS = {"strip": str.strip, "rstrip": str.rstrip, "lstrip": str.lstrip}


def is_known(value: Any) -> bool:
    """Whether it is a value, and not what only running the program would tell."""
    return not isinstance(value, Computed)


def bounded(text: str) -> Any:
    """The text itself, unless it is too long to be a setting."""
    return text if len(text) <= _LONGEST else COMPUTED


def added(left: Any, right: Any) -> Any:
    """`left + right`."""
    if isinstance(left, str) and isinstance(right, str):
        return bounded(left + right)
    for kind in (list, tuple):
        if isinstance(left, kind) and isinstance(right, kind):
            return kind([*left, *right][:MOST_ITEMS])
    return COMPUTED


def joined(parts: Any, between: Any) -> Any:
    """`between.join(parts)`, with numbers as text."""
    if not isinstance(parts, list | tuple) or not isinstance(between, str):
        return COMPUTED
    try:
        return bounded(between.join(map(_written, parts)))
    except ValueError:
        return COMPUTED


def path_joined(parts: list[Any]) -> Any:
    """A path joined of parts; a first part that is computed is the module's own folder."""
    known = parts[1:] if len(parts) > 1 and not is_known(parts[0]) else parts
    if not known or not all(isinstance(part, str) for part in known):
        return COMPUTED
    return bounded(posixpath.join(*known))


def percent(text: Any, value: Any) -> Any:
    """`text % value`, for `%s`, `%d`, `%r` and `%(name)s`."""
    left: Iterator[Any] = iter(value if isinstance(value, tuple) else (value,))

    def filled(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        return _written(value[match[1]] if match[1] else next(left, COMPUTED))

    return _filled(_PERCENT, text, filled)


def formatted(text: Any, arguments: list[Any], named: Mapping[str, Any]) -> Any:
    """`text.format(*arguments, **named)`, for `{}`, `{0}` and `{name}`."""
    count = iter(range(len(arguments)))

    def filled(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        name = match[1] or str(next(count, len(arguments)))
        return _written(arguments[int(name)] if name.isdecimal() else named[name])

    return _filled(_BRACES, text, filled)


def _filled(pattern: re.Pattern[str], text: Any, filled: Any) -> Any:
    if not isinstance(text, str):
        return COMPUTED
    try:
        return bounded(pattern.sub(filled, text))
    except (ValueError, LookupError, TypeError):
        return COMPUTED


def _written(value: Any) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("only plain values can be written")


def item(held: Any, key: Any) -> Any:
    """`held[key]`."""
    if isinstance(held, dict) and isinstance(key, str | int | float):
        return held.get(key, COMPUTED)
    is_place = isinstance(held, list | tuple | str) and isinstance(key, int)
    return held[key] if is_place and -len(held) <= key < len(held) else COMPUTED


def got(held: Any, arguments: list[Any]) -> Any:
    """`held.get(*arguments)`; of an environment, which nobody knows, the default."""
    default = arguments[1] if len(arguments) == _PAIR else COMPUTED
    if isinstance(held, dict) and arguments and isinstance(arguments[0], str | int):
        return held.get(arguments[0], default)
    return COMPUTED if is_known(held) else default


def stripped(text: Any, method: str, arguments: list[Any]) -> Any:
    """`text.strip(…)`, `text.replace(…)` and their like."""
    if not isinstance(text, str) or not all(isinstance(each, str) for each in arguments):
        return COMPUTED
    if method in _STRIPS and len(arguments) < _PAIR:
        return _STRIPS[method](text, *arguments)
    if method == "replace" and len(arguments) == _PAIR:
        small = len(text) * (1 + len(arguments[1])) <= _LONGEST
        return text.replace(*arguments) if small else COMPUTED
    return text.lower() if method == "lower" else COMPUTED


def converted(kind: str, value: Any) -> Any:
    """`list(value)`, `dict(value)` and their like; a path made absolute is the path."""
    match kind, value:
        case (("dict" | "OrderedDict"), dict()):
            return dict(value)
        case "OrderedDict", list() | tuple():
            pairs = [each for each in value if isinstance(each, tuple) and len(each) == _PAIR]
            return {key: inner for key, inner in pairs if isinstance(key, str)}
        case (("list" | "set" | "sorted"), list() | tuple()):
            return list(value)
        case "tuple", list() | tuple():
            return tuple(value)
        case (("str" | "abspath" | "normpath" | "Path" | "u"), str()):
            return value
    return COMPUTED
