"""YAML as plain values that remember their lines.

Every scalar stays the text that was written: `title: 3`, `07:00`, `no` and `2026-05-11` mean what
people see, and each option decides which texts it takes.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from publisher.config.mistakes import Mistake, Path
from publisher.errors import Problem

MOST_BYTES = 256 * 1024
MOST_VALUES = 10_000
DEEPEST = 12
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "map", "seq")
)
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Tree:
    """The values of one file: mappings, lists and texts; `lines` counts from 1."""

    root: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the nearest thing on `path` that is written down."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_tree(content: bytes) -> Tree:
    """Parse one YAML document; what is wrong with it is in `mistakes`."""
    try:
        return _build(_decode(content))
    except UnreadableYaml as error:
        return Tree(mistakes=[error.mistake])


def located(file: FilePath, path: Path, problem: str, hint: str) -> Problem:
    """What is found out about `path` later; it has no line where the file cannot be read now."""
    try:
        line = read_tree(file.read_bytes()).line(path)
    except OSError:
        line = None
    return Problem(str(file), line, Mistake(path, problem).where, problem, hint)


class UnreadableYaml(Exception):
    """The file cannot be taken apart at all."""

    def __init__(self, problem: str, line: int | None = None, hint: str = "") -> None:
        super().__init__(problem)
        self.mistake = Mistake((), problem, hint, line)


def _decode(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise UnreadableYaml(f"is larger than {MOST_BYTES // 1024} kB; is it the right file?")
    try:
        return _REFERENCE.sub("$\ue000\\1\ue001", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableYaml("is not UTF-8 text", line, "save it as UTF-8") from None


# Inside `{a: ${NAME}}` YAML would take NAME's braces for a mapping's: private characters stand in.
_REFERENCE = re.compile(r"\$\{(\w+)\}")
_SHIELD = re.compile("\ue000(\\w+)\ue001")


def _written(scalar: yaml.Node) -> str:
    """The text as the file's author wrote it."""
    return _SHIELD.sub(r"{\1}", str(scalar.value))


def _build(text: str) -> Tree:
    node = _compose(text)
    if node is None:
        raise UnreadableYaml("is empty", None, "`publish init` writes one")
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableYaml("must contain options such as site: and content:", _line(node))
    tree = Tree(lines={(): 1})
    tree.root = _Builder(tree).mapping(node, ())
    return tree


def _compose(text: str) -> yaml.Node | None:
    try:
        _refuse_depth(text)
        node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _explain(error, text) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableYaml("contains a control character", line, "remove it") from None
    return node


def _refuse_depth(text: str) -> None:
    """Composing recurses; a file of brackets alone would use up the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise UnreadableYaml("options are nested too deeply", _marked(event.start_mark, text))


NO_VALUE = "remove the line, or put the value in quotes if it begins with #"
_QUOTE = "put the whole value in quotes"
_EXPLANATIONS = FilePath(__file__).with_name("yaml_errors.toml")


def _explain(error: yaml.MarkedYAMLError, text: str) -> UnreadableYaml:
    """Our own words: PyYAML's may repeat a part of a secret."""
    line = _marked(error.problem_mark or error.context_mark, text)
    is_open = "end of stream" in (error.problem or "")
    if line and not is_open and re.match(r" *\t", text.split("\n")[line - 1]):
        return UnreadableYaml("the line begins with a tab", line, "indent with spaces, not tabs")
    explanations = tomllib.loads(_EXPLANATIONS.read_text(encoding="utf-8"))
    for words, (problem, hint) in explanations.items():
        if words in (error.problem or ""):
            begun = _marked(error.context_mark, text) if "opened" in problem else None
            return UnreadableYaml(problem, begun or line, hint)
    return UnreadableYaml("is not valid YAML here", line, "check indentation, brackets and quotes")


def _marked(mark: Any, text: str) -> int | None:
    """A mark's line; at the end of a file it may be one too far."""
    return None if mark is None else min(int(mark.line), text.rstrip().count("\n")) + 1


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Builder:
    """Turns nodes into values; bounded, so that aliases of aliases cannot grow without end."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._values = 0
        self._open: set[yaml.Node] = set()

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        inherited: dict[str, Any] = {}
        for key, value in sorted(node.value, key=lambda entry: entry[0].tag != _MERGE):
            if key.tag == _MERGE:
                inherited |= self._merged(value, path)
            elif isinstance(key, yaml.ScalarNode):
                self._entry(own, key, value, path)
            else:
                self._add(path, "begins with {, so it is not text", _QUOTE, _line(key))
        return inherited | own

    def _entry(
        self, own: dict[str, Any], key: yaml.ScalarNode, value: yaml.Node, path: Path
    ) -> None:
        name = _written(key)
        here = (*path, name)
        if name in own:
            first = self._tree.lines[here]
            self._add(here, f"duplicate key, first on line {first}", line=_line(key))
            return
        self._tree.lines[here] = _line(key)
        own[name] = self._guarded(value, here)

    def _merged(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for each in reversed(nodes):
            if isinstance(each, yaml.MappingNode):
                merged |= self._guarded(each, path)
            else:
                self._add(path, "<< takes the name of a mapping", line=_line(each))
        return merged

    def _guarded(self, node: yaml.Node, path: Path) -> Any:
        self._values += 1
        if self._values > MOST_VALUES or node in self._open:
            raise UnreadableYaml("too many aliases", _line(node), "use fewer of them")
        self._open.add(node)
        value = self._value(node, path)
        self._open.remove(node)
        return value

    def _value(self, node: yaml.Node, path: Path) -> Any:
        if node.tag not in _TAGS:
            self._add(path, "a value begins with !", _QUOTE, _line(node))
        if node.tag == _NULL and not node.value and len(path) > 1:
            self._add(path, "has no value", NO_VALUE)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for number, item in enumerate(node.value):
                self._tree.lines[(*path, number)] = _line(item)
                items.append(self._guarded(item, (*path, number)))
            return items
        return None if node.tag == _NULL else _written(node)

    def _add(self, path: Path, problem: str, hint: str = "", line: int | None = None) -> None:
        self._tree.mistakes.append(Mistake(path, problem, hint, line))
