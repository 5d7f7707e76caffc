"""Metadata: what a file's front matter says, or why it says nothing."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from publisher.content.frontmatter import fields
from publisher.content.frontmatter.fast import read_plain
from publisher.content.frontmatter.fast_toml import read_plain_toml
from publisher.content.frontmatter.fences import BOUND, Head, Raw, plain_head, split_head
from publisher.content.frontmatter.yaml import HeadError, Quoted, load_yaml
from publisher.model.posts import Status

_TEXTS = frozenset(fields.ALL.title + fields.ALL.description)
_LINE = re.compile(r"^([A-Za-z_][A-Za-z0-9_-]*):[ \t]+(\S.*)$", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<![ \t])[ \t]++)#(?:[ \t].*)?$")
_HASHTAG = re.compile(r"(?:^|[ \t])#\S")
_UNKNOWN = (
    (re.compile(r"\.\. [a-z_]+:"), "Nikola"),
    (re.compile(r"<!--"), "Nikola"),
    (re.compile(r":[a-z]+: "), "reStructuredText"),
    (re.compile(r"[A-Z][A-Za-z]+: +\S"), "Pelican"),
    (re.compile(r"_[a-z]+: "), "Lektor"),
)
_TOO_MANY_DIGITS = re.compile(r"[0-9][0-9_]{1000}|0[xob][0-9A-Fa-f_]{1000}")  # int refuses 4,300
_GIVE = "give the post a title and a date"
_EMPTY = f"the front matter is empty; {_GIVE}"
_OPENERLESS = re.compile(r"([a-z]+):(?: |$)")


class Metadata(NamedTuple):
    """A head read.

    `values` maps keys to what the format says: text (`Quoted` where it surely is text), or tuples
    of it; the values of a mapping stand under `key.inner`. `written` holds titles and descriptions
    that their author wrote otherwise than YAML reads them. `head` is the text between the fences,
    `line` the file's line on which it starts, `rest` what was read of the file beyond it.
    """

    values: Mapping[str, Any]
    head: str | bytes = ""
    line: int = 1
    rest: str | bytes = ""
    written: Mapping[str, str] = MappingProxyType({})
    status: Status = Status.OK
    problem: str = ""
    problem_line: int | None = None

    @property
    def lines(self) -> str:
        """The head as text."""
        return self.head if isinstance(self.head, str) else self.head.decode()

    @property
    def body(self) -> str:
        """What was read beyond the head, as text."""
        return self.rest if isinstance(self.rest, str) else self.rest.decode("utf-8", "replace")


def read_metadata(raw: Raw) -> Metadata:
    """What the beginning of a file says; never raises because of what stands in it."""
    head = plain_head(raw.content)
    if head is not None:
        values = read_plain(head)
        if values is not None and not _lists_a_text(values):
            return Metadata(values, head, 2, raw.content[len(head) + 8 :])
    elif metadata := _plain_toml(raw.content):
        return metadata
    try:
        return _with_encoding(split_head(raw), raw)
    except UnicodeDecodeError:
        return _unreadable("it is not a text file; save it as UTF-8, or move it out of the folder")


def _plain_toml(content: bytes) -> Metadata | None:
    """What a head of plain TOML says; None for every other."""
    head = plain_head(content, b"+++")
    if head is None:
        return None
    with suppress(UnicodeDecodeError):
        if values := read_plain_toml(head.decode()):
            return Metadata(values, head, 2, content[len(head) + 8 :])
    return None


def _lists_a_text(values: Mapping[str, Any]) -> bool:
    return type(values.get("title")) is tuple or type(values.get("description")) is tuple


def _with_encoding(head: Head, raw: Raw) -> Metadata:
    metadata = _read(head, raw)
    if not head.encoding or metadata.status is not Status.OK:
        return metadata
    problem = f"the file is {head.encoding}, not UTF-8; save it as UTF-8"
    return metadata._replace(status=Status.SALVAGED, problem=problem, problem_line=1)


def _read(head: Head, raw: Raw) -> Metadata:
    if not head.kind:
        return _without_fence(head)
    if head.kind == "json":
        return _from_json(head)
    if not head.closed:
        return _unclosed(head, raw)
    if not head.text.strip():
        return _nothing(_EMPTY, head.rest)
    return _from_yaml(head) if head.kind == "yaml" else _from_toml(head)


def _from_yaml(head: Head) -> Metadata:
    try:
        loaded = load_yaml(head.text)
    except HeadError as error:
        if not error.whole:
            return _salvaged(head, str(error), error.line)
        line = None if error.line is None else head.line + error.line
        return _unreadable(f"the front matter is broken: {error}; write the value as text", line)
    if loaded is None or loaded == "":
        return _nothing(f"the front matter holds comments only; {_GIVE}", head.rest)
    if not isinstance(loaded, dict):
        return _salvaged(head, "it is not a list of `key: value` lines", 0)
    try:
        return _told(head, flattened(loaded))
    except ValueError as error:
        return _refused(head, "YAML", error)


def _from_toml(head: Head) -> Metadata:
    if plain := read_plain_toml(head.text):
        return Metadata(plain, head.text, head.line, head.rest)
    import tomllib

    try:
        return _told(head, flattened(tomllib.loads(head.text)))
    except Exception as error:  # noqa: BLE001  tomllib raises whatever a value makes it
        return _refused(head, "TOML", error)


def _from_json(head: Head) -> Metadata:
    import json

    try:
        loaded, end = json.JSONDecoder().raw_decode(head.text.lstrip())
    except Exception as error:  # noqa: BLE001  whatever a value makes it raise
        return _refused(head, "JSON", error)
    if not isinstance(loaded, dict):
        return _unreadable("the JSON front matter is not an object; write it as {…}", head.line)
    rest = head.rest or head.text.lstrip()[end:]
    return _told(head, flattened(loaded), rest)


def _refused(head: Head, form: str, error: Exception) -> Metadata:
    problem, line = " ".join(str(error).split()), head.line
    if isinstance(error, RecursionError):
        problem = "values are nested too deeply"
    elif match := _TOO_MANY_DIGITS.search(head.text):
        problem = "a number has too many digits"
        line += head.text.count("\n", 0, match.start())
    elif match := re.search(r"line (\d+)", problem):
        line += int(match[1]) - 1
    problem = f"the {form} front matter is broken: {problem}; fix it, or write it as text"
    return _unreadable(problem, line)


def _told(head: Head, values: dict[str, Any], rest: str = "") -> Metadata:
    written = as_written(head.text, values) if head.kind == "yaml" else {}
    if not values:
        return _nothing(_EMPTY, head.rest)
    return Metadata(values, head.text, head.line, rest or head.rest, written)


def _unclosed(head: Head, raw: Raw) -> Metadata:
    whole = len(raw.content) < BOUND
    saved = _salvaged(head, "", None) if head.kind == "yaml" and whole else None
    if saved and saved.status is Status.SALVAGED:
        problem = "the front matter has no closing ---; add the line after its last key"
        return saved._replace(problem=problem, problem_line=max(head.line - 1, 1))
    size = "" if whole else f" within {BOUND // 1024} KiB"
    problem = f"the front matter never ends{size}; close it with the line that opens it"
    return _unreadable(problem, max(head.line - 1, 1))


def _without_fence(head: Head) -> Metadata:
    if not head.text:
        return _nothing("the file is empty; write the post, or delete the file", "")
    match = _OPENERLESS.match(head.text)
    if match and match[1] in fields.KNOWN:
        text, fence, rest = head.text.partition("\n---")
        cut = replace(head, text=text, rest=rest.partition("\n")[2], closed=bool(fence))
        saved = _salvaged(cut, "", None)
        problem = "the front matter has no opening ---; add the line before its first key"
        if saved.status is Status.SALVAGED:
            return saved._replace(problem=problem, problem_line=head.line)
    for pattern, name in _UNKNOWN:
        if pattern.match(head.text):
            problem = f"the front matter's format is not known (it looks like {name}'s)"
            return _unreadable(f"{problem}; write it as YAML between two lines of ---", head.line)
    problem = "no front matter; begin the file with title and date between two lines of ---"
    return _nothing(problem, head.text)


def _salvaged(head: Head, reason: str, line: int | None) -> Metadata:
    from publisher.content.frontmatter.salvage import salvage

    saved = salvage(head.text, fields.KNOWN, closed=head.closed)
    if saved is None or not saved.values.keys() & fields.KNOWN:
        problem = f"the front matter is broken: {reason}; write it as `key: value` lines"
        return _unreadable(problem, head.line + (line or 0))
    values = flattened(saved.values)
    problem = f"the front matter is broken at `{saved.broken_key}`: {reason}"
    problem = f"{problem}; put the whole value on one line, in quotes"
    written = as_written(head.text, values)
    at = head.line + saved.broken_line
    return Metadata(values, head.text, head.line, head.rest, written, Status.SALVAGED, problem, at)


def _unreadable(problem: str, line: int | None = None) -> Metadata:
    return Metadata({}, status=Status.UNREADABLE, problem=problem, problem_line=line)


def _nothing(problem: str, rest: str) -> Metadata:
    return Metadata({}, "", 1, rest, {}, Status.NO_FRONT_MATTER, problem, 1)


def flattened(loaded: Mapping[Any, Any]) -> dict[str, Any]:
    """Values as text or tuples of text; what stands in a mapping `key` moves to `key.inner`.

    What stands in a mapping inside that one is under `key.inner.innermost`.
    """
    values: dict[str, Any] = {}
    for key, value in loaded.items():
        values[str(key)] = _text(value)
        if isinstance(value, Mapping):
            values |= {f"{key}.{inner}": _inner(held) for inner, held in value.items()}
            values |= _innermost(str(key), value)
        elif isinstance(value, list) and (named := _names(value)):
            values[f"{key}.name"] = named
    return values


def _innermost(key: str, value: Mapping[Any, Any]) -> dict[str, Any]:
    """What stands in a mapping inside a mapping is under `key.inner.innermost`."""
    blocks = ((inner, held) for inner, held in value.items() if isinstance(held, Mapping))
    return {
        f"{key}.{inner}.{name}": _inner(it) for inner, held in blocks for name, it in held.items()
    }


def _names(items: list[Any]) -> tuple[str, ...]:
    """The names of a list of people, each a mapping."""
    names = (item.get("name") for item in items if isinstance(item, Mapping))
    return tuple(name for name in names if isinstance(name, str))


def _inner(value: Any) -> Any:
    """As `_text`; a mapping inside a mapping, or a list of them, is a list of nothing readable."""
    nests = isinstance(value, Mapping) or (isinstance(value, list | tuple) and value)
    return _text(value) or ("",) if nests else _text(value)


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return tuple(_text(item) for item in value if not isinstance(item, list | tuple | Mapping))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if isinstance(value, Mapping | set | bytes) else str(value)


def as_written(
    head: str, values: Mapping[str, Any], keys: Collection[str] = _TEXTS
) -> dict[str, str]:
    """Titles and descriptions (`keys`) that begin with, or hold, what YAML reads as more than text.

    `title: Is #MeToo over` is `Is` to YAML; a person wrote the whole line. A `#` before a blank
    still begins a comment, which no reader is to see.
    """
    found: dict[str, str] = {}
    for match in _LINE.finditer(head):
        key, line = match.groups()
        if key not in keys or line[0] in "\"'|>":
            continue
        line = _COMMENT.sub("", line.rstrip(" \t"))
        if line and _reads_otherwise(line, values.get(key)):
            found[key] = line
    return found


def _reads_otherwise(line: str, value: Any) -> bool:
    if not isinstance(value, str):
        return True
    if line.startswith(("!!", "!<")):
        return False
    odd = line[0] in "&!{" or _HASHTAG.search(line) is not None
    return odd and not isinstance(value, Quoted) and len(line) > len(value)
