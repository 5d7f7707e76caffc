"""Records: the folders of a Lektor site, each with what its parents decide for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.frontmatter.heads.lektor import read_lektor
from publisher.content.generators.lektor.dates import apart
from publisher.content.generators.lektor.expressions import NotKnown, expand
from publisher.content.generators.lektor.project import Model, Project, yes_or_no
from publisher.content.generators.lektor.slugs import slug

_NO_MODEL = Model({})
_MOST_BYTES = 256 * 1024
_DEEPEST = 64


@dataclass(frozen=True)
class Record:
    """One folder: its slug below its parent's page, what it hides, and its model.

    `is_there` says whether it and all folders above it have contents; `problem` is the
    `slug_format` that cannot be read.
    """

    path: str
    slug: str
    model: Model
    is_hidden: bool
    is_there: bool = True
    problem: str = ""


class Records:
    """Those of one site, each read once; `folder` is that of the site's content."""

    def __init__(self, project: Project, folder: Path) -> None:
        self._project = project
        self._folder = folder
        self._known: dict[tuple[str, str], Record] = {}

    def of(self, path: str, alternative: str, values: Mapping[str, Any] | None = None) -> Record:
        """The record of the folder `path` ('' is the top), which says `values` if they are known.

        Only those are kept whose values are read here: parents are asked for many times.
        """
        if values is not None:
            return self._made(path, alternative, values)
        if (path, alternative) not in self._known:
            made = self._made(path, alternative, self._values(path, alternative))
            self._known[path, alternative] = made
        return self._known[path, alternative]

    def parents(self, path: str, alternative: str) -> list[Record]:
        """Those from the top down to the folder itself."""
        parts = path.split("/")[:_DEEPEST] if path else []
        return [self.of("/".join(parts[:count]), alternative) for count in range(len(parts) + 1)]

    def _made(self, path: str, alternative: str, values: Mapping[str, Any]) -> Record:
        if not path:
            hides = yes_or_no(_text(values, "_hidden")) or False
            return Record("", slug(_text(values, "_slug")), self._model("", values, None), hides)
        parent = self.of(path.rpartition("/")[0], alternative)
        hidden = yes_or_no(_text(values, "_hidden"))
        if hidden is None:
            of_parent = parent.model.hides_children
            hidden = parent.is_hidden if of_parent is None else of_parent
        model = self._model(path, values, parent)
        own, problem = self._slug(path, values, parent, model)
        return Record(path, own, model, hidden, parent.is_there and bool(values), problem)

    def _slug(
        self, path: str, values: Mapping[str, Any], parent: Record, model: Model
    ) -> tuple[str, str]:
        name, pattern = path.rpartition("/")[2], parent.model.slug_format
        if (written := _text(values, "_slug")) and (own := slug(written)):
            return own, ""
        if not pattern:
            return name, ""
        try:
            filled = expand(pattern, self._fields(path, values, model))
        except NotKnown:
            return name, pattern
        return "_".join(filled.split()).strip("/"), ""

    def _fields(self, path: str, values: Mapping[str, Any], model: Model) -> dict[str, Any]:
        """What `slug_format` may ask about: the record's fields, dates as such."""
        fields = dict(values)
        for name in model.dates:
            if name in fields:
                fields[name] = _date(fields[name])
        fields["_id"], fields["_path"] = path.rpartition("/")[2], f"/{path}"
        fields["_locale"] = self._project.locale
        return fields

    def _model(self, path: str, values: Mapping[str, Any], parent: Record | None) -> Model:
        implied = parent.model.child_model if parent else ""
        of_name = path.rpartition("/")[2].partition(".")[0].replace("-", "_").lower()
        for name in (_text(values, "_model") or implied, of_name, "page"):
            if name in self._project.models:
                return self._project.models[name]
        return _NO_MODEL

    def _values(self, path: str, alternative: str) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for name in dict.fromkeys((f"contents+{alternative}.lr", "contents.lr")):
            read = read_lektor(beginning(self._folder / path / name, _MOST_BYTES))
            values = {**(read.values if read else {}), **values}
        return values


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def _date(value: Any) -> date | None:
    """The day that a field says; one that cannot be read is none."""
    try:
        moment, _ = apart(str(value))
        return date(*map(int, moment.partition(" ")[0].split("-")))
    except (ValueError, TypeError):
        return None
