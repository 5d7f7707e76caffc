"""Zola: sections and pages below `content/`, addressed by folder and file name."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from publisher.content.files import FolderContents
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.fields import ALL, falsehood, truth
from publisher.content.frontmatter.parse import read_metadata
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.settings.globs import too_many_stars
from publisher.content.urls import escaped, picture

if TYPE_CHECKING:
    from publisher.content.generators.zola.settings import Settings

_DATED = re.compile(
    r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?)"
    r"(?:\s?[_-](.+))?",
    re.ASCII,
)
_IN_PATH = re.compile(r"(?<!\d)(\d{4})/(\d\d)/(\d\d)(?!\d)", re.ASCII)
_IMAGES = (
    "extra.image", "extra.cover_image", "extra.cover", "extra.banner", "extra.thumbnail",
    "extra.featured_image", "extra.hero", "extra.social_media_card", "extra.og_image",
    "extra.social_image", "extra.local_image", "extra.remote_image", "extra.img", "extra.preview",
)  # fmt: skip
_PAGES = frozenset({
    "about", "about-me", "me", "contact", "archive", "archives", "privacy", "imprint", "impressum",
    "search", "projects", "links", "now", "uses", "resume", "cv",
})  # fmt: skip
_INDEX, _SECTION = "index", "_index"
_UTC = ZoneInfo("UTC")


class _Place(NamedTuple):
    """Where a page is: its folder without the one of its own assets, its name and language."""

    folder: str
    name: str
    language: str
    colocated: bool


class _Section(NamedTuple):
    """What a file `_index.md` says of the pages in its folder."""

    draft: bool
    by_date: bool


class Zola(Generator):
    """https://www.getzola.org: Markdown with TOML or YAML, one binary, no plug-ins."""

    suffixes = (".md",)
    settings = ("zola.toml", "config.toml")
    fields = ALL._replace(
        title=("title",),
        description=(
            "description", "extra.description", "extra.summary", "extra.subtitle", "extra.excerpt",
            "extra.lead", "summary",
        ),
        image=_IMAGES,
        author=("authors", "extra.author", "extra.authors", "author"),
        date=("date",),
        updated=("updated", "extra.updated"),
        categories=(
            "taxonomies.categories", "taxonomies.category", "taxonomies.tags", "categories",
            "category", "tags",
        ),
        tags=("taxonomies.tags", "tags"),
        featured=("extra.featured", "extra.pinned", "extra.pin", "featured"),
        hidden=("draft",),
        shown=("render",),
        state=(),
        language=(),
        address=("path",),
    )  # fmt: skip

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.zola.settings."""
        from publisher.content.generators.zola.settings import detect

        return detect(folder)

    @cached_property
    def _site(self) -> "Settings":
        from publisher.content.generators.zola.settings import Settings, load

        return load(self.source.root) or Settings()

    @property
    def unread(self) -> str:
        """What is wrong with the site's settings; '' if nothing is."""
        return self._site.problem

    def sources(self) -> FolderContents:
        """Every page but those of sections (`_index.md`)."""
        contents = super().sources()
        ignored = [_glob(each) for each in self._site.ignored if not too_many_stars(each)]

        def kind(path: str) -> Kind:
            if any(each.fullmatch(path) or each.fullmatch(f"content/{path}") for each in ignored):
                return Kind.OTHER
            is_section = path.rpartition("/")[2].startswith(f"{_SECTION}.")
            return Kind.DATA if is_section else Kind.POST

        return self.sorted_out(contents, kind)

    @cached_property
    def _sections(self) -> Mapping[str, _Section]:
        """What sections say, by folder; that of the default language counts."""
        start = len(str(self.source.folder)) + 1
        found = {}
        for file in self.data:
            folder, _, name = file.path[start:].rpartition("/")
            if name == f"{_SECTION}.md":
                found[folder] = _section(file.path)
        return found

    def _place(self, path: str) -> _Place:
        folder, _, file = path.rpartition("/")
        name, _, suffix = file.removesuffix(".md").partition(".")
        language = self._site.language
        if suffix in self._site.languages:
            language = suffix
        elif suffix:
            name = f"{name}.{suffix}"
        if name.partition(".")[0] != _INDEX:
            return _Place(folder, name, language, colocated=False)
        folder, _, own = folder.rpartition("/")
        return _Place(folder, own if name == _INDEX else name, language, colocated=True)

    def permalink(self, document: Document) -> Address:
        """By the folder, and the slug or the name of the file."""
        from publisher.content.generators.zola.slugs import encoded, slug

        place, values = self._place(document.path), document.values
        if falsehood(values.get("render", "true")):
            return Address("")
        written, rest = values.get("slug"), _rest(place.name)
        name = rest if rest and not self._site.keep_dates else place.name
        own = slug(written if isinstance(written, str) and written else name, self._site.slugs)
        language = "" if place.language == self._site.language else place.language
        path = "/".join(filter(None, (language, place.folder, own)))
        return Address(f"{self.source.url.rstrip('/')}/{encoded(path)}".rstrip("/") + "/")

    def address(self, document: Document) -> Address:
        """By `path`, else by folder and name."""
        written = document.values.get("path")
        own = written.strip() if isinstance(written, str) else ""
        if not own or falsehood(document.values.get("render", "true")):
            return self.permalink(document)
        return Address(f"{self.source.url.rstrip('/')}/{escaped(own.strip('/'))}/")

    @property
    def zone(self) -> ZoneInfo:
        """UTC, as Zola knows no other."""
        return _UTC

    def other_date(self, document: Document) -> PostDate | None:
        """That which the file's or its own folder's name begins with, else the one in `path`."""
        match = _DATED.match(self._place(document.path).name)
        path = document.values.get("path")
        in_path = _IN_PATH.search(path) if isinstance(path, str) else None
        written = match[1] if match else "-".join(in_path.groups()) if in_path else ""
        try:
            return self.date(written) if written else None
        except ValueError:
            return None

    def title(self, document: Document) -> str:
        """A page without a title is called after its folder where it has one of its own."""
        place = self._place(document.path)
        name = _rest(place.name) or place.name
        return name.replace("-", " ").capitalize() if place.colocated else ""

    def hidden(self, document: Document) -> bool:
        """Drafts, pages that are not rendered, and what lies in a section that is a draft."""
        values = document.values
        if truth(values.get("draft")) or falsehood(values.get("render", "true")):
            return True
        return any(self._sections[each].draft for each in self._above(document.path))

    def _above(self, path: str) -> list[str]:
        """The sections that a page lies in, from the outermost."""
        parts = path.split("/")[:-1]
        folders = ["/".join(parts[:count]) for count in range(len(parts) + 1)]
        return [each for each in folders if each in self._sections]

    def is_page(self, document: Document) -> bool:
        """Without a date in a section that is not sorted by date, or called as pages are."""
        place = self._place(document.path)
        if document.date is None:
            section = self._sections.get(place.folder)
            return not (place.folder and section and section.by_date)
        return not place.folder and place.name.lower() in _PAGES

    def language(self, document: Document) -> str:
        """That of the file's name in a site of several, else the source's."""
        if not self._site.languages:
            return self.source.language
        return self._place(document.path).language

    def picture(self, image: str, document: Document, url: str) -> str:
        """Beside the page if it lies there, else below the site."""
        beside = image.removeprefix("./")
        if url and ":" not in beside and ".." not in beside and not beside.startswith("/"):
            folder = self.source.folder / document.path.rpartition("/")[0]
            if self._place(document.path).colocated and (folder / beside).is_file():
                return url + escaped(beside)
        return picture(self.source.url, image)


def _rest(name: str) -> str:
    """What follows the date in a file's name; '' where there is none."""
    match = _DATED.match(name)
    return (match[2] or "") if match else ""


def _section(path: str) -> _Section:
    try:
        values: Mapping[str, Any] = read_metadata(read_raw(path)).values
    except OSError:
        values = {}
    return _Section(truth(values.get("draft")), values.get("sort_by") in {"date", "update_date"})


def _glob(written: str) -> re.Pattern[str]:
    """A glob of `ignored_content`; a star stops at no slash there."""
    short = re.sub(r"\*+", "*", written[:500])
    pieces = (_WILD.get(each, re.escape(each)) for each in short)
    return re.compile("".join(pieces))


_WILD = {"*": ".*", "?": "."}
