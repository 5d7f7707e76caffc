"""Lektor: a project file, models, and a folder with `contents.lr` for each page."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from publisher.content.files import FolderContents
from publisher.content.frontmatter.dates import PostDate, read_date
from publisher.content.frontmatter.fences import BOUND, Raw
from publisher.content.frontmatter.fields import ALL, Fields, first
from publisher.content.frontmatter.heads import read_head
from publisher.content.frontmatter.heads.lektor import read_lektor
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import (
    Address,
    Document,
    Found,
    FoundSource,
    Generator,
    Kind,
    Sure,
)
from publisher.content.generators.lektor.dates import apart
from publisher.content.generators.lektor.project import Project, read, yes_or_no
from publisher.content.generators.lektor.records import Record, Records
from publisher.content.source import Source
from publisher.content.urls import escaped

_MAIN = "contents.lr"
_NAME = re.compile(r"contents(?:\+([\w.-]+))?\.lr")
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
_LISTS = frozenset({"tags", "categories", "category", "topics", "author", "authors"})
_UNREAD = "the site computes its slugs by {0!r}, which is not understood; give the post a _slug"
_UNREACHED = "Lektor makes no page of it, for a folder above it has no contents.lr"
_NO_URL = "{0} gives no url; set site.url in config.yaml"


class Lektor(Generator):
    """https://www.getlektor.com: `*.lektorproject`, `models/` and `content/`."""

    suffixes = (".lr",)
    reads_whole_files = True
    settings: ClassVar = ("models/blog-post.ini", "models/blog.ini", "models/page.ini")

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """The Lektor project in `folder`."""
        project = read(folder)
        if project is None or not (folder / "content").is_dir():
            return None
        return Found(
            root=folder,
            seen=project.file,
            sure=Sure.CERTAIN,
            base_url=project.url,
            title=project.project.get("name", ""),
            language=project.language,
            sources=(FoundSource("posts", folder / "content"),),
            notes=() if project.url else (_NO_URL.format(project.file),),
        )

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._last: tuple[Mapping[str, Any], Record | None] = ({}, None)
        self._paths: dict[tuple[str, str], str] = {}

    @cached_property
    def _project(self) -> Project:
        return read(self.source.root) or Project(self.source.root, "")

    @cached_property
    def fields(self) -> Fields:  # type: ignore[override]
        """The keys that are read; the site's models say which hold a date."""
        return ALL._replace(
            title=("title", "name", "headline"),
            description=(
                "summary", "excerpt", "description", "teaser", "abstract", "subtitle", "lead",
            ),
            image=("image", "share_image", *ALL.image),
            date=self._project.dates,
            updated=("updated", "modified", "last_mod", "lastmod"),
            hidden=(),
            shown=("_discoverable",),
            state=(),
            language=(),
            address=(),
        )  # fmt: skip

    @cached_property
    def _records(self) -> Records:
        return Records(self._project, self.source.root / "content")

    @cached_property
    def _below_content(self) -> str:
        """The source's folder below `content/`, with a slash at its end; '' if it is the same."""
        content = self.source.root / "content"
        if not self.source.folder.is_relative_to(content):
            return ""
        below = self.source.folder.relative_to(content).as_posix()
        return "" if below == "." else f"{below}/"

    def _settings(self) -> list[Path]:
        return self._project.files()

    def sources(self) -> FolderContents:
        """Each `contents.lr`, and `contents+de.lr` for another language."""
        contents = self.sorted_out(super().sources(), self._kind)
        folders = {file.path.rpartition("/")[0] for file in contents.files}
        above = {folder.rpartition("/")[0] for folder in folders}
        self.data += [each for each in contents.files if each.path.rpartition("/")[0] in above]
        main = f"/contents+{self._project.primary}.lr"
        mains = [file.path for file in contents.files if file.path.endswith(main)]
        others = {path.removesuffix(main) + f"/{_MAIN}" for path in mains}
        if others:
            contents.files = [each for each in contents.files if each.path not in others]
        return contents

    def _kind(self, path: str) -> Kind:
        name = path.rpartition("/")[2]
        if name == _MAIN:
            return Kind.POST
        match = _NAME.fullmatch(name)
        if match is None:
            return Kind.OTHER
        return Kind.POST if not match[1] or match[1] in self._project.alternatives else Kind.OTHER

    def _place(self, path: str) -> tuple[str, str]:
        """The folder of a file below `content/`, and the name of its language."""
        folder, _, name = (self._below_content + path).rpartition("/")
        if name == _MAIN:
            return folder, self._project.primary
        match = _NAME.fullmatch(name)
        return folder, (match[1] if match and match[1] else self._project.primary)

    def head(self, raw: Raw, path: str) -> Metadata:
        """Every field of the file; another language has the rest from the main one."""
        found = read_head(self._whole(raw, path), (read_lektor,))
        values = _tidy(found.values)
        if "+" in path.rpartition("/")[2]:
            folder = path.rpartition("/")[0]
            text = _bytes(self.source.folder / folder / "contents.lr")
            main = read_lektor(text.decode("utf-8", "replace"))
            others = main.values if main else {}
            values = {**_tidy(others), **values}
        return found._replace(values=values)

    def _whole(self, raw: Raw, path: str) -> Raw:
        """The whole file: fields may stand below the text."""
        return raw if raw.ended else Raw(_bytes(self.source.folder / path), ended=True)

    def date(self, written: str) -> PostDate:
        """A day, or a time with the name or the offset of a zone.

        Raises:
            ValueError: it cannot be read, and why.
        """
        moment, zone = apart(written)
        return read_date(moment, ZoneInfo(zone) if zone else self.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:  # noqa: ARG002
        """What has no date is a page."""
        return None

    def title(self, document: Document) -> str:
        """The name of its folder."""
        name = self._place(document.path)[0].rpartition("/")[2]
        return name.replace("-", " ").replace("_", " ").title()

    def _record(self, document: Document) -> Record:
        """Its record; that of the last document is asked for several times."""
        last, record = self._last
        if record is None or last is not document.values:
            folder, language = self._place(document.path)
            record = self._records.of(folder, language, document.values)
            self._last = document.values, record
        return record

    def permalink(self, document: Document) -> Address:
        """The slugs of the folders, each by `_slug` or its parent's `slug_format`."""
        folder, language = self._place(document.path)
        record = self._record(document)
        if not record.is_there:
            return Address("", problem=_UNREACHED)
        above = self._above(folder.rpartition("/")[0], language) if folder else ""
        path = f"{above}{record.slug}".strip("/")
        alternative = self._project.alternatives.get(language)
        if alternative:
            path = f"{alternative.prefix}{path}{alternative.suffix}"
        end = "" if not path or "." in path.rpartition("/")[2] or path.endswith("/") else "/"
        problem = _UNREAD.format(record.problem) if record.problem else ""
        path = path.lstrip("/")
        path = path if _PLAIN.fullmatch(path) else escaped(path)
        url = f"{self.source.url.rstrip('/')}/{path}{end}"
        return Address(url, problem=problem)

    def _above(self, folder: str, language: str) -> str:
        """The path of the folder's page, with a slash at its end; each is put together once."""
        if (folder, language) not in self._paths:
            slugs = [_undotted(each.slug) for each in self._records.parents(folder, language)]
            self._paths[folder, language] = "".join(f"{each}/" for each in slugs)
        return self._paths[folder, language]

    def hidden(self, document: Document) -> bool:
        """By `_hidden`, of its own or of a folder above, and `_discoverable`."""
        listed = yes_or_no(_text(document.values, "_discoverable"))
        record = self._record(document)
        return record.is_hidden or not record.is_there or listed is False

    def is_page(self, document: Document) -> bool:
        """What has no date."""
        return document.date is None and not first(document.values, document.names.date)[0]

    def language(self, document: Document) -> str:
        """That of its name."""
        language = self._place(document.path)[1]
        alternative = self._project.alternatives.get(language)
        if alternative is None or language == self._project.primary:
            return self.source.language
        return alternative.locale.replace("_", "-")

    def picture(self, image: str, document: Document, url: str) -> str:
        """A bare name is a file beside the post."""
        is_beside = "/" not in image and ":" not in image and url.endswith("/")
        return super().picture(urljoin(url, escaped(image)) if is_beside else image, document, url)


def _undotted(slug: str) -> str:
    """The slug of a folder above: one with an ending gets a mark, as the page has its name."""
    head, between, tail = slug.rpartition("/")
    return f"{head}{between}_{tail}" if "." in tail else slug


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BOUND)
    except OSError:
        return b""


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """With lists as tuples: an item on each line, or commas between them."""
    tidy = dict(values)
    for key in _LISTS & values.keys():
        value = values[key]
        if isinstance(value, str):
            items = value.split("\n" if "\n" in value else ",")
            tidy[key] = tuple(filter(None, map(str.strip, items)))
    return tidy


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
