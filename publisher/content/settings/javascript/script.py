"""Scripts: what a file of JavaScript or TypeScript declares, exports and calls."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Tree

from publisher.content.settings.javascript.evaluate import Evaluator, Imported
from publisher.content.settings.javascript.operations import within
from publisher.content.settings.javascript.scopes import Scope, written
from publisher.content.settings.javascript.values import Call, Computed, exported_object

_Condition = tuple[Node, Scope, bool]
_Placed = tuple[Node, Scope, tuple[_Condition, ...]]
_MOST_CONDITIONS = 12
_ASSIGNMENTS = frozenset({"assignment_expression", "augmented_assignment_expression"})
_TYPED = (".ts", ".mts", ".cts")
_DEFAULTS = frozenset({"module.exports", "exports.default", "module.exports.default"})
_EXPORTS = ("module.exports.", "exports.")


class Script:
    """One file, never executed: its literal parts, with a mark for what is computed.

    `name` is what the file is called; `problem` says so if it is no valid script, of which the
    parts that are valid are read nevertheless.
    """

    def __init__(self, source: str, name: str, imported: Imported) -> None:
        self.name = name
        self.source = source
        self._tree = _parsed(source, name)
        self._scope = Scope(self._tree.root_node)
        self._values = Evaluator(imported, frozenset(self._found[1]))

    @property
    def problem(self) -> str:
        """What is wrong with the file; '' if nothing is."""
        return f"{self.name} is no valid script" if self._tree.root_node.has_error else ""

    @cached_property
    def exported(self) -> Any:
        """The value of `export default` or `module.exports`, as it stands; None if there is none.

        With named exports only, it is None: see `value`.
        """
        node = self._exports.get("default")
        return None if node is None else self._values.value(node, self._scope)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The object that the file exports by default, through wrappers and functions; else {}."""
        return exported_object(self.exported)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What is declared at the top of the file, imported or exported under a name."""
        exported = (name for name in self._exports if name != "default")
        return tuple(dict.fromkeys((*self._scope.bindings, *exported)))

    def value(self, name: str) -> Any:
        """The constant or export called `name`; None if there is none.

        Raises nothing: what only running the script would tell is `Computed`.
        """
        if name in self._exports:
            return self._values.value(self._exports[name], self._scope)
        if name not in self._scope.bindings:
            return None
        binding = self._scope.bindings[name]
        if binding.module:
            return self._values.imported(binding)
        value = self._values.value(binding.node, self._scope) if binding.node else Computed(name)
        return within(value, binding.path)

    def calls(self, *names: str) -> Iterator[Call]:
        """Every call of a function or method called so, in order, wherever it stands.

        `addCollection` finds `eleventyConfig.addCollection(…)`, too. What an `if` leaves out
        when the site is built is left out.
        """
        for node, scope, conditions in self._found[0]:
            callee = node.child_by_field_name("function")
            last = callee and (callee.child_by_field_name("property") or callee)
            if last and written(last) in names:
                value, certain = self._values.value(node, scope), self._met(conditions)
                if isinstance(value, Call) and certain is not False:
                    yield value if certain else replace(value, conditional=True)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """What the file imports or requires by a literal name."""
        return tuple(dict.fromkeys(self._found[2]))

    def _met(self, conditions: "tuple[_Condition, ...]") -> bool | None:
        """Whether all conditions hold; None if that is computed."""
        outcome: bool | None = True
        for node, scope, wanted in conditions:
            value = self._values.value(node, scope)
            if isinstance(value, Computed):
                outcome = None
            elif bool(value) is not wanted:
                return False
        return outcome

    @cached_property
    def _exports(self) -> dict[str, Node]:
        return dict(_exports(self._tree.root_node))

    @cached_property
    def _found(self) -> "tuple[list[_Placed], set[str], list[str]]":
        """Every call, the variables that are given a value later, and what is imported."""
        calls: list[_Placed] = []
        assigned: set[str] = set()
        modules: list[str] = []
        pending: list[_Placed] = [(self._tree.root_node, self._scope, ())]
        while pending:
            node, scope, conditions = pending.pop()
            if node.type == "call_expression":
                calls.append((node, scope, conditions))
                modules += _required(node)
            elif node.type in _ASSIGNMENTS:
                left = node.child_by_field_name("left")
                if left and left.type == "identifier":
                    assigned.add(written(left))
            elif source := node.child_by_field_name("source"):
                modules.append(written(source)[1:-1])
            inner = scope if node == self._tree.root_node else scope.within(node)
            children = node.named_children
            pending += [
                (each, inner, (conditions + _conditions(node, each, scope))[:_MOST_CONDITIONS])
                for each in reversed(children)
            ]
        return calls, assigned, modules


def _required(call: Node) -> list[str]:
    """The module that `require("…")` or `import("…")` names."""
    if written(call.child_by_field_name("function")) not in {"require", "import"}:
        return []
    arguments = call.child_by_field_name("arguments")
    named = arguments.named_children if arguments else []
    return [written(named[0])[1:-1]] if named and named[0].type == "string" else []


def _conditions(parent: Node, child: Node, scope: Scope) -> "tuple[_Condition, ...]":
    """The condition under which `child` is reached in an `if`."""
    if parent.type != "if_statement":
        return ()
    condition = parent.child_by_field_name("condition")
    if condition is None or child == condition:
        return ()
    return ((condition, scope, child != parent.child_by_field_name("alternative")),)


def _parsed(source: str, name: str) -> Tree:
    typed = name.lower().endswith(_TYPED)
    grammar = tree_sitter_typescript
    language = grammar.language_typescript() if typed else grammar.language_tsx()
    return Parser(Language(language)).parse(source.encode("utf-8", "replace"))


def _exports(program: Node) -> Iterator[tuple[str, Node]]:
    for statement in program.named_children:
        if statement.type == "export_statement":
            yield from _exported(statement)
        elif statement.type == "expression_statement" and statement.named_children:
            yield from _assigned(statement.named_children[0])


def _exported(statement: Node) -> Iterator[tuple[str, Node]]:
    """Constants that are exported where they are declared are found by their declaration."""
    is_default = any(each.type == "default" for each in statement.children)
    held = statement.child_by_field_name("value") or statement.child_by_field_name("declaration")
    if is_default and held:
        yield "default", held
    elif any(each.type == "=" for each in statement.children):
        yield "default", statement.named_children[0]
    for clause in statement.named_children:
        if clause.type == "export_clause" and not statement.child_by_field_name("source"):
            yield from _listed(clause.named_children)


def _listed(specifiers: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for each in specifiers:
        name = each.child_by_field_name("name")
        if name:
            yield written(each.child_by_field_name("alias") or name), name


def _assigned(expression: Node) -> Iterator[tuple[str, Node]]:
    while expression.type == "parenthesized_expression" and expression.named_children:
        expression = expression.named_children[-1]
    if expression.type != "assignment_expression":
        return
    name = written(expression.child_by_field_name("left"))
    value = expression.child_by_field_name("right")
    if value is None:
        return
    if value.type == "assignment_expression":
        yield from _assigned(value)
        value = value.child_by_field_name("right") or value
    if name in _DEFAULTS:
        yield "default", value
    elif name.startswith(_EXPORTS):
        yield name.rpartition(".")[2], value
