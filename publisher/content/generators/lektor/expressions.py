"""Expressions such as `{{ (this.pub_date|dateformat('YYYY/M/') if this.pub_date) ~ this._id }}`.

They are read, not run: only what `slug_format` needs is known.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from publisher.content.generators.lektor.slugs import slug

_OUTER = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*") | (?P<number>\d+)
      | (?P<name>[A-Za-z_]\w*) | (?P<mark>==|!=|[-()\[\],:.|~+]))""",
    re.VERBOSE,
)
_PARTS = frozenset({"year", "month", "day", "hour", "minute", "second"})
_LETTERS = re.compile(r"'([^']*)'|y+|Y+|M+|d+|.", re.DOTALL)
_FORMAT = re.compile(r"%(0?)(\d{0,2})([ds])")
_BY_LOCALE = frozenset({"dateformat", "datetimeformat"})
_SUNDAY_FIRST = frozenset({"US", "BR", "CA", "MX", "JP", "KR", "TW", "IN", "IL", "ZA", "PT"})
_LONGEST = 2_000
_MOST_BRACKETS = 50


class NotKnown(ValueError):
    """An expression has what this reader does not know."""


def expand(template: str, this: Mapping[str, Any]) -> str:
    """The template with its expressions filled in; `this` has the record's fields.

    A date by `YYYY` is in the year of its week; `this` has the site's locale as `_locale`.

    Raises:
        NotKnown: an expression has what this reader does not know.
    """
    parts = _compiled(template)
    return "".join(part if isinstance(part, str) else _text(part(this)) for part in parts)


_Value = Callable[[Mapping[str, Any]], Any]


@lru_cache(maxsize=64)
def _compiled(template: str) -> tuple[str | _Value, ...]:
    too_deep = template.count("(") > _MOST_BRACKETS
    if "{%" in template or len(template) > _LONGEST or too_deep:
        raise NotKnown(template)
    pieces = _OUTER.split(template)
    return tuple(
        _Expression(piece).value() if odd % 2 else piece for odd, piece in enumerate(pieces)
    )


class _Expression:
    """Reads an expression into what gives its value for a record."""

    def __init__(self, source: str) -> None:
        self._tokens = _tokens(source)
        self._place = 0

    def value(self) -> _Value:
        value = self._conditional()
        if self._place < len(self._tokens):
            raise NotKnown(self._next)
        return value

    @property
    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        found = self._next
        if not found or (wanted and found != wanted):
            raise NotKnown(found)
        self._place += 1
        return found

    def _has(self, wanted: str) -> bool:
        if self._next != wanted:
            return False
        self._place += 1
        return True

    def _conditional(self) -> _Value:
        value = self._joined()
        if not self._has("if"):
            return value
        holds = self._joined()
        other = self._conditional() if self._has("else") else _nothing
        return lambda this: value(this) if holds(this) else other(this)

    def _joined(self) -> _Value:
        parts = [self._filtered()]
        while self._next in {"~", "+"}:
            self._take()
            parts.append(self._filtered())
        if len(parts) == 1:
            return parts[0]
        return lambda this: "".join(_text(part(this)) for part in parts)

    def _filtered(self) -> _Value:
        value = self._primary()
        while self._has("|"):
            name = self._take()
            arguments = self._arguments() if self._next == "(" else []
            if name in _BY_LOCALE:
                arguments = [*arguments[:1], lambda this: _text(this.get("_locale"))]
            value = _calling(_FILTERS, name, [value, *arguments])
        return value

    def _primary(self) -> _Value:
        piece = self._take()
        if piece == "(":
            value = self._conditional()
            self._take(")")
        elif piece[0] in "'\"":
            value = _constant(re.sub(r"\\(.)", r"\1", piece[1:-1]))
        elif piece.isdecimal():
            value = _constant(int(piece))
        elif piece == "this":
            value = _itself
        else:
            raise NotKnown(piece)
        return self._trailers(value)

    def _trailers(self, value: _Value) -> _Value:
        while self._next in {".", "["}:
            if self._take() == "[":
                value = self._subscript(value)
                continue
            name = self._take()
            if self._next == "(":
                value = _calling(_METHODS, name, [value, *self._arguments()])
            else:
                value = _attribute(value, name)
        return value

    def _arguments(self) -> list[_Value]:
        self._take("(")
        found: list[_Value] = []
        while not self._has(")"):
            found.append(self._conditional())
            if self._next != ")":
                self._take(",")
        return found

    def _subscript(self, value: _Value) -> _Value:
        if self._next[:1] in {"'", '"'}:
            key = self._take()[1:-1]
            self._take("]")
            return _attribute(value, key)
        first = self._number()
        if not self._has(":"):
            self._take("]")
            return lambda this: _item(value(this), first)
        last = self._number()
        self._take("]")
        return lambda this: _part(value(this), first, last)

    def _number(self) -> int | None:
        sign = -1 if self._has("-") else 1
        return sign * int(self._take()) if self._next.isdecimal() else None


