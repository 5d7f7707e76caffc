"""`${NAME}` in config.yaml becomes what the environment holds, or what a file named there holds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from publisher.config.mistakes import Mistake, Path

MOST_BYTES = 64 * 1024
_REFERENCE = re.compile(r"\$\$|\$\{([^}]*)\}?")
_WORD = re.compile(r"\w+")
_SHORT = 2
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Missing(Exception):
    """Why a variable gives nothing: a problem and a hint."""


@dataclass(slots=True)
class Secrets:
    """Fills references in; `names` tells for each path which variables its text came from."""

    environ: Mapping[str, str] = field(repr=False)
    names: dict[Path, list[str]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    _values: set[str] = field(default_factory=set, repr=False)

    def fill(self, value: Any, path: Path = ()) -> Any:
        """`value` with every reference in its texts replaced; what cannot be is a mistake."""
        if isinstance(value, dict):
            return {key: self.fill(each, (*path, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each, (*path, number)) for number, each in enumerate(value)]
        if isinstance(value, str) and "$" in value:
            return self._text(value, path)
        return value

    def untold(self, mistake: Mistake) -> Mistake:
        """The same mistake without a word of what came from the environment."""
        names = self._names_near(mistake.path)
        said = f"{mistake.problem} {mistake.hint}".casefold()
        if not names or not any(word in said for word in self._words()):
            return mistake
        problem = f"what {' and '.join(names)} holds does not fit here"
        return mistake._replace(problem=problem, hint="see docs/configuration.md")

    def _names_near(self, path: Path) -> list[str]:
        """The variables that the text at `path`, or below it, came from."""
        depth = len(path)
        return [name for at, names in self.names.items() if at[:depth] == path for name in names]

    def _words(self) -> Iterator[str]:
        for value in self._values:
            yield value.casefold()
            yield from (word for word in _WORD.findall(value.casefold()) if len(word) > _SHORT)

    def _text(self, text: str, path: Path) -> str:
        def replace(match: re.Match[str]) -> str:
            return "$" if match[1] is None else self._reference(match, path)

        return _REFERENCE.sub(replace, text)

    def _reference(self, match: re.Match[str], path: Path) -> str:
        name = match[1]
        self.names.setdefault(path, []).append(name)
        try:
            value = self._look_up(name, closed=match[0].endswith("}"))
        except _Missing as missing:
            self.mistakes.append(Mistake(path, *missing.args))
            return ""
        self._values.add(value)
        return value

    def _look_up(self, name: str, *, closed: bool) -> str:
        if not closed or not _NAME.fullmatch(name):
            raise _Missing("${ begins a variable's name", "write ${NAME}, or $${ for ${ itself")
        if name.endswith("_FILE") and name in self.environ:
            value = _read(self.environ[name], name)
        elif name in self.environ:
            value = self.environ[name]
        elif f"{name}_FILE" in self.environ:
            value = _read(self.environ[f"{name}_FILE"], f"{name}_FILE")
        else:
            raise _Missing(f"the environment has no {name}", f"export {name}=…")
        if not value:
            raise _Missing(f"{name} is set but empty", f"export {name}=…")
        return value


def _read(place: str, name: str) -> str:
    """A file's content, stripped; its path stays untold, for it may be the secret by mistake."""
    try:
        with FilePath(place).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise _Missing(f"the file that {name} names is too large for a secret", "name another")
        return content.decode().strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        hint = f"export {name}=/path/of/a/readable/file"
        raise _Missing(f"the file that {name} names cannot be read ({reason})", hint) from None
