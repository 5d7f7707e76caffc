"""MJML templates checked as they stand: mrml takes unknown tags and attributes without a word.

What Jinja says is blanked out, so every line keeps its number; its branches are followed, so that
`{% if %}<mj-text>…{% else %}<mj-text>…{% endif %}` reads as one tag.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from publisher.errors import Problem
from publisher.rendering.templates import did_you_mean

_TOKEN = re.compile(
    r"(?P<skip>\{#.*?#\}|\{\{.*?\}\}|<!--.*?-->"
    r"|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\})"
    r"|\{%[-+]?\s*(?P<word>\w+).*?%\}"
    r"|<(?P<close>/?)(?P<tag>[A-Za-z][\w:-]*)"
    r"(?P<rest>(?:\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\"[^\"]*\"|'[^']*'|[^<>\"'])*+)>"
    r"|<(?P<cut>/?mj[\w-]*)",
    re.DOTALL,
)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_ATTRIBUTE = re.compile(r"([^\s\"'=/<>]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
# What such a block holds is used elsewhere: its parents are unknown here.
_ELSEWHERE = frozenset({"macro", "call", "block"})
_BRANCHING = frozenset({"if", "for"}) | _ELSEWHERE
_CLOSING = frozenset(f"end{word}" for word in _BRANCHING)
_ANYWHERE = ""
_INCLUDE = "write {% include %} instead"


class Component(NamedTuple):
    """One tag. `inside` holds its allowed parents, `text` says that it holds HTML, not MJML."""

    inside: frozenset[str]
    attributes: frozenset[str]
    text: bool


@cache
def components() -> Mapping[str, Component]:
    """What components.toml says of each tag of MJML."""
    file = tomllib.loads(Path(__file__).with_name("components.toml").read_text(encoding="utf-8"))

    def words(text: str) -> frozenset[str]:
        """The words, and those of each group that `@` names."""
        groups = [words(file["groups"][word[1:]]) for word in text.split() if word[0] == "@"]
        return frozenset(word for word in text.split() if word[0] != "@").union(*groups)

    return {
        tag: Component(
            words(row["inside"]),
            words(f"@everywhere {row.get('attributes', '')}"),
            row.get("text", False),
        )
        for tag, row in file["components"].items()
    }


@dataclass(slots=True)
class _Open:
    """A tag that is open, with the line on which it was opened."""

    tag: str
    line: int


@dataclass(slots=True)
class _Branch:
    """A Jinja block that is open: what was open before it and after its first branch."""

    word: str
    line: int
    before: list[_Open]
    after: list[_Open] | None = None


@dataclass(slots=True)
class _Checker:
    file: str
    source: str
    opened: list[_Open] = field(default_factory=list)
    branches: list[_Branch] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def check(self) -> list[Problem]:
        for match in _TOKEN.finditer(self.source):
            line = self.source.count("\n", 0, match.start()) + 1
            if match["word"]:
                self._jinja(match["word"], line)
            elif match["tag"]:
                self._tag(match, line)
            elif match["cut"]:
                self._report(line, match["cut"], "the tag has no end", "add > or close its quotes")
        for each in self._tags_of(self.opened):
            self._report(each.line, each.tag, "is never closed", f"add </{each.tag}>")
        return sorted(self.problems, key=lambda problem: problem.line or 0)

    def _report(self, line: int, where: str, problem: str, hint: str = "") -> None:
        found = Problem(self.file, line, where, problem, hint)
        if found not in self.problems:
            self.problems.append(found)

    def _jinja(self, word: str, line: int) -> None:
        if word in _BRANCHING:
            self.branches.append(_Branch(word, line, list(self.opened)))
            if word in _ELSEWHERE:
                self.opened.append(_Open(_ANYWHERE, line))
        elif word in ("else", "elif") and self.branches:
            self._end_branch(self.branches[-1])
            self.opened = list(self.branches[-1].before)
        elif word in _CLOSING and self.branches:
            self._end_branch(self.branches[-1])
            self._leave(self.branches.pop())

    def _end_branch(self, branch: _Branch) -> None:
        if branch.after is None:
            branch.after = list(self.opened)
        elif _names(branch.after) != _names(self.opened):
            self._uneven(branch)

    def _leave(self, branch: _Branch) -> None:
        inner = self._tags_of((branch.after or [])[len(branch.before) :])
        if branch.word != "if" and inner:
            self._uneven(branch)
        keep = branch.word == "if" and branch.after is not None
        self.opened = list(branch.after or []) if keep else branch.before

    def _uneven(self, branch: _Branch) -> None:
        self._report(
            branch.line,
            f"{{% {branch.word} %}}",
            "its branches leave different tags open",
            "open and close a tag within one branch",
        )

    def _tag(self, match: re.Match[str], line: int) -> None:
        tag, rest = match["tag"], match["rest"]
        if match["close"]:
            self._close(tag, line)
            return
        if tag.startswith("mj"):
            self._component(tag, rest, line)
        elif not self._holds_html():
            self._report(line, tag, "HTML cannot stand here", "put it into mj-text or mj-raw")
        if not rest.rstrip().endswith("/") and tag.lower() not in VOID:
            self.opened.append(_Open(tag, line))

    def _component(self, tag: str, rest: str, line: int) -> None:
        component = components().get(tag)
        if component is None:
            hint = _INCLUDE if tag == "mj-include" else did_you_mean(tag, components())
            self._report(line, tag, "unknown tag", hint)
            return
        parent = self.opened[-1].tag if self.opened else _ANYWHERE
        if parent not in (_ANYWHERE, "mj-attributes") and parent not in component.inside:
            places = " or ".join(sorted(component.inside)) or "the template's outside"
            self._report(line, tag, f"cannot stand in {parent}", f"put it into {places}")
        self._attributes(tag, rest, line)

    def _attributes(self, tag: str, rest: str, line: int) -> None:
        known = components()[tag].attributes
        if tag in ("mj-all", "mj-class"):
            known = known.union(*(each.attributes for each in components().values()))
        for name, value, offset in _attributes(rest):
            at = line + rest.count("\n", 0, offset)
            if name not in known:
                self._report(at, f"{tag} {name}", "unknown attribute", did_you_mean(name, known))
            elif value[:1] not in ('"', "'"):
                self._report(at, f"{tag} {name}", "needs a value in quotes")

    def _holds_html(self) -> bool:
        known = (components()[each.tag] for each in self.opened[::-1] if each.tag in components())
        return next((each.text for each in known), True)

    def _close(self, tag: str, line: int) -> None:
        if tag not in _names(self.opened):
            self._report(line, f"/{tag}", "closes a tag that is not open")
            return
        while (each := self.opened.pop()).tag != tag:
            if each.tag != _ANYWHERE:
                self._report(each.line, each.tag, "is never closed", f"add </{each.tag}>")

    @staticmethod
    def _tags_of(opened: list[_Open]) -> list[_Open]:
        return [each for each in opened if each.tag != _ANYWHERE]


def _names(opened: list[_Open]) -> list[str]:
    return [each.tag for each in opened]


def _attributes(rest: str) -> Iterator[tuple[str, str, int]]:
    plain = _JINJA.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), rest.rstrip().rstrip("/"))
    for match in _ATTRIBUTE.finditer(plain):
        yield match[1], match[2] or "", match.start()


def check_source(file: str, source: str) -> list[Problem]:
    """Every mistake in one MJML template, with its line in `source`; `file` is how it is shown.

    A part that is included elsewhere may begin anywhere; inside it, nesting is checked.
    """
    return _Checker(file, source).check()
