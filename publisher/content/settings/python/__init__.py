"""Settings in Python: what a module says in plain values, read as text and never executed."""

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.settings.files import MOST_BYTES, SettingsFile
from publisher.content.settings.python.expressions import evaluator
from publisher.content.settings.python.values import COMPUTED, MOST_ITEMS, added, is_known

__all__ = ["COMPUTED", "parse_python", "plain", "read_python"]

_DEEPEST_IMPORT = 4
_MOST_IMPORTS = 16
_STATEMENT = re.compile(r"^(?=[A-Za-z_]\w*\s*(?:\[.*\]\s*)?\+?=(?!=)|from\s)", re.MULTILINE)
_LOCAL = re.compile(r"//(?:localhost|127\.|0\.0\.0\.0)")
_INSIDE = (" ", "\t", ")", "]", "}", "#", "'", '"')


def read_python(folder: Path, names: Iterable[str]) -> SettingsFile | None:
    """The first module of `names` that is there, with what it imports from beside it.

    Its `values` are text, numbers, truth values, None, tuples, lists, dicts and `COMPUTED`; None
    if none of the modules is there.
    """
    for name in names:
        if (folder / name).is_file():
            return SettingsFile(name, _Imports(folder).module(name) or {})
    return None


def parse_python(source: str, imports: "_Imports | None" = None) -> dict[str, Any]:
    """The values of a module's names.

    It never raises: what Python rejects, such as old code, is read statement by statement.
    """
    reader = _Module(imports)
    tree = _parsed(source)
    if tree is not None:
        reader.read(tree.body)
        return reader.names
    for chunk in _STATEMENT.split(source)[:MOST_ITEMS]:
        if tree := _parsed(chunk) or _parsed(_first_statement(chunk)):
            reader.read(tree.body)
    return reader.names


def plain(values: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """The value of `name`; `default` where there is none, or only running would tell it."""
    value = values.get(name, default)
    return value if is_known(value) else default


class _Imports:
    """The modules beside a module."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._depth = self._count = 0

    def module(self, name: str) -> dict[str, Any] | None:
        """The values of the module in the file `name`; None if it is not there."""
        file = self._folder / name
        if self._depth >= _DEEPEST_IMPORT or self._count >= _MOST_IMPORTS or not file.is_file():
            return None
        self._depth += 1
        self._count += 1
        values = parse_python(beginning(file, MOST_BYTES), self)
        self._depth -= 1
        return values


class _Module:
    """Goes through the statements of one module, in their order."""

    def __init__(self, imports: _Imports | None) -> None:
        self.names: dict[str, Any] = {}
        self._value = evaluator(self.names)
        self._imports = imports
        self._doubtful = False

    def read(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            try:
                self._statement(statement)
            except RecursionError:
                continue

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets, value):
                self._assign(targets, self._value(value))
            case ast.AnnAssign(target, _, value) if value is not None:
                self._assign([target], self._value(value))
            case ast.AugAssign(ast.Name(name), ast.Add(), value):
                self._set(name, added(self.names.get(name, COMPUTED), self._value(value)))
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), method), arguments)):
                self._change(name, method, [self._value(each) for each in arguments])
            case ast.ImportFrom(str() as module, names):
                self._import(module, names)
            case ast.If(test, inside, otherwise):
                self._if(self._value(test), inside, otherwise)
            case ast.Try(body=inside) | ast.With(body=inside):
                self.read(inside)
            case ast.For() | ast.While():
                self._lose(statement)

    def _assign(self, targets: list[ast.expr], value: Any) -> None:
        for target in targets:
            match target:
                case ast.Name(name):
                    self._set(name, value)
                case ast.Tuple(parts) | ast.List(parts):
                    values = value if isinstance(value, list | tuple) else ()
                    known = len(values) == len(parts)
                    for number, part in enumerate(parts):
                        self._assign([part], values[number] if known else COMPUTED)
                case ast.Subscript(ast.Name(name), key):
                    held, at = self.names.get(name), self._value(key)
                    if isinstance(held, dict) and isinstance(at, str | int):
                        held[at] = value

    def _set(self, name: str, value: Any) -> None:
        """Where it is not known whether it is done, a value that says something stays."""
        held = self.names.get(name)
        local = isinstance(held, str) and _LOCAL.search(held)
        if not self._doubtful or not held or local:
            self.names[name] = value

    def _change(self, name: str, method: str, arguments: list[Any]) -> None:
        """A list or a dict that grows by a method."""
        held = self.names.get(name)
        match held, method, arguments:
            case list(), "append", [value] if len(held) < MOST_ITEMS:
                held.append(value)
            case list(), "extend", [list() | tuple() as values]:
                self.names[name] = added(held, list(values))
            case dict(), "update", [dict() as values] if len(held) < MOST_ITEMS:
                held.update(values)

    def _import(self, module: str, names: list[ast.alias]) -> None:
        file = module.replace(".", "/") + ".py"
        values = self._imports.module(file) if self._imports else None
        for key, value in (values or {}).items():
            if names[0].name == "*":
                self._set(key, value)
        for each in names:
            if values and each.name in values:
                self._set(each.asname or each.name, values[each.name])

    def _if(self, test: Any, body: list[ast.stmt], otherwise: list[ast.stmt]) -> None:
        """The branch that is taken; where that is not known, what either adds to what is there."""
        if is_known(test):
            self.read(body if test else otherwise)
            return
        before, self._doubtful = self._doubtful, True
        self.read(otherwise)
        self.read(body)
        self._doubtful = before

    def _lose(self, loop: ast.stmt) -> None:
        """Names that a loop gives are not known any more."""
        for node in ast.walk(loop):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._set(node.id, COMPUTED)


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes such as "\d"
            return ast.parse(source.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _first_statement(chunk: str) -> str:
    """The lines of `chunk` up to one that begins another statement."""
    first, *others = chunk.split("\n")
    kept = [first]
    for line in others:
        if line and not line.startswith(_INSIDE):
            break
        kept.append(line)
    return "\n".join(kept)
