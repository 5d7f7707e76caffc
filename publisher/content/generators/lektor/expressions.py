"""Expressions such as `{{ (this.pub_date|dateformat('YYYY/M/') if this.pub_date) ~ this._id }}`.

They are read, not run: only what `slug_format` needs is known.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
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
    too_deep = template.count("(") > _MOST_BRACKETS
    if "{%" in template or len(template) > _LONGEST or too_deep:
        raise NotKnown(template)
    return _OUTER.sub(lambda match: _text(_Expression(match[1], this).value()), template)


class _Expression:
    def __init__(self, source: str, this: Mapping[str, Any]) -> None:
        self._tokens = _tokens(source)
        self._place = 0
        self._this = this

    def value(self) -> Any:
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

    def _conditional(self) -> Any:
        value = self._joined()
        if not self._has("if"):
            return value
        holds = bool(self._joined())
        other = self._conditional() if self._has("else") else ""
        return value if holds else other

    def _joined(self) -> Any:
        value = self._filtered()
        while self._next in {"~", "+"}:
            self._take()
            value = _text(value) + _text(self._filtered())
        return value

    def _filtered(self) -> Any:
        value = self._primary()
        while self._has("|"):
            name = self._take()
            arguments = self._arguments() if self._next == "(" else []
            if name in _BY_LOCALE and arguments:
                arguments = [arguments[0], _text(self._this.get("_locale"))]
            value = _called(_FILTERS, name, [value, *arguments])
        return value

    def _primary(self) -> Any:
        piece = self._take()
        if piece == "(":
            value = self._conditional()
            self._take(")")
        elif piece[0] in "'\"":
            value = re.sub(r"\\(.)", r"\1", piece[1:-1])
        elif piece.isdecimal():
            value = int(piece)
        elif piece == "this":
            value = self._this
        else:
            raise NotKnown(piece)
        return self._trailers(value)

    def _trailers(self, value: Any) -> Any:
        while self._next in {".", "["}:
            if self._take() == "[":
                value = self._subscript(value)
                continue
            name = self._take()
            if self._next == "(":
                value = _called(_METHODS, name, [value, *self._arguments()])
            else:
                value = _attribute(value, name)
        return value

    def _arguments(self) -> list[Any]:
        self._take("(")
        found: list[Any] = []
        while not self._has(")"):
            found.append(self._conditional())
            if self._next != ")":
                self._take(",")
        return found

    def _subscript(self, value: Any) -> Any:
        if self._next[:1] in {"'", '"'}:
            key = self._take()[1:-1]
            self._take("]")
            return _attribute(value, key)
        first = self._number()
        if not self._has(":"):
            self._take("]")
            return _item(value, first)
        last = self._number()
        self._take("]")
        return value[first:last] if isinstance(value, str | list) else ""

    def _number(self) -> int | None:
        sign = -1 if self._has("-") else 1
        return sign * int(self._take()) if self._next.isdecimal() else None


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


def _attribute(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, date) and name in _PARTS:
        return getattr(value, name, 0)
    return None


def _item(value: Any, place: int | None) -> Any:
    if place is None or not isinstance(value, str | list):
        return None
    return value[place] if -len(value) <= place < len(value) else None


def _called(known: Mapping[str, Callable[..., Any]], name: str, arguments: list[Any]) -> Any:
    try:
        return known[name](*arguments)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotKnown(name) from None


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
