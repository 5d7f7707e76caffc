"""YAML front matter through python-frontmatter, every scalar kept as the text it is."""

import re
from functools import cache
from typing import Any

_TOO_DEEP = re.compile(r"(?:[-?:][ \t]+){64}")
_MOST_BRACKETS = 512


class Quoted(str):
    """A string that stood in quotes or in a block: surely text, never a null or a number."""

    __slots__ = ()


class HeadError(ValueError):
    """A head that its format rejects; `line` counts from 0 inside the head, None if not known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def load_yaml(text: str) -> Any:
    """What YAML makes of `text`, without implicit types: `3`, `Yes`, `2012-10-10` stay strings.

    Plain scalars are `str`, quoted and block scalars `Quoted`, an empty value is ''.

    Raises:
        HeadError: YAML rejects it, or it nests so deeply that the C parser would overflow.
    """
    _refuse_depth(text)
    handler, loader = _handler()
    try:
        return handler.load(text, Loader=loader)
    except (ValueError, RecursionError) as error:
        raise HeadError(str(error).partition("\n")[0]) from None
    except _yaml_error() as error:
        raise _located(error) from None


def _refuse_depth(text: str) -> None:
    brackets = text.count("[") + text.count("{")
    if brackets > _MOST_BRACKETS or _TOO_DEEP.search(text):
        raise HeadError("values are nested too deeply")


@cache
def _handler() -> tuple[Any, type]:
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    parent: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("TextLoader", (parent,), {"yaml_implicit_resolvers": {}})
    loader.add_constructor("tag:yaml.org,2002:str", _as_text)
    return YAMLHandler(), loader


def _as_text(_: Any, node: Any) -> str:
    return Quoted(node.value) if node.style else node.value


def _yaml_error() -> type[Exception]:
    import yaml

    return yaml.YAMLError


def _located(error: Exception) -> HeadError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return HeadError(str(problem), mark.line if mark else None)
