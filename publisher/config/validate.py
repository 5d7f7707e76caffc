"""One block of config.yaml against its model: pydantic's errors in words for people."""

from collections.abc import Iterable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from publisher.config.mistakes import Mistake, Path, closest, near
from publisher.config.source.tree import NO_VALUE

Model = TypeVar("Model", bound=BaseModel)

_WANTED = {
    "int": "must be a whole number",
    **dict.fromkeys(("float", "decimal"), "must be a number"),
    "bool": "must be true or false",
    **dict.fromkeys(("dict", "model", "mapping"), "must be a block of options"),
    **dict.fromkeys(("list", "tuple", "set"), "must be a list such as [a, b]"),
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


def options(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The options of a block, by their names in config.yaml."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def blocks(annotation: Any) -> list[type[BaseModel]]:
    """The models that an option's own block, or each block of its list, may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for each in get_args(annotation) for model in blocks(each)]


def read_section(
    model: type[Model], raw: Any, path: Path, also_known: Iterable[str] = ()
) -> tuple[Model | None, list[Mistake]]:
    """The block at `path` as a `model`, or every mistake in it."""
    if not isinstance(raw, dict):
        return None, [Mistake(path, "must be a block of options")]
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        judge = _Judge(model, raw, path, also_known)
        return None, judge.mistakes([*details, *_of_the_whole(model, judge.corrected(details))])


def _of_the_whole(model: type[BaseModel], raw: dict[str, Any] | None) -> list[ErrorDetails]:
    """What is wrong with the block itself, which pydantic asks only once each option is sound."""
    try:
        if raw is not None:
            model.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return [detail for detail in found if not detail["loc"]]
    return []


class _Judge:
    """Turns pydantic's errors about one block into mistakes, one a place."""

    def __init__(
        self, model: type[BaseModel], raw: dict[str, Any], path: Path, also_known: Iterable[str]
    ) -> None:
        self._raw = raw
        self._path = path
        self._fields = options(model)
        self._known = [*self._fields, *also_known]

    def mistakes(self, details: list[ErrorDetails]) -> list[Mistake]:
        unknown = [str(each["loc"][-1]) for each in details if each["type"] == "extra_forbidden"]
        misspelt = {closest(name, self._known) for name in unknown}  # one mistake is enough
        found: dict[Path, Mistake] = {}
        for detail in details:
            is_missing = detail["type"] == "missing"
            place = detail["loc"] if is_missing else self._written(detail["loc"])
            if not (is_missing and place[-1] in misspelt):
                mistake = Mistake((*self._path, *place), *self._words(detail, place))
                found.setdefault(place, mistake)
        return list(found.values())

    def corrected(self, details: list[ErrorDetails]) -> dict[str, Any] | None:
        """The block without its unknown options, misspelt ones set right; None: more is wrong."""
        unknown = [str(each["loc"][0]) for each in details if each["type"] == "extra_forbidden"]
        if len(unknown) < len(details) or any(len(each["loc"]) > 1 for each in details):
            return None
        meant = {closest(name, self._known): self._raw[name] for name in unknown}
        kept = {name: value for name, value in self._raw.items() if name not in unknown}
        return {name: value for name, value in meant.items() if name in self._fields} | kept

    def _written(self, loc: Path) -> Path:
        """The part of a location that is in the file; the rest names a union's member."""
        place: Path = ()
        raw: Any = self._raw
        for part in loc:
            listed = isinstance(raw, list) and isinstance(part, int)
            if not (part in raw if isinstance(raw, dict) else listed):
                break
            raw = raw[part]
            place = (*place, part)
        return place

    def _words(self, detail: ErrorDetails, place: Path) -> tuple[str, str]:
        kind = detail["type"]
        if kind == "missing":
            return "is missing", f"add {place[-1]}: …"
        if kind == "extra_forbidden":
            return "unknown option", near(str(place[-1]), self._known_in(place[:-1]))
        value: Any = self._raw
        for part in place:
            value = value[part]
        if value is None:
            return "has no value", NO_VALUE
        return self._refused(detail, place, value)

    def _known_in(self, place: Path) -> list[str]:
        """The options of the block at `place`."""
        info = self._fields.get(str(place[0])) if place else None
        inside = blocks(info.annotation) if info else []
        return list(options(inside[0])) if inside else self._known

    def _refused(self, detail: ErrorDetails, place: Path, value: Any) -> tuple[str, str]:
        kind, context = detail["type"], detail.get("ctx", {})
        if kind in {"literal_error", "enum"}:
            return _choice(str(context.get("expected", "")), value)
        if kind == "value_error":
            return str(context["error"]), ""
        problem = _refusal(kind, context, value)
        info = self._fields.get(str(place[0])) if place else None
        return problem or "invalid value", "" if problem or info is None else info.description or ""


def _choice(expected: str, value: Any) -> tuple[str, str]:
    choices = [word for word in expected.split("'")[1::2] if word]
    hint = near(value, choices) if isinstance(value, str) else ""
    suggestion = hint if hint.startswith("did you mean") else ""
    return f"must be {' or '.join(choices)}", suggestion


def _refusal(kind: str, context: dict[str, Any], value: Any) -> str:
    """What the option wants; empty where only its description explains it."""
    if kind in _BOUNDS:
        text, key = _BOUNDS[kind]
        return text.format(context.get(key))
    if kind in {"too_short", "string_too_short"}:
        least = context.get("min_length", 1)
        return "must not be empty" if least == 1 else f"must have at least {least} parts"
    if kind == "string_type":
        return f"must be text, not {'a list' if isinstance(value, list) else 'a block of options'}"
    return _WANTED.get(kind.partition("_")[0], "")
