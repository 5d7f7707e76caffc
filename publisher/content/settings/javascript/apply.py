"""What a script's small functions come to for given arguments, by a bounded interpretation.

Known are properties, templates, choices, comparisons, the usual methods of texts, lists and dates,
the functions that make dates, and functions of the script itself. Everything else is `Unknown`.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from publisher.content.frontmatter.dates import read_date
from publisher.content.settings.javascript.date_formats import by_letters
from publisher.content.settings.javascript.values import (
    Call,
    Choice,
    Computed,
    Function,
    Operation,
    Property,
    Template,
)

Library = Callable[[str, list[Any]], Any]
"""What a function that the script does not hold gives; raises `Unknown`."""

_DEEPEST = 24
_LONGEST = 64 * 1024
_LONGEST_SEARCHED = 1000
_PATTERN = re.compile(r"/((?:[^/\\]|\\.){1,60})/([gimsuy]*)")
_REPEATED_GROUP = re.compile(r"\)[*+{]|[*+}][*+{]")
_DATES = re.compile(
    r"new Date|(?:\w+\.)*(?:DateTime\.fromJSDate|DateTime\.fromISO|parseISO|dayjs(?:\.utc)?|moment"
    r"(?:\.utc)?)"
)
_AGES = 10**15


def _normalized(text: str, form: str) -> str | None:
    match form:
        case "NFC" | "NFD" | "NFKC" | "NFKD":
            return unicodedata.normalize(form, text[:_LONGEST_SEARCHED])
    return None


_WITHOUT_ARGUMENTS: Mapping[str, Callable[[str], str]] = {
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
    "toString": str,
}
_WITH_TEXT: Mapping[str, Callable[[str, str], Any]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "includes": str.__contains__,
    "split": str.split,
    "normalize": _normalized,
}
_PARTS: Mapping[str, Callable[[datetime], int]] = {
    "year": lambda date: date.year,
    "month": lambda date: date.month,
    "day": lambda date: date.day,
}
_GETTERS: Mapping[str, Callable[[datetime], int]] = {
    "FullYear": lambda date: date.year,
    "Month": lambda date: date.month - 1,
    "Date": lambda date: date.day,
    "Time": lambda date: int(date.timestamp() * 1000),
}


class Unknown(ValueError):
    """Only running the script would tell; the text is what."""


def applied(function: Function, arguments: list[Any], library: Library) -> Any:
    """What `function` returns for these arguments.

    A parameter that takes its argument apart has the argument's properties as names.

    Raises:
        Unknown: only running it would tell.
    """
    return _Run(library).function(function, arguments, {})


class _Run:
    def __init__(self, library: Library) -> None:
        self._library = library
        self._depth = 0

    def function(self, function: Function, arguments: list[Any], outer: dict[str, Any]) -> Any:
        names = dict(outer)
        for name, argument in zip(function.parameters, arguments, strict=False):
            if name:
                names[name] = argument
            elif isinstance(argument, Mapping):
                names.update(argument)
        return self.value(function.result, names)

    def value(self, value: Any, names: dict[str, Any]) -> Any:
        if self._depth >= _DEEPEST:
            raise Unknown("what is nested too deeply")
        self._depth += 1
        try:
            return self._value(value, names)
        finally:
            self._depth -= 1

    def _value(self, value: Any, names: dict[str, Any]) -> Any:
        if isinstance(value, list):
            return [self.value(each, names) for each in value]
        if isinstance(value, dict):
            return {key: self.value(each, names) for key, each in value.items()}
        if isinstance(value, Computed) and not isinstance(value, Function):
            return self._computed(value, names)
        return value

    def _computed(self, value: Computed, names: dict[str, Any]) -> Any:
        match value:
            case Template():
                return _bounded("".join(as_text(self.value(e, names)) for e in value.parts))
            case Choice():
                met = truthy(self.value(value.condition, names))
                return self.value(value.yes if met else value.no, names)
            case Operation():
                return self._operation(value, names)
            case Call():
                return self._call(value, names)
            case Property():
                return inside(self.value(value.of, names), self.value(value.key, names))
        return _looked_up(value.text, names)

    def _operation(self, operation: Operation, names: dict[str, Any]) -> Any:
        sign = operation.operator
        if sign == "!":
            return not truthy(self.value(operation.right, names))
        left = self.value(operation.left, names)
        if sign in {"&&", "||", "??"}:
            goes_on = left is None if sign == "??" else truthy(left) is (sign == "&&")
            return self.value(operation.right, names) if goes_on else left
        if sign == "instanceof" and operation.right == Computed("Date"):
            return isinstance(left, datetime)
        right = self.value(operation.right, names)
        if sign not in _OPERATORS:
            raise Unknown(operation.text)
        try:
            return _OPERATORS[sign](left, right)
        except TypeError:
            raise Unknown(operation.text) from None

    def _call(self, call: Call, names: dict[str, Any]) -> Any:
        if isinstance(call.on, Function):
            arguments = [self.value(each, names) for each in call.arguments]
            return self.function(call.on, arguments, names)
        of, _, method = call.name.rpartition(".")
        if of.startswith("/") and method == "test":
            return _matches(of, [self.value(each, names) for each in call.arguments])
        if call.on is not None:
            target = self.value(call.on, names)
        elif of.partition(".")[0] in names or of == "process.argv":
            target = _looked_up(of, names)
        else:
            arguments = [self.value(each, names) for each in call.arguments]
            return self._free(call, arguments)
        arguments = [self.value(each, names) for each in call.arguments]
        return called(target, method or call.name, arguments)

    def _free(self, call: Call, arguments: list[Any]) -> Any:
        name = call.name
        if _DATES.fullmatch(name):
            return _made_date(arguments)
        if name == "Date.now":
            return _AGES  # a post whose time is to come has its page by then
        if name == "String" and arguments:
            return as_text(arguments[0])
        return self._library(name.removeprefix("this."), arguments)


def called(target: Any, method: str, arguments: list[Any]) -> Any:
    """What a method of a text, a list, a number or a date gives.

    Raises:
        Unknown: it is none of those that are known here.
    """
    found: Any = None
    match target:
        case str():
            found = _of_text(target, method, arguments)
        case list() | tuple():
            found = _of_list(list(target), method, arguments)
        case datetime():
            found = _of_date(target, method, arguments)
        case int() if method == "toString":
            found = str(target)
    if found is None:
        raise Unknown(f".{method}()")
    return found


def _of_text(text: str, method: str, arguments: list[Any]) -> Any:
    if method in _WITHOUT_ARGUMENTS and not arguments:
        return _WITHOUT_ARGUMENTS[method](text)
    match method, arguments:
        case "startsWith" | "endsWith" | "includes" | "split" | "normalize", [str(other)] if other:
            return _WITH_TEXT[method](text, other)
        case "slice" | "substring", [int(), *_]:
            return text[_span(arguments)]
        case "padStart", [int(), str() | int()] if len(str(arguments[1])) == 1:
            return text.rjust(min(int(arguments[0]), _LONGEST), str(arguments[1]))
        case "replace" | "replaceAll", [pattern, str(new)]:
            return _replaced(text, pattern, new, every=method == "replaceAll")
    return None


def _span(arguments: list[Any]) -> slice:
    """What `slice` takes: from the first to before the second, or to the end."""
    return slice(arguments[0], *(arguments[1:2] or [None]))


def _replaced(text: str, pattern: Any, new: str, *, every: bool) -> str | None:
    if isinstance(pattern, str):
        return _bounded(text.replace(pattern, new, -1 if every else 1))
    match = _PATTERN.fullmatch(pattern.text) if isinstance(pattern, Computed) else None
    if match is None or _REPEATED_GROUP.search(match[1]) or "$" in new or "\\" in new:
        return None
    flags = re.ASCII | (re.IGNORECASE if "i" in match[2] else 0)
    try:
        compiled = re.compile(match[1], flags)
    except re.error:
        return None
    return _bounded(compiled.sub(new, text[:_LONGEST_SEARCHED], 0 if "g" in match[2] else 1))


def _matches(pattern: str, arguments: list[Any]) -> bool:
    match = _PATTERN.fullmatch(pattern)
    if match is None or _REPEATED_GROUP.search(match[1]) or not arguments:
        raise Unknown(pattern)
    try:
        return re.search(match[1], as_text(arguments[0])[:_LONGEST_SEARCHED], re.ASCII) is not None
    except re.error:
        raise Unknown(pattern) from None


def _of_list(items: list[Any], method: str, arguments: list[Any]) -> Any:
    match method, arguments:
        case "join", [] | [str()]:
            return _bounded(str(arguments[0] if arguments else ",").join(map(as_text, items)))
        case "slice", [int(), *_]:
            return items[_span(arguments)]
        case "includes", [item]:
            return item in items
    return None


def _of_date(date: datetime, method: str, arguments: list[Any]) -> Any:
    if method in {"toFormat", "format"} and arguments and isinstance(arguments[0], str):
        return by_letters(date, arguments[0], days_in_capitals=method == "format")
    if method == "toISOString":
        return date.strftime("%Y-%m-%dT%H:%M:%S.") + f"{date.microsecond // 1000:03}Z"
    if method in {"toISODate", "toJSDate", "utc"}:
        return date.strftime("%Y-%m-%d") if method == "toISODate" else date
    name = method.removeprefix("get").removeprefix("UTC")
    if method.startswith("get") and name in _GETTERS:
        return _GETTERS[name](date)
    return _PARTS[method](date) if method == "year" else None


def _made_date(arguments: list[Any]) -> datetime:
    if not arguments:
        return datetime.max.replace(tzinfo=UTC)
    if len(arguments) > 1 and _are_numbers(*arguments):
        try:
            year, month, *rest = (int(each) for each in arguments[:6])
            day, hour, minute, second = [*rest, 1, 0, 0, 0][: len(rest)] + [1, 0, 0, 0][len(rest) :]
            return datetime(year, month + 1, day, hour, minute, second, tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            raise Unknown("a date") from None
    return as_date(arguments[0])


def as_date(value: Any) -> datetime:
    """The moment that a value stands for, in UTC.

    Raises:
        Unknown: it stands for none.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        return read_date(str(value), UTC).value.astimezone(UTC)
    except ValueError:
        raise Unknown("a date") from None


