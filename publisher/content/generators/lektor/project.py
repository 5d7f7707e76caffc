"""What a Lektor project says: its file, its models and its alternatives."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from publisher.content.settings.ini import Sections, read_ini
from publisher.content.settings.named import reachable

ENDING = ".lektorproject"
PRIMARY = ""
_MOST_MODELS = 200
_DATES = frozenset({"date", "datetime"})
_FIRST = ("pub_date", "date", "publish_date", "published", "created")
_POSTS = re.compile(r"post|article|news|entry|blog|episode|note")
_NO_DATES = re.compile(r"end|updat|modif|expir|until|deadline")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Model:
    """How records of one kind are made: their fields by type, and what holds for children."""

    fields: Mapping[str, str]
    child_model: str = ""
    slug_format: str = ""
    hides_children: bool | None = None
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One language of the site."""

    prefix: str
    suffix: str
    locale: str


def yes_or_no(written: str) -> bool | None:
    """What a flag says; None if it says neither."""
    return _YES_NO.get(written.strip().lower())


class Project:
    """One site's settings."""

    def __init__(self, root: Path, file: str) -> None:
        self.root = root
        self.file = file
        self.sections: Sections = read_ini(root / file)
        self.project = self.sections.get("project", {})

    @cached_property
    def url(self) -> str:
        """The site's address: that of the project, or the name that it is deployed under."""
        if url := reachable(self.project.get("url", "")):
            return url
        targets = (each.get("target", "") for each in self.sections.values())
        names = (target.partition("cname=")[2].partition("&")[0] for target in targets)
        return next((f"https://{name}" for name in names if "." in name), "")

    @cached_property
    def alternatives(self) -> Mapping[str, Alternative]:
        """The site's languages by the names that its files have."""
        found = {}
        for name, values in self.sections.items():
            kind, _, key = name.partition(".")
            if kind == "alternatives" and key:
                prefix = values.get("url_prefix", "").lstrip("/")
                suffix = values.get("url_suffix", "").rstrip("/")
                found[key] = Alternative(prefix, suffix, values.get("locale", key))
        return found

    @cached_property
    def primary(self) -> str:
        """The name of the main language; '' if there is but one."""
        for name, values in self.sections.items():
            if name.startswith("alternatives.") and yes_or_no(values.get("primary", "")):
                return name.partition(".")[2]
        return PRIMARY

    @cached_property
    def locale(self) -> str:
        """That of the main language, with its territory."""
        own = self.alternatives.get(self.primary)
        return own.locale if own else self.project.get("locale", "en_US")

    @cached_property
    def language(self) -> str:
        """The main language; '' where the project names none."""
        named = self.alternatives.get(self.primary) or "locale" in self.project
        return self.locale.replace("_", "-") if named else ""

    def files(self) -> list[Path]:
        """Every file that was read, or would be."""
        folders = [self.root / "models", *sorted(self.root.glob("themes/*/models"))]
        models = [file for folder in folders for file in sorted(folder.glob("*.ini"))]
        return [self.root / self.file, *models[:_MOST_MODELS]]

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """The models by name; the site's own win over those of its themes."""
        files = reversed(self.files()[1:])
        sections = {file.stem.replace("\\", "/"): read_ini(file) for file in files}
        return {name: _model(name, sections) for name in sections}

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The fields that may hold the date of a record, the likeliest first."""
        typed = (
            name
            for of_model, model in self.models.items()
            for name in model.dates
            if _POSTS.search(of_model) and not _NO_DATES.search(name)
        )
        return tuple(dict.fromkeys((*_FIRST, *typed)))


def _model(name: str, all_sections: Mapping[str, Sections]) -> Model:
    """A model with what it inherits."""
    chain = [name]
    while (parent := _of(all_sections[chain[-1]], "model", "inherits")) in all_sections:
        if parent in chain:
            break
        chain.append(parent)
    found = [all_sections[each] for each in chain]
    fields = {
        section.partition(".")[2]: values.get("type", "string")
        for sections in reversed(found)
        for section, values in sections.items()
        if section.startswith("fields.")
    }
    return Model(
        fields,
        _first(found, "children", "model"),
        _first(found, "children", "slug_format"),
        yes_or_no(_first(found, "children", "hidden")),
        tuple(name for name, kind in fields.items() if kind in _DATES),
    )


def _of(sections: Sections, name: str, key: str) -> str:
    return sections.get(name, {}).get(key, "")


def _first(found: list[Sections], name: str, key: str) -> str:
    return next(filter(None, (_of(sections, name, key) for sections in found)), "")


def read(root: Path) -> Project | None:
    """The project in `root`; None if there is none."""
    try:
        with os.scandir(root) as entries:
            names = sorted(each.name for each in entries if each.name.endswith(ENDING))
    except OSError:
        return None
    return Project(root, names[0]) if names else None
