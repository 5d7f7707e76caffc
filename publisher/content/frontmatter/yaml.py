"""YAML front matter through python-frontmatter, every scalar kept as the text it is."""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

_TOO_DEEP = re.compile(r"(?:[-?:][ \t]+){64}")
_MOST_BRACKETS = 512  # deeper, the C parser would overflow
_LONGEST_PROBLEM = 200
_ILL_TAGGED = "a value is not what its tag says"
_UNKNOWN_TAG = re.compile(r"'tag:yaml\.org,2002:([^']{1,60})")
_TAG_PROBLEMS = (
    "expected ",
    "failed to ",
    "could not determine a constructor for the tag 'tag:yaml.org,2002:",
)


class Quoted(str):
    """A string that stood in quotes or in a block: surely text, never a null or a number."""

    __slots__ = ()


class Tagged(NamedTuple):
    """A value under a tag that only its program knows, such as `!ENV`; the tag without its `!`."""

    tag: str
    value: Any


class HeadError(ValueError):
    """A head that its format rejects; `line` counts from 0 inside the head, None if not known.

    `whole` says that no part of it can be trusted: a value is not what its tag says.
    """

    def __init__(self, message: str, line: int | None = None, *, whole: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.whole = whole


def load_yaml(text: str, *, tags: bool = False) -> Any:
    """What YAML makes of `text`, without implicit types: `3`, `Yes`, `2012-10-10` stay strings.

    Plain scalars are `str`, quoted and block scalars `Quoted`, an empty value is ''. With `tags`,
    values whose tags YAML does not know are `Tagged`, not errors.

    Raises:
        HeadError: YAML rejects it, a value does not fit its tag, or it nests too deeply.
    """
    import yaml

    brackets = text.count("[") + text.count("{")
    if brackets > _MOST_BRACKETS or _TOO_DEEP.search(text):
        raise HeadError("values are nested too deeply")
    handler, loader = _handler(tags=tags)
    try:
        return handler.load(text, Loader=loader)
    except yaml.YAMLError as error:
        raise _located(error) from None
    except Exception:  # noqa: BLE001  PyYAML's constructors raise whatever a value makes them
        raise _ill_tagged(text, loader) from None


@cache
def _handler(*, tags: bool) -> tuple[Any, type]:
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    parent: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # `<<` is a key like another: merged mappings of merged mappings grow without end.
    flatten = _plain_keys if tags else (lambda *_: None)
    changes = {"yaml_implicit_resolvers": {}, "flatten_mapping": flatten}
    loader: Any = type("TextLoader", (parent,), changes)
    loader.add_constructor("tag:yaml.org,2002:str", _as_text)
    if tags:
        loader.add_multi_constructor("", _tagged)
    return YAMLHandler(), loader


def _plain_keys(_loader: Any, node: Any) -> None:
    """A list under a tag, such as `!ENV [NAME, "Home"]`, is as a key its last item's text."""
    import yaml

    def plain(key: Any) -> Any:
        is_listed = isinstance(key, yaml.SequenceNode) and key.tag.startswith("!") and key.value
        return key.value[-1] if is_listed else key

    node.value = [(plain(key), value) for key, value in node.value]


def _tagged(loader: Any, tag: str, node: Any) -> Tagged:
    import yaml

    name = tag.removeprefix("tag:yaml.org,2002:").removeprefix("!")
    if isinstance(node, yaml.MappingNode):
        return Tagged(name, loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return Tagged(name, loader.construct_sequence(node, deep=True))
    return Tagged(name, loader.construct_scalar(node))


def _as_text(loader: Any, node: Any) -> str:
    value = loader.construct_scalar(node)
    return Quoted(value) if node.style else value


def _ill_tagged(text: str, loader: Any) -> HeadError:
    """The first value that its own tag does not take, with its line."""
    import yaml

    with suppress(Exception):  # it failed before; its line is a courtesy
        for node in _nodes(yaml.compose(text, Loader=loader)):
            if _fails(loader, node):
                tag = node.tag.removeprefix("tag:yaml.org,2002:")
                return HeadError(f"{_ILL_TAGGED} (!!{tag})", node.start_mark.line, whole=True)
    return HeadError(_ILL_TAGGED, whole=True)


def _nodes(root: Any) -> Iterator[Any]:
    """Every node, what is inside before what is around it; each once, so that aliases end."""
    seen: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        node, inside_done = waiting.pop()
        if inside_done:
            yield node
        elif node is not None and id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            inside = node.value if isinstance(node.value, list) else ()
            flat = [each for item in inside for each in (item if type(item) is tuple else (item,))]
            waiting += [(each, False) for each in reversed(flat)]


def _fails(loader: Any, node: Any) -> bool:
    maker = loader("")
    try:
        maker.construct_document(node)
    except Exception:  # noqa: BLE001  the same as above
        return True
    finally:
        maker.dispose()
    return False


def _located(error: Exception) -> HeadError:
    from yaml.constructor import ConstructorError

    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line if mark else None
    problem = str(getattr(error, "problem", None) or str(error).partition("\n")[0])
    # `!important` and `{{ x }}` are text that only looks like a tag.
    if not isinstance(error, ConstructorError) or not problem.startswith(_TAG_PROBLEMS):
        return HeadError(problem[:_LONGEST_PROBLEM], line)
    if tag := _UNKNOWN_TAG.search(problem):
        return HeadError(f"the tag !!{tag[1]} is not known", line, whole=True)
    return HeadError(_ILL_TAGGED, line, whole=True)
