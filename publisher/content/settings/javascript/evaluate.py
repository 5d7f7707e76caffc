"""Evaluation: the value of an expression, as far as it stands there literally."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from tree_sitter import Node

from publisher.content.settings.javascript.operations import (
    added,
    decimal,
    either,
    first,
    joined,
    parts,
    property_of,
    required,
    shown,
    unescaped,
    whole,
    within,
)
from publisher.content.settings.javascript.scopes import (
    FUNCTIONS,
    Binding,
    Scope,
    parameters,
    written,
)
from publisher.content.settings.javascript.values import (
    REST,
    Call,
    Choice,
    Computed,
    Function,
    Operation,
    Property,
)

Imported = Callable[[str], Any]
"""What a module exports, by the name that it is imported by."""

_MOST_VALUES = 100_000
_DEEPEST = 40
_LONGEST_NUMBER = 100
_ROOT = re.compile(r"[\w$]+")
_NOTHING: Final = object()
_WRAPPERS = frozenset(
    {
        "as_expression",
        "await_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
    }
)
_EQUALITY = {"===": True, "==": True, "!==": False, "!=": False}
_PASSED_THROUGH = frozenset({"Object.freeze", "Object.seal"})


class Evaluator:
    """The values of one script's expressions; everything is bounded, and nothing is executed."""

    def __init__(self, imported: Imported, assigned: frozenset[str]) -> None:
        self._imported = imported
        self._assigned = assigned
        self._left = _MOST_VALUES
        self._depth = 0

    def value(self, node: Node | None, scope: Scope) -> Any:
        """Text, number, bool, None (`null`), list, dict, or a `Computed`."""
        if node is None:
            return None
        if self._left <= 0 or self._depth >= _DEEPEST:
            return Computed(shown(node))
        self._left -= 1
        self._depth += 1
        try:
            return self._value(node, scope)
        finally:
            self._depth -= 1

    def _value(self, node: Node, scope: Scope) -> Any:
        kind = node.type
        if kind in _WRAPPERS:
            return self.value(first(node), scope)
        if kind in FUNCTIONS:
            return self._function(node, scope)
        if read := _READERS.get(kind):
            return read(self, node, scope)
        return Computed(shown(node))

    def _string(self, node: Node, _scope: Scope) -> str:
        return whole("".join(unescaped(each) for each in node.named_children))

    def _template(self, node: Node, scope: Scope) -> Any:
        found: list[Any] = []
        for each in node.named_children:
            if each.type == "template_substitution":
                found.append(self.value(first(each), scope))
            else:
                found.append(unescaped(each))
        return joined(found, node)

    def _number(self, node: Node, _scope: Scope) -> Any:
        digits = written(node).replace("_", "")
        try:
            return int(digits, 0) if len(digits) < _LONGEST_NUMBER else Computed(shown(node))
        except ValueError:
            return decimal(digits, node)

    def _list(self, node: Node, scope: Scope) -> list[Any]:
        found: list[Any] = []
        for each in parts(node):
            if each.type != "spread_element":
                found.append(self.value(each, scope))
                continue
            value = self.value(first(each), scope)
            found += value if isinstance(value, list) else [Computed(shown(each))]
        return found

    def _object(self, node: Node, scope: Scope) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in parts(node):
            found |= self._pairs(each, scope)
        return found

    def _pairs(self, node: Node, scope: Scope) -> Iterator[tuple[str, Any]]:
        if node.type == "spread_element":
            value = self.value(first(node), scope)
            yield from value.items() if isinstance(value, dict) else [(REST, value)]
        elif node.type == "shorthand_property_identifier":
            yield written(node), self.value(node, scope)
        elif node.type in {"pair", "method_definition"}:
            name = node.child_by_field_name("key") or node.child_by_field_name("name")
            value = node if node.type == "method_definition" else node.child_by_field_name("value")
            yield self._key(name, scope), self.value(value, scope)

    def _key(self, node: Node | None, scope: Scope) -> str:
        if node is None:
            return REST
        if node.type == "computed_property_name":
            key = self.value(first(node), scope)
            return key if isinstance(key, str) else REST
        return self._string(node, scope) if node.type == "string" else written(node)

    def _name(self, node: Node, scope: Scope) -> Any:
        name = written(node)
        found = scope.find(name)
        if found is None:
            return None if name == "undefined" else Computed(name)
        binding, where = found
        if name in self._assigned or not (binding.node or binding.module):
            return Computed(name)
        if binding.module:
            value = self.imported(binding)
            return Computed(name) if type(value) is Computed else value
        return within(self.value(binding.node, where), binding.path)

    def imported(self, binding: Binding) -> Any:
        """What an imported name stands for."""
        value = self._imported(binding.module)
        return value if type(value) is Computed else within(value, binding.path)

    def _member(self, node: Node, scope: Scope) -> Any:
        of = self.value(node.child_by_field_name("object"), scope)
        return property_of(of, written(node.child_by_field_name("property")))

    def _subscript(self, node: Node, scope: Scope) -> Any:
        of = self.value(node.child_by_field_name("object"), scope)
        index = self.value(node.child_by_field_name("index"), scope)
        if isinstance(index, Computed):
            return Property(shown(node), of, index)
        return property_of(of, index if isinstance(index, int) else str(index))

    def _call(self, node: Node, scope: Scope) -> Any:
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        given = node.child_by_field_name("arguments")
        listed = given is not None and given.type == "arguments"
        arguments = tuple(self._list(given, scope)) if given and listed else ()
        name, on = self._called(callee, scope)
        if name == "require" and arguments and isinstance(arguments[0], str):
            return required(self._imported(arguments[0]))
        if name in _PASSED_THROUGH and arguments:
            return arguments[0]
        if isinstance(on, Function) and not arguments:
            return on.result
        name = f"new {name}" if node.type == "new_expression" else name
        line = node.start_point.row + 1
        return Call(shown(node), name, arguments, on, line)

    def _called(self, callee: Node | None, scope: Scope) -> tuple[str, Any]:
        """The name of what is called, and what it is called on if that is no mere name."""
        if callee is None:
            return "", None
        if callee.type == "identifier":
            name = written(callee)
            local = scope.find(name)
            known = local is not None and (local[0].node or local[0].module)
            value = self.value(callee, scope) if known else None
            return name, value if isinstance(value, Function) else None
        if callee.type != "member_expression":
            return "", self.value(callee, scope)
        of = self.value(callee.child_by_field_name("object"), scope)
        name = written(callee.child_by_field_name("property"))
        if type(of) is Computed:
            return f"{of.text}.{name}", None
        return name, of

    def _binary(self, node: Node, scope: Scope) -> Any:
        left = self.value(node.child_by_field_name("left"), scope)
        right = self.value(node.child_by_field_name("right"), scope)
        operator = written(node.child_by_field_name("operator"))
        if operator in {"||", "??", "&&"}:
            if _is_given(left, scope):
                return Operation(shown(node), operator, left, right)
            return either(operator, left, right, node)
        if operator == "+":
            return added(left, right, node)
        known = not isinstance(left, Computed) and not isinstance(right, Computed)
        if known and operator in _EQUALITY:
            return (left == right) is _EQUALITY[operator]
        return Operation(shown(node), operator, left, right)

    def _unary(self, node: Node, scope: Scope) -> Any:
        value = self.value(node.child_by_field_name("argument"), scope)
        operator = written(node.child_by_field_name("operator"))
        if operator == "!" and not isinstance(value, Computed):
            return not value
        if operator == "-" and isinstance(value, int | float):
            return -value
        return Operation(shown(node), operator, None, value)

    def _ternary(self, node: Node, scope: Scope) -> Any:
        condition = self.value(node.child_by_field_name("condition"), scope)
        yes, no = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        if not isinstance(condition, Computed):
            return self.value(yes if condition else no, scope)
        return Choice(shown(node), condition, self.value(yes, scope), self.value(no, scope))

    def _function(self, node: Node, scope: Scope) -> Function:
        names = (written(each) if each.type == "identifier" else "" for each in parameters(node))
        inner, body = scope.within(node), node.child_by_field_name("body")
        if body is not None and body.type == "statement_block":
            result = self._returned(parts(body), inner.within(body))
        else:
            result = self.value(body, inner)
        return Function(shown(node), tuple(names), None if result is _NOTHING else result)

    def _returned(self, statements: list[Node], scope: Scope) -> Any:
        """What the statements return; `_NOTHING` if none of them returns."""
        for number, each in enumerate(statements):
            if each.type == "return_statement":
                return self.value(first(each), scope)
            if each.type in {"for_statement", "for_in_statement", "while_statement"}:
                if b"return" in (each.text or b""):
                    return Computed(shown(each))
                continue
            if self._depth >= _DEEPEST:
                return Computed(shown(each))
            self._depth += 1
            found = self._inside(each, statements[number + 1 :], scope)
            self._depth -= 1
            if found is not _NOTHING:
                return found
        return _NOTHING

    def _inside(self, statement: Node, rest: list[Node], scope: Scope) -> Any:
        if statement.type in {"statement_block", "try_statement"}:
            body = statement.child_by_field_name("body") or statement
            return self._returned(parts(body), scope.within(body))
        if statement.type == "switch_statement":
            return self._switch(statement, scope)
        if statement.type != "if_statement":
            return _NOTHING
        condition = self.value(statement.child_by_field_name("condition"), scope)
        yes = self._branch(statement.child_by_field_name("consequence"), scope)
        no = self._branch(statement.child_by_field_name("alternative"), scope)
        if not isinstance(condition, Computed):
            return yes if condition else no
        if yes is _NOTHING and no is _NOTHING:
            return _NOTHING
        after = self._returned(rest, scope)
        yes, no = (after if each is _NOTHING else each for each in (yes, no))
        yes, no = (None if each is _NOTHING else each for each in (yes, no))
        return Choice(shown(statement), condition, yes, no)

    def _switch(self, statement: Node, scope: Scope) -> Any:
        """What the case for a value that is known returns, or those that it falls through to."""
        wanted = self.value(statement.child_by_field_name("value"), scope)
        body = statement.child_by_field_name("body")
        if body is None or b"return" not in (body.text or b""):
            return _NOTHING
        if isinstance(wanted, Computed):
            return Computed(shown(statement))
        cases = _parts_of_cases(body)
        values = [self.value(value, scope) if value else _NOTHING for value, _ in cases]
        start = values.index(wanted) if wanted in values else _default(cases)
        within = [each for _, statements in cases[start:] for each in statements]
        end = next((n for n, each in enumerate(within) if each.type == "break_statement"), None)
        return self._returned(within[:end], scope)

    def _branch(self, node: Node | None, scope: Scope) -> Any:
        if node is None:
            return _NOTHING
        block = node.type in {"statement_block", "else_clause"}
        return self._returned(parts(node) if block else [node], scope.within(node))


