"""What a Nikola post says: its head, its `.meta` file, its name, and what its compiler reads."""

import json
import re
from collections.abc import Mapping
from typing import Any

from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.heads import first_block, read_head, text_of
from publisher.content.frontmatter.heads.html import read_html
from publisher.content.frontmatter.heads.meta_lines import read_meta_lines
from publisher.content.frontmatter.heads.nikola import read_nikola
from publisher.content.frontmatter.heads.org import read_org
from publisher.content.frontmatter.heads.restructured import read_restructured
from publisher.content.frontmatter.parse import Metadata, flattened
from publisher.content.generators.nikola.settings import Settings
from publisher.content.settings.expressions import expression
from publisher.model.posts import Status

NOTEBOOK = ".ipynb"
_HTML = (".html", ".htm")
_REST = (".rst", ".txt")
_MARKDOWN = (".md", ".mdown", ".markdown")
_IN_ORDER = ("title", "slug", "date", "tags", "link", "description")
_LISTS = ("tags", "category")
_SEPARATORS = re.compile(r"[_.-]")

Values = dict[str, Any]


class Heads:
    """How the heads of one site are read."""

    def __init__(self, settings: Settings) -> None:
        self._of_name = expression(settings.text("FILE_METADATA_REGEXP"))
        self._unslugs = settings.flag("FILE_METADATA_UNSLUGIFY_TITLES", default=True)
        self._docinfo = settings.flag("USE_REST_DOCINFO_METADATA", default=False)
        extensions = settings.texts("MARKDOWN_EXTENSIONS")
        self._meta_lines = any(each.rpartition(".")[2] == "meta" for each in extensions)
        self._names = settings.mapping("METADATA_MAPPING")
        docinfo, lines = _REST * self._docinfo, _MARKDOWN * self._meta_lines
        self._compiled_endings = (NOTEBOOK, ".org", *_HTML, *docinfo, *lines)

    def read(self, raw: Raw, path: str, beside: Raw | None) -> Metadata:
        """What the file says, or the one beside it, over what its compiler and its name tell."""
        inner = self._compiled(raw, path) if path.lower().endswith(self._compiled_endings) else None
        found = _lines(beside or raw)
        if beside and not found.values:
            found = _older(beside) or found
        values = {**self._name(path), **(inner.values if inner else {})}
        if found.values:
            values |= self._mapped(found)
        if not values or (found.status is Status.UNREADABLE and not inner):
            return found
        head = found if found.values else inner or found
        plain = head._replace(values=_tidy(values))
        return plain if head.values else plain._replace(status=Status.OK, problem="")

    def _compiled(self, raw: Raw, path: str) -> Metadata | None:
        """What the compiler of such files reads itself."""
        try:
            text = text_of(raw)
        except UnicodeDecodeError:
            return None
        lower = path.lower()
        if lower.endswith(NOTEBOOK):
            return _of_notebook(text)
        if lower.endswith(_HTML):
            return read_html(text)
        if lower.endswith(".org"):
            return read_org(text)
        if lower.endswith(_REST):
            return read_restructured(text)
        return None if text.startswith("---\n") else read_meta_lines(text)

    def _name(self, path: str) -> Values:
        """What the path itself tells, by `FILE_METADATA_REGEXP`."""
        match = self._of_name.match(path) if self._of_name and self._of_name.pattern else None
        if match is None:
            return {}
        told = match.groupdict()
        values: Values = {key.lower(): value for key, value in told.items() if value is not None}
        if self._unslugs and "title" in values:
            values["title"] = _SEPARATORS.sub(" ", values["title"]).strip().capitalize()
        return values

    def _mapped(self, found: Metadata) -> Values:
        """The values, also under the names that `METADATA_MAPPING` gives them."""
        values = dict(found.values)
        if not self._names:
            return values
        names = self._names.get({"-": "yaml"}.get(_fence(found), "nikola"))
        for foreign, own in names.items() if isinstance(names, Mapping) else ():
            if foreign in values and isinstance(own, str):
                values[own] = values[foreign]
        return values


def _lines(raw: Raw) -> Metadata:
    """A head of `.. key: value` lines, else what fences say."""
    block = first_block(raw)
    found = read_nikola(block) if block else None
    if found is None:
        return read_head(raw, (read_nikola,))
    return found._replace(rest=raw.content[len(block.encode()) + 2 :])


def _older(beside: Raw) -> Metadata | None:
    """A `.meta` file as versions before 7 had it: a value on each line, in a fixed order."""
    lines = [line.strip() for line in beside.content.decode("utf-8", "replace").split("\n")]
    values = {key: line for key, line in zip(_IN_ORDER, lines, strict=False) if line}
    is_one = "title" in values and values.get("date", "")[:4].isdecimal()
    return Metadata(values, "\n".join(lines)) if is_one else None


def _fence(found: Metadata) -> str:
    """The first mark of the fence; a head of `.. key: value` lines has none."""
    return "" if found.lines.lstrip().startswith((".. ", "<!--", "#")) else "-"


def _of_notebook(text: str) -> Metadata | None:
    """What a notebook holds for Nikola."""
    try:
        held = json.loads(text)["metadata"]["nikola"]
    except Exception:  # noqa: BLE001  a notebook may be anything
        return None
    return Metadata(flattened(held)) if isinstance(held, dict) and held else None


def _tidy(values: Mapping[str, Any]) -> Values:
    """Tags cut at commas; a post that is `featured` by its status is so by a flag, too."""
    tidy = dict(values)
    for name in _LISTS:
        if isinstance(tidy.get(name), str):
            tidy[name] = tuple(filter(None, map(str.strip, tidy[name].split(","))))
    if tidy.get("status") == "featured":
        tidy["featured"] = "true"
    return tidy
