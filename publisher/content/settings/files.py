"""Settings in TOML, YAML and JSON, as plain values."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from publisher.content.files import reason
from publisher.content.frontmatter.yaml import HeadError, load_yaml

MOST_BYTES = 1024 * 1024


class SettingsFile(NamedTuple):
    """What a file of settings says, or why it says nothing; every scalar is as its format has it.

    YAML's plain scalars stay text, as in front matter: `true` is "true"; a value under a tag that
    only its program knows is `Tagged`.
    """

    name: str
    values: dict[str, Any]
    problem: str = ""


def read_settings(folder: Path, names: Iterable[str]) -> SettingsFile | None:
    """The first file of `names` that is there, read by its ending; None if there is none."""
    for name in names:
        if (folder / name).is_file():
            return _read(folder / name, name)
    return None


def _read(path: Path, name: str) -> SettingsFile:
    reader = _READERS.get(path.suffix.lower(), _yaml)
    try:
        values = reader(_text(path))
    except OSError as error:
        return SettingsFile(name, {}, f"{name} cannot be read: {reason(error)}")
    except Exception as error:  # noqa: BLE001  parsers raise whatever a value makes them
        why = " ".join(str(error).split())[:200]
        return SettingsFile(name, {}, f"{name} cannot be read: {why}")
    return SettingsFile(name, values if isinstance(values, dict) else {})


def _text(path: Path) -> str:
    """The beginning of a file, without the mark that some editors put before it."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES).decode("utf-8", "replace").removeprefix("\ufeff")


def _yaml(text: str) -> Any:
    try:
        return load_yaml(text, tags=True)
    except HeadError as error:
        line = "" if error.line is None else f"line {error.line + 1}: "
        raise ValueError(f"{line}{error}") from None


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


_READERS: dict[str, Callable[[str], Any]] = {".toml": _toml, ".json": _json}