def _is_given(value: Any, scope: Scope) -> bool:
    """Whether a value is made of a function's parameter: it will be there when that is called."""
    root = _ROOT.match(value.text) if isinstance(value, Computed) else None
    found = scope.find(root[0]) if root else None
    return found is not None and not (found[0].node or found[0].module)


def _parts_of_cases(body: Node) -> list[tuple[Node | None, list[Node]]]:
    """The cases of a switch: the value of each, None for the default, and its statements."""
    found = []
    for case in parts(body):
        value = case.child_by_field_name("value")
        found.append((value, [each for each in parts(case) if each != value]))
    return found


def _default(cases: list[tuple[Node | None, list[Node]]]) -> int:
    return next((n for n, (value, _) in enumerate(cases) if value is None), len(cases))


_READERS: Final[dict[str, Callable[[Evaluator, Node, Scope], Any]]] = {
    "string": Evaluator._string,  # noqa: SLF001 - the class's own table, filled in below it
    "template_string": Evaluator._template,  # noqa: SLF001
    "number": Evaluator._number,  # noqa: SLF001
    "array": Evaluator._list,  # noqa: SLF001
    "object": Evaluator._object,  # noqa: SLF001
    "identifier": Evaluator._name,  # noqa: SLF001
    "shorthand_property_identifier": Evaluator._name,  # noqa: SLF001
    "member_expression": Evaluator._member,  # noqa: SLF001
    "subscript_expression": Evaluator._subscript,  # noqa: SLF001
    "call_expression": Evaluator._call,  # noqa: SLF001
    "new_expression": Evaluator._call,  # noqa: SLF001
    "binary_expression": Evaluator._binary,  # noqa: SLF001
    "unary_expression": Evaluator._unary,  # noqa: SLF001
    "ternary_expression": Evaluator._ternary,  # noqa: SLF001
    "type_assertion": lambda self, node, scope: self.value(parts(node)[-1], scope),
    "true": lambda *_: True,
    "false": lambda *_: False,
    "null": lambda *_: None,
    "undefined": lambda *_: None,
}
