"""Hugo's settings: its files as Hugo merges them, every key in lower case, languages apart."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from publisher.content.frontmatter.fields import truth
from publisher.content.settings.files import SettingsFile, read_settings
from publisher.content.settings.merge import merged

Options = dict[str, Any]
ENDINGS = ("toml", "yaml", "yml", "json")
FILES = tuple(f"{name}.{ending}" for name, ending in product(("hugo", "config"), ENDINGS))
FOLDERS = ("config/_default", "config/production")
IN_FOLDERS = tuple(
    f"{FOLDERS[0]}/{name}.{ending}"
    for name, ending in product(("hugo", "config", "params"), ENDINGS)
)
_WHOLE = frozenset({"hugo", "config"})
_IN_LANGUAGE = {"params": "params", "menu": "menus", "menus": "menus"}
_PUBLISHERS = {"site", "content", "channels"}
_DEEPEST = 16
_MOST_FILES = 500


@dataclass(frozen=True)
class Config:
    """A site's settings; `seen` names their first file, `problems` those that cannot be read."""

    values: Options
    seen: str = ""
    problems: tuple[str, ...] = ()

    @cached_property
    def all_languages(self) -> Options:
        """Every language with what it sets, disabled ones too."""
        named = self.values.get("languages")
        found = named.items() if isinstance(named, dict) else ()
        return {key: value for key, value in found if isinstance(value, dict)}

    @cached_property
    def disabled(self) -> frozenset[str]:
        """The languages that the site does not build."""
        listed = {each.lower() for each in texts(self.values.get("disablelanguages"))}
        off = {key for key, each in self.all_languages.items() if is_true(each.get("disabled"))}
        return frozenset(listed | off)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that the site has, in its order."""
        found = [key for key in self.all_languages if key not in self.disabled]
        return tuple(sorted(found, key=self._weight)) or (self.default_language,)

    def _weight(self, key: str) -> tuple[bool, int, str]:
        weight = str(self.all_languages[key].get("weight", "")).strip()
        number = int(weight) if weight.isdecimal() and len(weight) < 10 else 0  # noqa: PLR2004
        return not number, number, key

    @cached_property
    def default_language(self) -> str:
        """The language of files that name none."""
        written = text(self.values.get("defaultcontentlanguage")).lower()
        known = [key for key in self.all_languages if key not in self.disabled]
        if not known or written in known:
            return written or "en"
        return "en" if "en" in known else min(known, key=self._weight)

    @property
    def is_multilingual(self) -> bool:
        """Whether the site has more than one language."""
        return len(self.languages) > 1

    @cached_property
    def is_multihost(self) -> bool:
        """Whether each language has a host of its own."""
        own = (self.all_languages.get(each, {}).get("baseurl") for each in self.languages)
        return self.is_multilingual and all(own)

    def of(self, language: str) -> Options:
        """The settings that hold for one language."""
        own = self.all_languages.get(language)
        return merged(self.values, own) if own else self.values

    def prefix(self, language: str) -> str:
        """What addresses in that language begin with: '' or `/fr`."""
        if self.is_multihost:
            return ""
        if language == self.default_language:
            in_folder = is_true(self.values.get("defaultcontentlanguageinsubdir"))
            return f"/{language}" if in_folder else ""
        return f"/{language}" if self.is_multilingual else ""


def load(root: Path) -> Config:
    """What the settings below `root` say: hugo.* or config.*, then config/_default and production.

    Nothing is raised; a file that cannot be read is named in `problems`.
    """
    values: Options = {}
    read = [*filter(None, [_main(root)])]
    values = merged(values, lowered(read[0].values)) if read else values
    for path in setting_files(root):
        if file := read_settings(path.parent, [path.name]):
            read.append(file._replace(name=str(path.relative_to(root))))
            values = merged(values, _placed(path.stem.lower(), lowered(file.values)))
    problems = tuple(file.problem for file in read if file.problem)
    names = [file.name for file in read]
    main = (name for name in names if Path(name).stem in _WHOLE)
    return Config(values, next(main, names[0] if names else ""), problems)


def _main(root: Path) -> SettingsFile | None:
    for name in FILES:
        file = read_settings(root, [name])
        if file and not (name == "config.yaml" and file.values.keys() >= _PUBLISHERS):
            return file
    return None


def setting_files(root: Path) -> list[Path]:
    """The files of settings in the configuration's folders, in the order in which they count."""
    found: list[Path] = []
    for folder in FOLDERS:
        for place, folders, names in os.walk(root / folder):
            folders.sort()
            found += [Path(place, name) for name in sorted(names) if _is_settings(name)]
            if len(found) > _MOST_FILES:
                return found[:_MOST_FILES]
    return found


def _is_settings(name: str) -> bool:
    return name.rpartition(".")[2].lower() in ENDINGS


def _placed(stem: str, values: Options) -> Options:
    """The values of a file under the key that its name stands for: `params.fr`, `permalinks`."""
    if stem in _WHOLE:
        return values
    name, _, language = stem.partition(".")
    if len(values) == 1 and name in values:
        inner: Any = values[name]
    else:
        inner = values
    if not language:
        return {name: inner}
    return {"languages": {language: {_IN_LANGUAGE[name]: inner} if name in _IN_LANGUAGE else inner}}


def lowered(value: Any, depth: int = 0) -> Any:
    """`value` with every key in lower case."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {str(key).lower(): lowered(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [lowered(each, depth + 1) for each in value]
    return value


def is_true(value: Any) -> bool:
    """Whether a setting says yes, whatever its format."""
    return value is True or truth(value)


def text(value: Any) -> str:
    """A setting as text; '' if it is none."""
    return value.strip() if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """A setting as a list of texts; a single text is a list of one."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    return [text(each) for each in value if text(each)] if isinstance(value, list) else []


def mappings(value: Any) -> Iterator[Options]:
    """A setting that is one mapping or a list of them."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each