def _itself(this: Mapping[str, Any]) -> Any:
    return this


def _nothing(_this: Mapping[str, Any]) -> str:
    return ""


def _constant(value: Any) -> _Value:
    return lambda _this: value


def _tokens(source: str) -> list[str]:
    tokens, place, source = [], 0, source.strip()
    while place < len(source):
        match = _TOKEN.match(source, place)
        if match is None:
            raise NotKnown(source[place:])
        tokens.append(match[0].strip())
        place = match.end()
    return tokens


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _attribute(value: _Value, name: str) -> _Value:
    def found(this: Mapping[str, Any]) -> Any:
        held = value(this)
        if isinstance(held, Mapping):
            return held.get(name)
        is_part = isinstance(held, date) and name in _PARTS
        return getattr(held, name, 0) if is_part else None

    return found


def _item(held: Any, place: int | None) -> Any:
    if place is None or not isinstance(held, str | list):
        return None
    return held[place] if -len(held) <= place < len(held) else None


def _part(held: Any, first: int | None, last: int | None) -> Any:
    return held[first:last] if isinstance(held, str | list) else ""


def _calling(known: Mapping[str, Callable[..., Any]], name: str, values: list[_Value]) -> _Value:
    function = known.get(name)
    if function is None:
        raise NotKnown(name)

    def called(this: Mapping[str, Any]) -> Any:
        try:
            return function(*[value(this) for value in values])
        except (LookupError, TypeError, ValueError, AttributeError):
            raise NotKnown(name) from None

    return called


def _date_format(moment: Any, form: str = "", locale: str = "") -> str:
    """A date by Unicode's letters, as far as they are numbers or English months."""
    if not isinstance(moment, date):
        return ""

    def written(match: re.Match[str]) -> str:
        letters = match[0]
        if match[1] is not None or letters[0] not in "yYMd":
            return match[1] if match[1] is not None else letters
        if letters[0] in "yY":
            year = moment.year if letters[0] == "y" else _year_of_week(moment, locale)
            return f"{year % 100:02}" if len(letters) == len("yy") else str(year)
        if letters[0] == "d":
            return str(moment.day).rjust(len(letters), "0")
        names = {3: "%b", 4: "%B"}
        name = names.get(len(letters))
        return moment.strftime(name) if name else str(moment.month).rjust(len(letters), "0")

    return _LETTERS.sub(written, form)


def _year_of_week(moment: date, locale: str) -> int:
    """The year that the week of a date belongs to; where weeks begin on Sunday, that of its end."""
    if locale.rpartition("_")[2].upper() not in _SUNDAY_FIRST:
        return moment.isocalendar().year
    return (moment + timedelta(days=(5 - moment.weekday()) % 7)).year


def _format(pattern: str, *arguments: Any) -> str:
    """`%s`, `%d` and `%02d`."""
    left = iter(arguments)

    def written(match: re.Match[str]) -> str:
        return _text(next(left, "")).rjust(int(match[2] or 0), match[1] or " ")

    return _FORMAT.sub(written, pattern)


def _split(text: str, by: str | None = None) -> list[str]:
    return text.split(by)


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if len(text) * (1 + len(new)) < _LONGEST else text


_TEXTS: Mapping[str, Callable[..., Any]] = {
    "lower": str.lower, "upper": str.upper, "replace": _replace, "strip": str.strip,
    "lstrip": str.lstrip, "rstrip": str.rstrip,
}  # fmt: skip
_METHODS: Mapping[str, Callable[..., Any]] = {
    **_TEXTS,
    "split": _split,
    "join": lambda between, parts: between.join(map(_text, parts)),
    "strftime": lambda moment, form: moment.strftime(form[:64]),
    "format": _format,
}
_FILTERS: Mapping[str, Callable[..., Any]] = {
    **_TEXTS,
    "dateformat": _date_format,
    "datetimeformat": _date_format,
    "format": _format,
    "slugify": lambda text: slug(_text(text)),
    "string": _text,
    "trim": str.strip,
    "first": lambda items: items[0] if items else "",
    "last": lambda items: items[-1] if items else "",
    "join": lambda parts, between="": between.join(map(_text, parts)),
    "default": lambda value, other="": value if value is not None else other,
}
