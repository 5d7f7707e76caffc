"""Templates: what a permalink in Liquid or Nunjucks comes to, as far as it is plain."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from publisher.content.settings.javascript.apply import Unknown, as_text, truthy

Filter = Callable[[str, list[Any]], Any]
"""What the filter of a name makes of its input and its arguments; raises `Unknown`."""

_TAG = re.compile(r"\{\{-?(?P<value>.*?)-?\}\}|\{%-?(?P<tag>.*?)-?%\}|\{#.*?#\}", re.DOTALL)
_WORD = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*"|'[^']*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*|\[(?:"[^"]*"|'[^']*')\])*)
      | (?P<sign>==|!=|<=|>=|[<>|:,()~+])
    )""",
    re.VERBOSE | re.ASCII,
)
_MOST_WORDS = 60
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "nil": None, "null": None}


class _Word(NamedTuple):
    kind: str
    text: str


class Template(NamedTuple):
    """A template taken apart: texts, values `{{ … }}` and tags `{% … %}` in order."""

    parts: tuple[tuple[str, str], ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is a mere text."""
        return all(kind == "plain" for kind, _ in self.parts)


@lru_cache(maxsize=4096)
def template(source: str) -> Template:
    """The template that `source` is."""
    return Template(tuple(_parts(source)))


def _parts(source: str) -> Iterator[tuple[str, str]]:
    end = 0
    for match in _TAG.finditer(source):
        if match.start() > end:
            yield "plain", source[end : match.start()]
        end = match.end()
        kind = match.lastgroup
        if kind:
            yield kind, match[kind].strip()
    if end < len(source):
        yield "plain", source[end:]


def rendered(source: str, data: Mapping[str, Any], filters: Filter) -> str:
    """What `source` comes to with `data`.

    Raises:
        Unknown: it holds more than values, filters and simple conditions.
    """
    return _Renderer(data, filters).render(template(source))


class _Renderer:
    def __init__(self, data: Mapping[str, Any], filters: Filter) -> None:
        self._data = data
        self._filters = filters

    def render(self, source: Template) -> str:
        written: list[str] = []
        shown: list[tuple[bool, bool]] = []  # of each open `if`: shown now, shown already
        for kind, text in source.parts:
            if kind == "tag":
                self._tag(text, shown)
            elif all(now for now, _ in shown):
                written.append(text if kind == "plain" else self._text(text))
        return "".join(written)

    def _tag(self, text: str, shown: list[tuple[bool, bool]]) -> None:
        word, _, rest = text.partition(" ")
        if word in {"if", "unless"}:
            now = self._condition(rest) is (word == "if")
            shown.append((now, now))
        elif word in {"elsif", "elif", "elseif"} and shown:
            done = shown[-1][1]
            now = not done and self._condition(rest)
            shown[-1] = now, done or now
        elif word == "else" and shown:
            shown[-1] = not shown[-1][1], True
        elif word in {"endif", "endunless"} and shown:
            shown.pop()
        else:
            raise Unknown(f"{{% {text} %}}")

    def _text(self, expression: str) -> str:
        value = _Expression(expression, self._data, self._filters).whole()
        return "" if value is None else as_text(value)

    def _condition(self, expression: str) -> bool:
        alternatives = re.split(r"\sor\s", expression)
        return any(
            all(self._comparison(each) for each in re.split(r"\sand\s", alternative))
            for alternative in alternatives
        )

    def _comparison(self, expression: str) -> bool:
        expression = expression.strip()
        negated = expression.startswith("not ")
        value = _Expression(expression[4 * negated :], self._data, self._filters).whole()
        return truthy(value) is not negated


class _Expression:
    """`value | filter: argument`, `value | filter(argument)`, with `==` and `!=` after it."""

    def __init__(self, written: str, data: Mapping[str, Any], filters: Filter) -> None:
        self._written = written
        self._words = list(_taken_apart(written))
        self._data = data
        self._filters = filters

    def whole(self) -> Any:
        value = self._filtered()
        if self._sign in {"==", "!="}:
            sign = self._words.pop(0).text
            value = (value == self._filtered()) is (sign == "==")
        while self._sign in {"~", "+"}:
            self._words.pop(0)
            value = as_text(value) + as_text(self._filtered())
        if self._words:
            raise Unknown(self._written)
        return value

    @property
    def _sign(self) -> str:
        return self._words[0].text if self._words and self._words[0].kind == "sign" else ""

    def _filtered(self) -> Any:
        value = self._value()
        while self._sign == "|":
            self._words.pop(0)
            name = self._words.pop(0) if self._words else _Word("", "")
            if name.kind != "name":
                raise Unknown(self._written)
            value = self._filters(name.text, [value, *self._arguments()])
        return value

    def _arguments(self) -> list[Any]:
        opened = self._sign
        if opened not in {":", "("}:
            return []
        self._words.pop(0)
        found = []
        while self._words and self._sign not in {"|", ")"}:
            found.append(self._value())
            if self._sign == ",":
                self._words.pop(0)
        if opened == "(":
            if self._sign != ")":
                raise Unknown(self._written)
            self._words.pop(0)
        return found

    def _value(self) -> Any:
        word = self._words.pop(0) if self._words else _Word("", "")
        if word.kind == "text":
            return word.text[1:-1]
        if word.kind == "number":
            return float(word.text) if "." in word.text else int(word.text)
        if word.kind != "name" or self._sign == "(":
            raise Unknown(self._written)
        if word.text in _CONSTANTS:
            return _CONSTANTS[word.text]
        return self._looked_up(word.text)

    def _looked_up(self, path: str) -> Any:
        value: Any = self._data
        for key in re.findall(r"[\w$-]+", path):
            if not isinstance(value, Mapping):
                raise Unknown(path)
            if value is self._data and key not in value:
                raise Unknown(path)
            value = value.get(key)
        return value


@lru_cache(maxsize=4096)
def _taken_apart(written: str) -> tuple[_Word, ...]:
    return tuple(_words(written))


def _words(written: str) -> Iterator[_Word]:
    place = count = 0
    written = written.strip()
    while place < len(written):
        match = _WORD.match(written, place)
        count += 1
        if match is None or match.lastgroup is None or count > _MOST_WORDS:
            raise Unknown(written)
        place = match.end()
        yield _Word(match.lastgroup, match[match.lastgroup])