def truthy(value: Any) -> bool:
    """Whether JavaScript takes a value for true: empty lists and objects are."""
    return value if isinstance(value, bool) else value not in (None, "", 0)


def as_text(value: Any) -> str:
    """A value inside a text.

    Raises:
        Unknown: it has no plain text.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
    raise Unknown("a text" if value is not None else "a value that is missing")


def _looked_up(path: str, names: Mapping[str, Any]) -> Any:
    if path.startswith("/"):
        return Computed(path)  # a regular expression
    root, *rest = path.split(".")
    if root not in names:
        if path.startswith(("process.env.", "import.meta.env.")):
            return None
        if path == "process.argv":
            return []
        raise Unknown(path)
    value = names[root]
    for key in rest:
        value = inside(value, key)
    return value


def inside(value: Any, key: Any) -> Any:
    """The property or item `key` of a value; None where there is none.

    Raises:
        Unknown: the value has none that are known here.
    """
    if isinstance(value, datetime):
        return _PARTS[key](value) if key in _PARTS else None
    if isinstance(value, str | list | tuple):
        if key == "length":
            return len(value)
        return value[key] if isinstance(key, int) and -1 < key < len(value) else None
    if isinstance(value, Mapping):
        return value.get(key)
    raise Unknown(f".{key}")


def _sum(left: Any, right: Any) -> Any:
    if _are_numbers(left, right):
        return left + right
    return _bounded(as_text(left) + as_text(right))


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    dated = isinstance(left, datetime) or isinstance(right, datetime)
    return (as_date(left), as_date(right)) if dated else (left, right)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise Unknown("a text that is too long")
    return text


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "===": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!==": lambda left, right: left != right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: operator.lt(*_comparable(left, right)),
    ">": lambda left, right: operator.gt(*_comparable(left, right)),
    "<=": lambda left, right: operator.le(*_comparable(left, right)),
    ">=": lambda left, right: operator.ge(*_comparable(left, right)),
    "-": lambda left, right: left - right,
    "in": lambda left, right: left in right,
    "+": _sum,
}
