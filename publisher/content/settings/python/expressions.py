"""Expressions: what a node of Python's syntax is worth, as far as it is written down."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from publisher.content.settings.python.values import (
    COMPUTED,
    MOST_ITEMS,
    added,
    converted,
    formatted,
    got,
    is_known,
    item,
    joined,
    path_joined,
    percent,
    stripped,
)

_DEEPEST = 40
_PAIR = 2
_OF_ENVIRONMENT = frozenset({"getenv", "env", "config", "get_env"})
_METHODS = frozenset(
    {"join", "joinpath", "get", "format", "strip", "rstrip", "lstrip", "lower", "replace"}
)


def evaluator(names: Mapping[str, Any]) -> Callable[[ast.expr], Any]:
    """What gives the value of an expression, with `names` for what was assigned before.

    It is `COMPUTED` where only running it would tell.
    """
    return _Expressions(names).value


class _Expressions(ast.NodeVisitor):
    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._depth = 0

    def value(self, node: ast.expr) -> Any:
        if self._depth > _DEEPEST:
            return COMPUTED
        self._depth += 1
        try:
            return self.visit(node)
        finally:
            self._depth -= 1

    def generic_visit(self, _node: ast.AST) -> Any:
        return COMPUTED

    def visit_Constant(self, node: ast.Constant) -> Any:
        value = node.value
        return value if value is None or isinstance(value, str | int | float) else COMPUTED

    def visit_Name(self, node: ast.Name) -> Any:
        return self._names.get(node.id, COMPUTED)

    def visit_List(self, node: ast.List) -> Any:
        return self._items(node.elts)

    def visit_Set(self, node: ast.Set) -> Any:
        return self._items(node.elts)

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        items: list[Any] = []
        for each in nodes[:MOST_ITEMS]:
            if isinstance(each, ast.Starred):
                more = self.value(each.value)
                items += more if isinstance(more, list | tuple) else [COMPUTED]
            else:
                items.append(self.value(each))
        return items[:MOST_ITEMS]

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._items(node.elts))

    def visit_Dict(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.value(value)
                found |= more if isinstance(more, dict) else {}
                continue
            name = self.value(key)
            if name is None or isinstance(name, str | int | float):
                found[name] = self.value(value)
        return found

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        return joined([self.value(part) for part in node.values], "")

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:
        return COMPUTED if node.format_spec else self.value(node.value)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        match node.op:
            case ast.Add():
                return added(left, right)
            case ast.Mod():
                return percent(left, right)
            case ast.Div():
                return path_joined([left, right])
            case ast.BitOr() if isinstance(left, dict) and isinstance(right, dict):
                return left | right
        return COMPUTED

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        match node.op:
            case ast.Not():
                return not value if is_known(value) else COMPUTED
            case ast.USub() if isinstance(value, int | float):
                return -value
        return COMPUTED

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        """As Python chooses; of what an environment would say, the part that is written down."""
        wanted = isinstance(node.op, ast.Or)
        value: Any = COMPUTED
        for each in node.values:
            value = self.value(each)
            if not is_known(value) and not wanted:
                return COMPUTED
            if is_known(value) and bool(value) is wanted:
                return value
        return value

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        truth = self.value(node.test)
        return self.value(node.body if truth else node.orelse) if is_known(truth) else COMPUTED

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        return item(self.value(node.value), self.value(node.slice))

    def visit_Call(self, node: ast.Call) -> Any:
        arguments = [self.value(each) for each in node.args]
        default = next((each.value for each in node.keywords if each.arg == "default"), None)
        if default is not None and len(arguments) == 1:
            arguments.append(self.value(default))  # of `getenv` and its kin
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func, arguments)
        if not isinstance(node.func, ast.Name):
            return COMPUTED
        return self._function(node, node.func.id, arguments)

    def _function(self, node: ast.Call, name: str, arguments: list[Any]) -> Any:
        if name == "dict" and not arguments:
            return self._named(node)
        if name in _OF_ENVIRONMENT and len(arguments) == _PAIR:
            return arguments[1]
        if name == "join":
            return path_joined(arguments)
        return converted(name, arguments[0]) if len(arguments) == 1 else COMPUTED

    def _method(self, node: ast.Call, function: ast.Attribute, arguments: list[Any]) -> Any:
        name = function.attr
        if name not in _METHODS:
            return self._function(node, name, arguments)
        held = self.value(function.value)
        match name:
            case "join" if is_known(held):
                return joined(arguments[0], held) if len(arguments) == 1 else COMPUTED
            case "join" | "joinpath":
                return path_joined(arguments)
            case "get":
                return got(held, arguments)
            case "format":
                return formatted(held, arguments, self._named(node))
        return stripped(held, name, arguments)

    def _named(self, node: ast.Call) -> dict[str, Any]:
        return {each.arg: self.value(each.value) for each in node.keywords if each.arg}
