"""A file of variables, as systemd's EnvironmentFile and Docker's --env-file read it."""

import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from publisher.errors import ConfigurationError, Problem
from publisher.private import is_open

_NAME = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@contextmanager
def added_to(environ: MutableMapping[str, str], path: Path) -> Iterator[None]:
    """Add the variables of the file at `path` to `environ`; those that are set already win.

    Raises:
        ConfigurationError: it cannot be read, or a line is not a variable; a value is never shown.
    """
    new = {name: value for name, value in read(path).items() if name not in environ}
    environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del environ[name]


def read(path: Path) -> dict[str, str]:
    """The variables of the file; see `added_to`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise _refused(path, None, f"cannot be read ({reason})") from None
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            found.update([_variable(path, number, bare)])
    return found


def warnings_of(path: Path) -> list[Problem]:
    """What works but should be otherwise."""
    found = Problem(str(path), None, "", "readable by other users", f"chmod 600 {path}")
    return [found] if is_open(path) else []


def _variable(path: Path, number: int, line: str) -> tuple[str, str]:
    match = _NAME.fullmatch(line)
    if match is None:
        raise _refused(path, number, "is not a variable", "write NAME=value")
    value = match[2]
    if value[:1] in {"'", '"'}:
        if len(value) == 1 or value[-1] != value[0]:
            raise _refused(path, number, "the quotes are not closed")
        value = value[1:-1]
    return match[1], value


def _refused(path: Path, line: int | None, problem: str, hint: str = "") -> ConfigurationError:
    return ConfigurationError([Problem(str(path), line, "", problem, hint)])
