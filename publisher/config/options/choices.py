"""What a newsletter lets its readers choose."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from publisher.adapters.base import option
from publisher.config.options.site import Block
from publisher.config.options.values import Languages, Line
from publisher.model.contacts import Cadence

AUTO = "auto"
_TEXT = {"type": "string"}


def _topics(value: Any) -> Any:
    """A list is a block in which each topic is called what it is."""
    if value == AUTO:
        return value
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = {each: each for each in value}
    if not isinstance(value, dict):
        raise ValueError("must be auto, a list, or names by topic: {tv: Television}")  # noqa: TRY004 - pydantic collects it
    return value


Topics = Annotated[
    Literal["auto"] | dict[Annotated[Line, Field(min_length=1)], Line],
    BeforeValidator(_topics),
    WithJsonSchema(
        {"type": ["string", "array", "object"], "items": _TEXT, "additionalProperties": _TEXT}
    ),
]
Cadences = Annotated[
    tuple[Cadence, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema({"type": ["array", "string"], "items": {"enum": [*Cadence]}}),
]


class Offer(Block):
    """What readers may choose; what was chosen before keeps working where it is taken away."""

    topics: Topics = option(
        "`auto`: the categories that posts had lately, or the sources where there are none; a list "
        "of either; or a block that names them, as in `{tv: Television, sports: Sports}`. `[]`: "
        "none.",
        AUTO,
    )
    cadences: Cadences = option(
        "How often: with `each` edition, `daily` at most, `weekly`. `[]`: no choice.",
        tuple(Cadence),
    )
    hours: bool = option(
        "Whether readers choose hour and time zone of what comes daily or weekly.", default=True
    )
    languages: Languages = option(
        "Languages of the words around the posts, as in `[en, de]`. Empty: no choice.", ()
    )
    latest: Annotated[int, Field(ge=0, le=1000)] | None = option(
        "Number of latest posts in what comes daily or weekly. Empty: as many as the editions have "
        "that it stands for, but no more than 24, or than `latest` of the newsletter if that is "
        "higher.",
        None,
    )
