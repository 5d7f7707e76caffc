"""One block of config.yaml against its model: pydantic's errors in words for people."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from publisher.config.mistakes import Mistake, Path, near

Model = TypeVar("Model", bound=BaseModel)

_WANTED = {
    "int": "must be a whole number",
    "float": "must be a number",
    "decimal": "must be a number",
    "bool": "must be true or false",
    "dict": "must be a block of options",
    "model": "must be a block of options",
    "mapping": "must be a block of options",
    "list": "must be a list such as [a, b]",
    "tuple": "must be a list such as [a, b]",
    "set": "must be a list such as [a, b]",
    "string": "must be text",
    "path": "must be a path",
}
_BOUNDS = {
    "greater_than_equal": ("must be at least {}", "ge"),
    "greater_than": ("must be more than {}", "gt"),
    "less_than_equal": ("must be at most {}", "le"),
    "less_than": ("must be less than {}", "lt"),
    "string_too_long": ("must be at most {} characters", "max_length"),
    "too_long": ("must hold at most {} entries", "max_length"),
}
_NO_VALUE = "remove the line, or put the value in quotes if it begins with #"


def option_names(model: type[BaseModel]) -> list[str]:
    """The options of a block, as they are written in config.yaml."""
    return [field.alias or name for name, field in model.model_fields.items()]


def read_section(
    model: type[Model], raw: Any, path: Path, also_known: Iterable[str] = ()
) -> tuple[Model | None, list[Mistake]]:
    """The block at `path` as a `model`, or every mistake in it."""
    if not isinstance(raw, dict):
        return None, [Mistake(path, "must be a block of options")]
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        known = [*option_names(model), *also_known]
        details = error.errors(include_url=False, include_input=False)
        return None, _mistakes(details, raw, path, known)


def _mistakes(
    details: list[ErrorDetails], raw: dict[str, Any], path: Path, known: list[str]
) -> list[Mistake]:
    """One mistake a place; a missing option that was merely misspelt is told once."""
    unknown = {detail["loc"] for detail in details if detail["type"] == "extra_forbidden"}
    misspelt = {near(str(loc[-1]), known) for loc in unknown if len(loc) == 1}
    found: dict[Path, Mistake] = {}
    for detail in details:
        loc = detail["loc"]
        if detail["type"] == "missing" and near(str(loc[-1]), [str(loc[-1])]) in misspelt:
            continue
        place = loc if detail["type"] == "missing" else _written(loc, raw)
        found.setdefault(place, Mistake((*path, *place), *_words(detail, raw, place, known)))
    return list(found.values())


def _written(loc: Path, raw: Any) -> Path:
    """The part of pydantic's location that stands in the file; the rest names a union's member."""
    place: Path = ()
    for part in loc:
        try:
            raw = raw[part]
        except (LookupError, TypeError):
            break
        place = (*place, part)
    return place


def _value(raw: Any, place: Path) -> Any:
    for part in place:
        raw = raw[part]
    return raw


def _words(detail: ErrorDetails, raw: Any, place: Path, known: list[str]) -> tuple[str, str]:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "missing":
        return "is missing", f"add {place[-1]}: …"
    if kind == "extra_forbidden":
        return "unknown option", near(str(place[-1]), known)
    value = _value(raw, place)
    if value is None:
        return "has no value", _NO_VALUE
    if kind in {"literal_error", "enum"}:
        return _choice(str(context.get("expected", "")), value)
    if kind == "value_error":
        return str(context["error"]), ""
    return _refusal(kind, context, value), ""


def _choice(expected: str, value: Any) -> tuple[str, str]:
    choices = [word for word in expected.split("'")[1::2] if word]
    hint = near(value, choices) if isinstance(value, str) else ""
    suggestion = hint if hint.startswith("did you mean") else ""
    return f"must be {' or '.join(choices)}", suggestion


def _refusal(kind: str, context: dict[str, Any], value: Any) -> str:
    if kind in _BOUNDS:
        text, key = _BOUNDS[kind]
        return text.format(context.get(key))
    if kind in {"too_short", "string_too_short"}:
        least = context.get("min_length", 1)
        return "must not be empty" if least == 1 else f"must have at least {least} parts"
    wanted = _WANTED.get(kind.partition("_")[0], "does not fit this option")
    return f"{wanted}, not {_kind_of(value)}" if kind == "string_type" else wanted


def _kind_of(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a block of options"
