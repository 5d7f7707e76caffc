"""What a post says: its head, and what the site's settings say for its path."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.heads import first_block, is_fenced, read_head, text_of
from publisher.content.frontmatter.heads.asciidoc import read_asciidoc
from publisher.content.frontmatter.heads.html import read_html
from publisher.content.frontmatter.heads.meta_lines import read_block, read_meta_lines
from publisher.content.frontmatter.heads.org import read_org
from publisher.content.frontmatter.heads.restructured import read_restructured
from publisher.content.frontmatter.parse import Metadata, read_metadata
from publisher.content.generators.pelican.settings import Settings
from publisher.content.settings.expressions import expression
from publisher.model.posts import Status

_FILENAME = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
_LISTS = frozenset({"tags", "authors", "keywords"})
_ONCE = frozenset({"date", "modified", "status", "category", "author", "save_as", "url", "slug"})
_DISCARDED = frozenset({"tags", "status", "category", "author", "authors", "slug"})
_QUOTES = frozenset("\"'")
_QUOTED = re.compile(r"([\"'])(.*)\1")
_READERS: Mapping[str, Callable[[str], Metadata | None]] = {
    "rst": read_restructured, "html": read_html, "htm": read_html, "org": read_org,
    "adoc": read_asciidoc, "asciidoc": read_asciidoc, "asc": read_asciidoc,
}  # fmt: skip

Values = dict[str, Any]


def read(raw: Raw, path: str) -> Metadata:
    """The head of a file, by its ending; keys are in lower case, tags and authors tuples."""
    suffix = path.rpartition(".")[2].lower()
    reader = _READERS.get(suffix)
    metadata = read_head(raw, (reader,)) if reader else _of_markdown(raw)
    values = {}
    for written, value in metadata.values.items():
        key = written.lower()
        is_plain = type(value) is str and key not in _LISTS and value[:1] not in _QUOTES
        tidy = value if is_plain else _tidy(key, value)
        if tidy or key not in _DISCARDED:
            values[key] = tidy
    if suffix == "rst" and values:
        values.setdefault("title", "")  # to Pelican such a file has a title, if an empty one
    return metadata._replace(values=values)


def _of_markdown(raw: Raw) -> Metadata:
    """The lines `key: value`; where fences hold what they cannot say, it is YAML."""
    block = first_block(raw)
    if block and (usual := read_block(block, raw.content[len(block.encode()) + 2 :])):
        return usual
    try:
        text = text_of(raw)
    except UnicodeDecodeError:
        return read_metadata(raw)
    found = read_meta_lines(text)
    if not is_fenced(text):
        return found or read_metadata(raw)
    fenced = read_metadata(raw)
    if fenced.status is Status.OK and (found is None or found.values.keys() != _plain(fenced)):
        return fenced
    return found or fenced


def _plain(metadata: Metadata) -> set[str]:
    """The keys in lower case, without those of mappings inside."""
    return {key.lower() for key in metadata.values if "." not in key}


def _tidy(key: str, value: Any) -> Any:
    if key in _LISTS:
        listed = value if isinstance(value, tuple) and len(value) > 1 else _listed(value)
        return tuple(filter(None, map(str.strip, listed)))
    if isinstance(value, tuple):
        value = (value[0] if key in _ONCE else " ".join(value)) if value else ""
    if value[:1] not in _QUOTES:
        return value
    match = _QUOTED.fullmatch(value.strip())
    return match[2] if match and match[1] not in match[2] else value


def _listed(value: Any) -> tuple[str, ...]:
    text = value[0] if isinstance(value, tuple) and value else value
    if not isinstance(text, str):
        return ()
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    parts = text.split(";") if ";" in text else text.split(",")
    return tuple(part.strip().strip("\"'") for part in parts)


class Paths:
    """What the settings of one site say for the path of a file below the site's folder."""

    def __init__(self, settings: Settings) -> None:
        self._default = {key: str(value) for key, value in _known(settings, "DEFAULT_METADATA")}
        self._extra = [
            (path.strip("/"), value)
            for path, value in sorted(_known(settings, "EXTRA_PATH_METADATA"))
            if isinstance(value, dict)
        ]
        self._of_name = expression(settings.text("FILENAME_METADATA", _FILENAME))
        self._of_path = expression(settings.text("PATH_METADATA"))
        self._by_folder = settings.flag("USE_FOLDER_AS_CATEGORY", default=True)

        self._places = frozenset(place for place, _ in self._extra)
        self._folders: dict[str, Values] = {}

    def values(self, path: str) -> Values:
        """Defaults, then what stands for its path, then what its path itself tells."""
        folder, _, name = path.rpartition("/")
        told: Values = {}
        if self._of_name:
            self._add(told, self._of_name, name.rpartition(".")[0])
        if self._of_path and self._of_path.pattern:
            self._add(told, self._of_path, path)
        if self._by_folder and folder and "category" not in told:
            told["category"] = folder.rpartition("/")[2]
        if path in self._places:
            return self._said(path) | told
        said = self._folders.get(folder)
        if said is None:
            said = self._folders[folder] = self._said(folder)
        return said | told

    def _said(self, path: str) -> Values:
        """What the settings say for a path and for the folders around it."""
        values: Values = {**self._default}
        for place, extra in self._extra:
            if path == place or path.startswith(f"{place}/"):
                values |= {key: value for key, value in extra.items() if isinstance(value, str)}
        return values

    def _add(self, told: Values, pattern: re.Pattern[str], text: str) -> None:
        match = pattern.match(text)
        for key, value in match.groupdict().items() if match else ():
            if value is not None:
                told.setdefault(key.lower(), value)


def _known(settings: Settings, name: str) -> list[tuple[str, Any]]:
    return list(settings.mapping(name).items())
