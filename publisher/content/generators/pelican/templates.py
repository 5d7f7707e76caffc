"""URL patterns such as `{date:%Y}/{slug}.html`, as Python's `format` fills them."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}:!.]*)((?:\.\w+)*)(?:![rsa])?(?::([^{}]*))?\}")
_PARTS = frozenset({"year", "month", "day", "hour", "minute", "second"})
_LONGEST = 64
_WHOLE = re.compile(r"(0?)(\d{0,2})d?")

Part = str | tuple[str, str, str]


def compiled(pattern: str) -> tuple[Part, ...]:
    """The texts of a pattern, and of each field its name, its attribute and its format."""
    parts: list[Part] = []
    place = 0
    for match in _FIELD.finditer(pattern):
        parts.append(pattern[place : match.start()])
        place = match.end()
        if match[1] is None:
            parts.append(match[0][0])
        else:
            parts.append((match[1], match[2].lstrip("."), (match[3] or "")[:_LONGEST]))
    parts.append(pattern[place:])
    return tuple(part for part in parts if part != "")


def filled(parts: tuple[Part, ...], value: Callable[[str], Any]) -> tuple[str, str]:
    """The pattern with its fields filled in, and the name of the first that has no value.

    `value` gives the text of a name, or a datetime.
    """
    texts, missing = [], ""
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        name, attribute, form = part
        found = value(name)
        text = found if isinstance(found, str) else _written(found, attribute, form)
        texts.append(text)
        if not text and not missing:
            missing = name
    return "".join(texts), missing


def _written(value: Any, attribute: str, form: str) -> str:
    if not isinstance(value, datetime):
        return "" if value is None else str(value)
    if attribute in _PARTS:
        number, match = getattr(value, attribute), _WHOLE.fullmatch(form)
        width = int(match[2] or 0) if match else 0
        return str(number).rjust(width, "0" if match and match[1] else " ")
    return value.strftime(form) if form else str(value)
