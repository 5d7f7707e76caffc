"""`${NAME}` in config.yaml becomes what the environment holds, or what a file named there holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from publisher.config.mistakes import Mistake, Path
from publisher.masking import holds

MOST_BYTES = 64 * 1024
_REFERENCE = re.compile(r"\$\$|\$\{([^}]*)\}?")
_WORD = re.compile(r"\w+")
_SHORT = 2
_SENDING = ("channels", "forms", "mailbox", "notify")
"""The blocks that only commands which send, or read the mailbox, look into."""

ABSENT = "absent"
"""Stands for what is not needed now; one plain word, as most secrets are."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Missing(Exception):
    """Why a variable gives nothing: a problem and a hint."""


@dataclass(slots=True)
class Secrets:
    """Fills references in; `held` is what the text at a path came from: values by variable.

    Unless they are all `needed`, what channels lack is no mistake, but `absent`.
    """

    environ: Mapping[str, str] = field(repr=False)
    needed: bool = True
    held: dict[Path, dict[str, str]] = field(default_factory=dict, repr=False)
    mistakes: list[Mistake] = field(default_factory=list)
    absent: list[Mistake] = field(default_factory=list)

    def fill(self, value: Any, path: Path = ()) -> Any:
        """`value` with every reference in its texts replaced; what cannot be is a mistake."""
        if isinstance(value, dict):
            return {key: self.fill(each, (*path, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each, (*path, number)) for number, each in enumerate(value)]
        if isinstance(value, str) and "$" in value:
            return _REFERENCE.sub(lambda match: self._reference(match, path), value)
        return value

    def without_secrets(self, mistake: Mistake) -> Mistake:
        """The same mistake without a word of what came from the environment."""
        depth = len(mistake.path)
        near = [held for path, held in self.held.items() if path[:depth] == mistake.path]
        shown = f"{mistake.problem} {mistake.hint}"
        if not any(_repeats(shown, value) for held in near for value in held.values()):
            return mistake
        names = " and ".join(name for held in near for name in held)
        problem = f"the value of {names} is not valid here"
        return mistake._replace(problem=problem, hint="see docs/reference/configuration.md")

    def _reference(self, match: re.Match[str], path: Path) -> str:
        name = match[1]
        if name is None:
            return "$"
        try:
            value = self._look_up(name, closed=match[0].endswith("}"))
        except _Missing as missing:
            return self._missing(Mistake(path, *missing.args))
        self.held.setdefault(path, {})[name] = value
        return value

    def _missing(self, mistake: Mistake) -> str:
        if self.needed or mistake.path[0] not in _SENDING:
            self.mistakes.append(mistake)
            return ""
        self.absent.append(mistake)
        self.held.setdefault(mistake.path, {})
        return ABSENT

    def _look_up(self, name: str, *, closed: bool) -> str:
        if not closed or not _NAME.fullmatch(name):
            hint = "write ${NAME}, or $${ for a literal ${"
            raise _Missing("invalid variable name after ${", hint)
        if name.endswith("_FILE") and name in self.environ:
            value = _read(self.environ[name], name)
        elif name in self.environ:
            value = self.environ[name]
        elif f"{name}_FILE" in self.environ:
            value = _read(self.environ[f"{name}_FILE"], f"{name}_FILE")
        else:
            raise _Missing(f"the environment variable {name} is not set", f"export {name}=…")
        if not value:
            raise _Missing(f"{name} is set but empty", f"export {name}=…")
        return value


def _repeats(text: str, value: str) -> bool:
    """Whether a text holds a value in any form, a longer part of it, or one of its words."""
    if holds(text, (value,)):
        return True
    text, value = text.casefold(), value.casefold()
    parts = [value, *(part for part in value.split() if len(part) > _SHORT)]
    words = {word for word in _WORD.findall(value) if len(word) > _SHORT}
    return any(part in text for part in parts) or not words.isdisjoint(_WORD.findall(text))


def _read(place: str, name: str) -> str:
    """A file's content, stripped; its path is not shown, for it may be the secret by mistake."""
    try:
        with FilePath(place).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            problem = f"the file that {name} names is too large for a secret"
            raise _Missing(problem, "use another file")
        return content.decode().strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        hint = f"export {name}=/path/of/a/readable/file"
        raise _Missing(f"the file that {name} names cannot be read ({reason})", hint) from None
