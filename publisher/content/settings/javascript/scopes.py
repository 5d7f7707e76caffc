"""Scopes: which names a block of JavaScript declares."""

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
BLOCKS = frozenset({"program", "statement_block"})
_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
_DEEPEST = 40


class Binding(NamedTuple):
    """What a name stands for: a node and the properties below it, or what a module exports.

    Neither is there where only running the script would tell.
    """

    node: Node | None = None
    path: tuple[str | int, ...] = ()
    module: str = ""


class Scope:
    """The names that one block or function declares, and the scope around it."""

    def __init__(self, holder: Node, outer: "Scope | None" = None) -> None:
        self._holder = holder
        self.outer = outer
        self.depth: int = outer.depth + 1 if outer else 0
        self._bindings: dict[str, Binding] | None = None

    def within(self, node: Node) -> "Scope":
        """The scope of what stands in `node`."""
        opens = node.type in BLOCKS or node.type in FUNCTIONS
        return Scope(node, self) if opens and self.depth < _DEEPEST else self

    def find(self, name: str) -> "tuple[Binding, Scope] | None":
        """What `name` stands for here, and the scope that says so; None if nothing does."""
        scope: Scope | None = self
        while scope:
            if found := scope.bindings.get(name):
                return found, scope
            scope = scope.outer
        return None

    @property
    def bindings(self) -> dict[str, Binding]:
        """Every name that is declared right here."""
        if self._bindings is None:
            found = _parameters if self._holder.type in FUNCTIONS else _declared
            self._bindings = dict(found(self._holder))
        return self._bindings


def parameters(function: Node) -> list[Node]:
    """The patterns of a function's parameters, in order."""
    if single := function.child_by_field_name("parameter"):
        return [single]
    listed = function.child_by_field_name("parameters")
    patterns = (each.child_by_field_name("pattern") for each in _named(listed))
    return [each for each in patterns if each]


def written(node: Node | None) -> str:
    """The source of a node; '' for none."""
    source = node.text if node else None
    return source.decode("utf-8", "replace") if source else ""


def _named(node: Node | None) -> list[Node]:
    return node.named_children if node else []


def _parameters(function: Node) -> Iterator[tuple[str, Binding]]:
    for pattern in parameters(function):
        if pattern.type == "identifier":
            yield written(pattern), Binding()
        else:
            for name, _ in _taken_apart(pattern):
                yield name, Binding()


def _declared(block: Node) -> Iterator[tuple[str, Binding]]:
    for statement in block.named_children:
        node = statement
        if statement.type == "export_statement":
            node = statement.child_by_field_name("declaration") or statement
        if node.type in _DECLARATIONS:
            for declarator in node.named_children:
                yield from _declarator(declarator)
        elif node.type == "import_statement":
            yield from _imported(node)
        elif name := node.child_by_field_name("name"):
            yield written(name), Binding(node if node.type in FUNCTIONS else None)


def _declarator(declarator: Node) -> Iterator[tuple[str, Binding]]:
    target = declarator.child_by_field_name("name")
    value = declarator.child_by_field_name("value")
    if target is None:
        return
    if target.type == "identifier":
        yield written(target), Binding(value)
    for name, path in _taken_apart(target):
        yield name, Binding(value, path)


def _taken_apart(pattern: Node) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The names in `{a, b: c, d = 1}` or `[a, b]`, and where they come from; none of inner ones."""
    if pattern.type == "array_pattern":
        for number, each in enumerate(pattern.named_children):
            if each.type == "identifier":
                yield written(each), (number,)
    if pattern.type != "object_pattern":
        return
    for each in pattern.named_children:
        if each.type == "object_assignment_pattern":
            each = each.child_by_field_name("left") or each  # noqa: PLW2901 - its name is inside
        if each.type == "pair_pattern":
            name, key = each.child_by_field_name("value"), each.child_by_field_name("key")
            if name and name.type == "identifier":
                yield written(name), (written(key),)
        elif each.type == "shorthand_property_identifier_pattern":
            yield written(each), (written(each),)


def _imported(statement: Node) -> Iterator[tuple[str, Binding]]:
    module = written(statement.child_by_field_name("source"))[1:-1]
    clauses = [each for each in statement.named_children if each.type == "import_clause"]
    for each in clauses[0].named_children if clauses else []:
        if each.type == "identifier":
            yield written(each), Binding(path=("default",), module=module)
        elif each.type == "namespace_import":
            yield written(each.named_children[0]), Binding(module=module)
        elif each.type == "named_imports":
            for one in each.named_children:
                name = written(one.child_by_field_name("name"))
                alias = written(one.child_by_field_name("alias")) or name
                yield alias, Binding(path=(name,), module=module)
