"""Adds links to a file's front matter, and changes nothing else in it."""

import json
import re
import tomllib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NamedTuple

from publisher.content.frontmatter.yaml import load_yaml

KEY: Final = "syndication"
_MARK: Final = "\ufeff"
_FENCED: Final = r"(?P<open>\A{0}[ \t]*\r?\n)(?P<head>(?:.*?\n)?)(?P<rest>{0}[ \t]*(?:\r?\n.*)?\Z)"
_BLOCK: Final = re.compile(
    r"^syndication:(?P<first>[^\n]*\n)(?P<items>(?:[ \t]*-[^\n]*\n|[ \t]+[^\n]*\n)*)", re.MULTILINE
)
_DASH: Final = re.compile(r"[ \t]*-[ \t]+")
_ARRAY: Final = re.compile(r"^syndication[ \t]*=[ \t]*\[[^][]*\][^\n]*\n", re.MULTILINE)
_MEMBER: Final = re.compile(r'(?P<key>\s*"syndication"\s*:\s*)\[[^][]*\](?P<comma>\s*,)?')
_COMMENT: Final = re.compile(r"(?:^|[ \t])#", re.MULTILINE)

Parts = tuple[str, str, str]


class _Change(NamedTuple):
    """The links that there were and are to be, and how the file ends its lines."""

    before: Sequence[str]
    wanted: Sequence[str]
    end: str


class _Form(NamedTuple):
    """How a head is cut out of a file (what opens it, itself, what follows), read and changed."""

    cut: Callable[[str], Parts | None]
    read: Callable[[str], Any]
    put: Callable[[str, _Change], str]


def with_links(content: bytes, links: Sequence[str], gone: Collection[str] = ()) -> bytes | None:
    """The file with `links` in its `syndication`; None: it has no head that is surely safe.

    Other links stay there, but for those that are `gone`. Every other key means the same
    afterwards, and every other byte is the same, or the file is left alone.
    """
    try:
        return _with_links(content.decode(), links, {*gone} - {*links}).encode()
    except (ValueError, RecursionError):
        return None


def _with_links(content: str, links: Sequence[str], gone: Collection[str]) -> str:
    mark = _MARK if content.startswith(_MARK) else ""
    form, (opening, head, rest) = _cut(content.removeprefix(mark))
    others, before = _meaning(form, head)
    kept = [each for each in before if each not in gone]
    wanted = [*kept, *(each for each in links if each not in kept)]
    if wanted == before:
        return content
    end = "\r\n" if "\r\n" in content[:1000] else "\n"
    changed = form.put(head, _Change(before, wanted, end))
    if _meaning(form, changed) != (others, wanted):
        raise ValueError("something else would change")
    return mark + opening + changed + rest


def _cut(content: str) -> tuple[_Form, Parts]:
    for form in _FORMS:
        if parts := form.cut(content):
            return form, parts
    raise ValueError("no head that is known")


def _meaning(form: _Form, head: str) -> tuple[dict[str, Any], list[str]]:
    """The other keys of a head, and its list of links.

    Raises:
        ValueError: it cannot be read, or its links are no list of addresses.
    """
    values = form.read(head) or {}
    if not isinstance(values, dict):
        raise ValueError("no keys")  # noqa: TRY004 - as everything else that is not understood
    links = values.pop(KEY, None) or []
    if not isinstance(links, list) or not all(isinstance(each, str) for each in links):
        raise ValueError("no list of addresses")
    return values, [str(each) for each in links]


def _fenced(fence: str) -> Callable[[str], Parts | None]:
    pattern = re.compile(_FENCED.format(re.escape(fence)), re.DOTALL)

    def cut(content: str) -> Parts | None:
        found = pattern.match(content)
        return (found["open"], found["head"], found["rest"]) if found else None

    return cut


def _braced(content: str) -> Parts | None:
    if not content.startswith("{"):
        return None
    _, end = json.JSONDecoder().raw_decode(content)
    return "{", content[1:end], content[end:]


def _read_toml(head: str) -> Any:
    return tomllib.loads(head, parse_float=str)


def _read_json(head: str) -> Any:
    as_written: dict[str, Any] = dict.fromkeys(("parse_float", "parse_int", "parse_constant"), str)
    return json.loads("{" + head, object_pairs_hook=_each_once, **as_written)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _put_yaml(head: str, change: _Change) -> str:
    """A line for each link; those of other links stay as they are."""
    found = _BLOCK.search(head)
    if found is None:
        return head + _block(f"{KEY}:{change.end}", change.wanted, "- ", change.end)
    first, items, links = f"{KEY}:{found['first']}", found["items"], change.wanted
    if found["first"].strip():  # a list in brackets
        _refuse_comments(found[0])
        first, items = f"{KEY}:{change.end}", ""
    else:
        gone = {*change.before} - {*change.wanted}
        lines = items.splitlines(keepends=True)
        items = "".join(line for line in lines if not gone.intersection(load_yaml(line) or ()))
        links = [each for each in change.wanted if each not in change.before]
    dash = _DASH.match(items)
    block = _block(first + items, links, dash[0] if dash else "- ", change.end)
    if not change.wanted:
        _refuse_comments(block)
        block = ""
    return head[: found.start()] + block + head[found.end() :]


def _block(begun: str, links: Sequence[str], dash: str, end: str) -> str:
    return begun + "".join(f"{dash}{_text(each)}{end}" for each in links)


def _put_toml(head: str, change: _Change) -> str:
    """The first line: no table can have begun before it."""
    line = f"{KEY} = {_listed(change.wanted)}{change.end}" if change.wanted else ""
    found = _ARRAY.search(head)
    if found is None:
        return line + head
    _refuse_comments(found[0])
    return head[: found.start()] + line + head[found.end() :]


def _put_json(head: str, change: _Change) -> str:
    """The first member, spaced as the one that was first."""
    found = _MEMBER.search(head)
    if found is None:
        blank = head[: len(head) - len(head.lstrip())]
        comma = "" if head.lstrip() == "}" else ","
        return f'{blank}"{KEY}": {_listed(change.wanted)}{comma}{head}'
    member = found["key"] + _listed(change.wanted) + (found["comma"] or "")
    if found["comma"] and not change.wanted:
        member = ""
    return head[: found.start()] + member + head[found.end() :]


def _refuse_comments(part: str) -> None:
    if _COMMENT.search(part):
        raise ValueError("a comment would be lost")


def _text(link: str) -> str:
    return json.dumps(link, ensure_ascii=False)


def _listed(links: Sequence[str]) -> str:
    return json.dumps(list(links), ensure_ascii=False)


_FORMS: Final = (
    _Form(_fenced("---"), load_yaml, _put_yaml),
    _Form(_fenced("+++"), _read_toml, _put_toml),
    _Form(_braced, _read_json, _put_json),
)
