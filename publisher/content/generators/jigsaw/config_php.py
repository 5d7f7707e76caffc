"""PHP configuration arrays: their literal parts are read, and nothing is executed."""

import re
from typing import Any, Final

Array = dict[str, Any]
_TOKEN = re.compile(
    r"""(?: '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )
      | (?P<comment> /\*.*?\*/ | //[^\n]* | \#(?!\[)[^\n]* )
      | => | [\[\](){},;] | [^\s'"\[\](){},;=/\#]+ | \S""",
    re.VERBOSE | re.DOTALL,
)
_OPENERS: Final = {"[": "]", "(": ")", "{": "}"}
_CLOSERS: Final = frozenset(_OPENERS.values())
_DEEPEST = 32
_ESCAPED = re.compile(r"\\(['\"\\$])")


def read_array(source: str) -> Array:
    """The array that a PHP file returns; {} if it returns none that can be read.

    Keys are strings (numbers where PHP counts), values strings, arrays, or None for what PHP would
    have to compute.
    """
    tokens = [match[0] for match in _TOKEN.finditer(source) if match["comment"] is None]
    tokens += [""] * 2
    for place, token in enumerate(tokens[:-2]):
        if token.lower() == "return" and (opened := _opened(tokens, place + 1)):
            return _Parser(tokens, opened).array(0)
    return {}


def _opened(tokens: list[str], place: int) -> int:
    """Where the items of an array that opens at `place` begin; 0 if none opens there."""
    if tokens[place] == "[":
        return place + 1
    return place + 2 if tokens[place].lower() == "array" and tokens[place + 1] == "(" else 0


class _Parser:
    def __init__(self, tokens: list[str], place: int) -> None:
        self._tokens = tokens
        self._place = place

    def array(self, depth: int) -> Array:
        found: Array = {}
        while self._next not in _CLOSERS and self._next:
            key, value = str(len(found)), self._value(depth)
            if self._next == "=>":
                self._place += 1
                key = value if isinstance(value, str) else key
                value = self._value(depth)
            found[key] = value
            if self._next == ",":
                self._place += 1
        self._place += 1
        return found

    @property
    def _next(self) -> str:
        return self._tokens[min(self._place, len(self._tokens) - 1)]

    def _value(self, depth: int) -> str | Array | None:
        start = self._place
        value: str | Array | None = None
        if (opened := _opened(self._tokens, start)) and depth < _DEEPEST:
            self._place = opened
            value = self.array(depth + 1)
        elif self._next[:1] in {"'", '"'}:
            value = _literal(self._next)
            self._place += 1
        if self._next in {",", "=>", "", *_CLOSERS}:
            return value
        self._skip()
        return None

    def _skip(self) -> None:
        """Pass over an expression, whatever it nests, to the comma or bracket after it."""
        expected: list[str] = []
        while self._next:
            if not expected and (self._next == "," or self._next in _CLOSERS):
                return
            if self._next in _OPENERS:
                expected.append(_OPENERS[self._next])
            elif expected and self._next == expected[-1]:
                expected.pop()
            self._place += 1


def _literal(token: str) -> str | None:
    inner = token[1:-1]
    if token[0] == '"' and re.search(r"(?<!\\)\$", inner):
        return None
    return _ESCAPED.sub(r"\1", inner)
