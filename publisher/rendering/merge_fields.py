"""Merge fields: marked while an edition is frozen, filled in for each recipient.

A mark is a name between two noncharacters (`U+FDD0 name U+FDD1`), which `text.clean`
takes out of every other value: no post, title or setting can pose as one. Where a template asks
`{% if reader.name %}` the frozen string holds one variant per answer, each after its label
(`U+FDD2 +name-archive U+FDD3`); most have one variant and no label. The result stays one plain
string that any database can keep.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from itertools import product
from typing import NamedTuple

from markupsafe import Markup

from publisher.model.deliveries import Rendered
from publisher.rendering.text.clean import clean

_MARK = re.compile("\ufdd0([a-z]+)\ufdd1")
_LABEL = re.compile("\ufdd2([a-z+-]*)\ufdd3")
_STRAY = re.compile("[\ufdd0-\ufdef]")
_PLAIN = "[^\n\ufdd0-\ufdef]"
"""A character of a line without marks."""
_SIGNS = re.compile("([+-])([a-z]+)")

_UNFILTERED = "a merge field cannot go through a filter: write it as it is"


class Recipient(NamedTuple):
    """What is one recipient's own; its fields are the merge fields that templates may use.

    All but `email` and `unsubscribe` may be empty, and templates may ask for them. `unsubscribe`,
    `preferences` and `confirm` are https or mailto URIs, `archive` is the web page of the edition.
    `seen` is for Publisher itself (see counting).
    """

    email: str
    name: str = ""
    unsubscribe: str = ""
    archive: str = ""
    preferences: str = ""
    confirm: str = ""
    seen: str = ""


FIELDS = Recipient._fields
OPTIONAL = tuple(name for name in FIELDS if name not in ("email", "unsubscribe"))
LINKS = frozenset({"archive", "preferences", "confirm", "seen"})
"""The optional fields that every recipient of an edition has, or none."""


class MergeField(Markup):
    """A mark as a template sees it; asking whether it is there is noted."""

    __slots__ = ("_asked", "_name", "_there")
    _name: str
    _there: bool
    _asked: set[str]

    @classmethod
    def of(cls, name: str, *, there: bool, asked: set[str]) -> "MergeField":
        """The mark of `name`; `asked` collects the names that a template asked for."""
        part = cls(f"\ufdd0{name}\ufdd1")
        part._name, part._there, part._asked = name, there, asked
        return part

    def __bool__(self) -> bool:
        if not hasattr(self, "_asked"):
            return True
        if self._name in OPTIONAL:
            self._asked.add(self._name)
        return self._there

    def encode(self, *_: object, **__: object) -> bytes:
        """Refuse what `urlencode` starts with: an encoded mark could not be filled in."""
        raise ValueError(_UNFILTERED)


def freeze(
    render: Callable[[dict[str, MergeField]], str], links: Collection[str] | None = None
) -> str:
    """The frozen string of `render`, which is called once per variant that it asks for.

    `links` are those of `LINKS` that every recipient has, where that is known.

    Raises:
        ValueError: a template changed a mark, so that it could not be filled in.
    """
    asked: set[str] = set()
    open_ = frozenset(OPTIONAL) if links is None else frozenset(OPTIONAL) - LINKS
    always = frozenset(links or ())
    whole = _render(render, open_ | always, open_, asked)
    if not asked:
        return whole
    while True:
        known = frozenset(asked)
        answers = [there | always for there in _answers(known, open_)]
        variants = {there: _render(render, there, open_, asked) for there in answers}
        if known == asked:
            return "".join(_label(there, known) + body for there, body in variants.items())


def _answers(asked: frozenset[str], fields: frozenset[str]) -> list[frozenset[str]]:
    rest = fields - asked
    choices = product(*(({name}, set[str]()) for name in sorted(asked)))
    return [rest.union(*choice) for choice in choices]


def _label(there: frozenset[str], asked: frozenset[str]) -> str:
    signs = "".join(("+" if name in there else "-") + name for name in sorted(asked))
    return f"\ufdd2{signs}\ufdd3"


def _render(
    render: Callable[[dict[str, MergeField]], str],
    there: frozenset[str],
    fields: frozenset[str],
    asked: set[str],
) -> str:
    """One variant; asking for one of `fields` is noted in `asked`."""
    parts = {
        name: MergeField.of(
            name,
            there=name in there or name not in OPTIONAL,
            asked=asked if name in fields else set(),
        )
        for name in FIELDS
    }
    body = render(parts)
    marks = [name for name in _MARK.findall(body) if name in FIELDS]
    if len(_STRAY.findall(body)) != 2 * len(marks):
        raise ValueError(_UNFILTERED)
    return body


def variants(frozen: str) -> list[str]:
    """Every variant of a frozen string, without labels; the first is the fullest."""
    return [body for _, body in _variants(frozen)]


@lru_cache(maxsize=16)
def _variants(frozen: str) -> Sequence[tuple[str, str]]:
    parts = _LABEL.split(frozen.replace("\r\n", "\n").replace("\r", "\n"))
    return list(zip(parts[1::2], parts[2::2], strict=True)) or [("", parts[0])]


def without(rendered: Rendered, name: str) -> Rendered:
    """`rendered` without the links to what has gone since it was frozen.

    A link is an element `a` in the HTML; in the text it is a line, and a paragraph if only a label
    stands before it. What stands beside another merge field stays.
    """
    mark = f"\ufdd0{name}\ufdd1"
    link, line = rf"[ \t]*<a\b[^>]*{mark}[^>]*>.*?</a\s*>", f"{_PLAIN}*{mark}{_PLAIN}*"
    paragraph = rf"(?<=\n\n)(?:{_PLAIN}+\n)?{line}(?:\n\n+|\n*\Z)"
    html = re.sub(link, "", rendered.html, flags=re.DOTALL | re.IGNORECASE)
    text = re.sub(rf"{paragraph}|^{line}\n?", "", rendered.text, flags=re.MULTILINE)
    return replace(rendered, html=html, text=text)


def merge(rendered: Rendered, recipient: Recipient) -> tuple[str, str]:
    """HTML and text for one recipient: each value escaped for HTML, or made one plain line."""
    values = {name: clean(value) for name, value in zip(FIELDS, recipient, strict=True)}
    escaped = {name: escape(value) for name, value in values.items()}
    return _fill(rendered.html, values, escaped), _fill(rendered.text, values, values)


def pieces(frozen: str, there: Mapping[str, object]) -> Sequence[str]:
    """The variant for a recipient who has what is true in `there`: constant, name, … constant."""
    return _pieces(next(body for signs, body in _variants(frozen) if _fits(signs, there)))


def _fill(frozen: str, values: dict[str, str], shown: dict[str, str]) -> str:
    filled = list(pieces(frozen, values))
    filled[1::2] = [shown[name] for name in filled[1::2]]
    return "".join(filled)


def _fits(signs: str, there: Mapping[str, object]) -> bool:
    return all((sign == "+") == bool(there[name]) for sign, name in _SIGNS.findall(signs))


@lru_cache(maxsize=16)
def _pieces(body: str) -> Sequence[str]:
    return _MARK.split(body)
