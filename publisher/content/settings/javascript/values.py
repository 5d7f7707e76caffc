"""What a script's values are: plain ones, and marks for what JavaScript would have to compute."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Computed:
    """A value that JavaScript would have to compute; `text` is how it is written, in short.

    `text` of a variable, a parameter or a property has no blanks, casts or `?.`: `data.page.url`.
    """

    text: str = ""


@dataclass(frozen=True, slots=True)
class Call(Computed):
    """A call: `name` as it is written (`z.coerce.date`, `new URL`), and its arguments.

    What is called on another call's outcome has only the method as its name, and that call as `on`:
    `z.string().optional()` is `optional` on `z.string`. A call of a function of the script has that
    as `on`. `conditional` is set by `Script.calls` where an `if` around it is computed.
    """

    name: str = ""
    arguments: tuple[Any, ...] = ()
    on: Any = None
    line: int = 1
    conditional: bool = False

    @property
    def method(self) -> str:
        """The last part of the name: `addCollection` of `eleventyConfig.addCollection`."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Template(Computed):
    """A text with holes: `parts` are texts and, between them, what is computed."""

    parts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Function(Computed):
    """A function: what its parameters are called ('' for a pattern), and what it returns."""

    parameters: tuple[str, ...] = ()
    result: Any = None


@dataclass(frozen=True, slots=True)
class Choice(Computed):
    """`condition ? yes : no`, or an `if` that returns, where the condition is computed."""

    condition: Any = None
    yes: Any = None
    no: Any = None


@dataclass(frozen=True, slots=True)
class Operation(Computed):
    """`left operator right`, or `operator right`, where a side is computed."""

    operator: str = ""
    left: Any = None
    right: Any = None


@dataclass(frozen=True, slots=True)
class Property(Computed):
    """`of[key]`, where one of both is more than a name: the outcome of a call, say."""

    of: Any = None
    key: Any = None


REST = "..."
"""The key under which an object keeps what is computed of its keys: a spread, or a `[key]`."""


def member(value: Any, *path: str) -> Any:
    """What stands at `path` in nested objects; None if there is nothing, or it is computed."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str:
    """The text at `path` without surrounding blanks; '' if there is none, or it is computed."""
    found = member(value, *path)
    return found.strip() if isinstance(found, str) else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of an array, or the one object that `value` is."""
    items = value if isinstance(value, list) else [value]
    return [each for each in items if isinstance(each, dict)]


def exported_object(value: Any) -> dict[str, Any]:
    """The object that a configuration comes to; {} if none can be read.

    It may be the outcome of a function, or pass through others: `defineConfig({…})`,
    `withPlugin(options)(config)`, `(phase) => ({…})`.
    """
    for _ in range(8):
        match value:
            case dict():
                return value
            case Function():
                value = value.result
            case Call():
                value = _passed_on(value)
            case _:
                break
    return {}


def _passed_on(call: Call) -> Any:
    likely = (each for each in call.arguments if isinstance(each, dict | Function | Call))
    return next(likely, None)
