"""Eleventy: its configuration, directory data, permalinks and templates."""

import os
import posixpath
import re
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.content.files import FolderContents, beginning, list_files
from publisher.content.frontmatter import fields as front
from publisher.content.frontmatter.dates import PostDate, read_date
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import ALL, Fields, is_draft, truth
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.eleventy.settings_files import SETTINGS
from publisher.model.posts import Status

if TYPE_CHECKING:
    from publisher.content.generators.eleventy.cascade import Cascade, Cascaded, Layouts
    from publisher.content.generators.eleventy.permalinks import Permalinks
    from publisher.content.generators.eleventy.site import Site

_TEMPLATES = (".njk", ".liquid", ".html", ".webc", ".vto", ".hbs", ".mustache", ".ejs", ".pug")
_DATA = (".json", ".11tydata.js", ".11tydata.cjs", ".11tydata.mjs", ".yaml", ".yml", ".toml")
_POST_FOLDERS = frozenset(
    [
        "posts",
        "post",
        "_posts",
        "blog",
        "blogs",
        "articles",
        "article",
        "notes",
        "note",
        "journal",
        "writing",
        "writings",
        "news",
        "essays",
        "weeknotes",
        "entries",
        "stories",
        "updates",
        "diary",
        "log",
        "til",
        "links",
        "bookmarks",
        "newsletter",
        "newsletters",
        "blogposts",
        "blog-posts",
    ]
)
_POST_TAGS = _POST_FOLDERS | {"blogpost", "blog-post", "blogPost", "blogPosts", "post-en"}
_NO_POSTS = frozenset({"nav", "page", "pages", "all", "menu", "footer", "header", "navigation"})
_PAGES = frozenset(
    [
        "index",
        "about",
        "404",
        "500",
        "now",
        "uses",
        "contact",
        "colophon",
        "privacy",
        "imprint",
        "impressum",
        "legal",
        "archive",
        "archives",
        "tags",
        "tag",
        "categories",
        "category",
        "search",
        "feed",
        "sitemap",
        "offline",
        "readme",
        "license",
        "changelog",
        "contributing",
        "code_of_conduct",
        "projects",
        "portfolio",
        "cv",
        "resume",
        "work",
        "styleguide",
        "credits",
        "terms",
        "cookies",
        "thanks",
        "subscribe",
        "links",
        "blogroll",
    ]
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FILE_TIMES = frozenset({"last modified", "created", "git last modified", "git created"})
_FILE_TIME = "page.filetime"
_MOST_BESIDE = 100
_MOST_LOOKED_AT = 64 * 1024
_PLAIN_DATA = (".json", ".yaml", ".yml", ".toml")
_FLAGS = ("draft", "private", "hidden", "unlisted")
_EXCLUDED = "eleventyExcludeFromCollections"
_SCRIPTED = re.compile(rb"---(?:js|javascript)[ \t]*\r?\n")


class Eleventy(Generator):
    """https://www.11ty.dev: JavaScript, any template language, data files beside the content."""

    suffixes = (".markdown", ".md")
    other_suffixes = (*_TEMPLATES, ".11ty.js", *_DATA)
    skipped_folders = frozenset({"node_modules", "_includes", "_data", "_layouts", "_site"})
    settings = SETTINGS

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.eleventy.detect."""
        if not any((folder / name).is_file() for name in Eleventy.settings[:6]):
            return None
        from publisher.content.generators.eleventy.detect import detect

        return detect(folder)

    @cached_property
    def fields(self) -> Fields:  # type: ignore[override]
        """Flags count where the site's own scripts, data and layouts look at them."""
        shown = tuple(name for name in ALL.shown if self._is_looked_at(name))
        hidden = tuple(name for name in _FLAGS if self._is_looked_at(name))
        if not self._site.scripts:
            hidden = _FLAGS[:1]  # without a configuration nothing tells, and a draft says so itself
        return Fields(
            date=("date",),
            address=("permalink",),
            hidden=hidden,
            shown=shown,
            state=(),
        )

    def _is_looked_at(self, name: str) -> bool:
        pattern = re.compile(
            rf"(?:data|[\"'])[.\"']*{name}\b|\b{name}[\"']?\s*[,}})&|=]|not {name}\b"
        )
        return any(map(pattern.search, self._looking))

    @cached_property
    def _looking(self) -> list[str]:
        """The texts that may decide what is shown."""
        paths = [Path(each.path) for each in self.data if not each.path.endswith(_PLAIN_DATA)]
        paths += [each for each in self._beside if each.is_file()]
        texts = [beginning(path, _MOST_LOOKED_AT) for path in paths[: 2 * _MOST_BESIDE]]
        return [*(script.source for script in self._site.scripts), *texts]

    @cached_property
    def _site(self) -> "Site":
        from publisher.content.generators.eleventy.site import Site

        return Site(self.source.root)

    @cached_property
    def _cascade(self) -> "Cascade":
        from publisher.content.generators.eleventy.cascade import Cascade

        return Cascade(self._site)

    @cached_property
    def _layouts(self) -> "Layouts":
        from publisher.content.generators.eleventy.cascade import Layouts

        return Layouts(self._site)

    @cached_property
    def _permalinks(self) -> "Permalinks":
        from publisher.content.generators.eleventy.permalinks import Permalinks

        return Permalinks(self._site, self.source.url)

    def _settings(self) -> list[Path]:
        return [*super()._settings(), *self._beside]

    @cached_property
    def _beside(self) -> list[Path]:
        """Global data, and layouts."""
        names = (self._site.data_folder, *self._site.layouts)
        folders = [self.source.root / name for name in names]
        return [each for folder in folders for each in sorted(folder.glob("*"))[:_MOST_BESIDE]]

    @cached_property
    def _prefix(self) -> str:
        """The folder of posts below the site's root, with a slash at its end."""
        below = os.path.relpath(self.source.folder, self.source.root).replace(os.sep, "/")
        return "" if below == "." else f"{below}/"

    def sources(self) -> FolderContents:
        """What Eleventy makes pages of; templates count where posts lie."""
        suffixes = (*self.suffixes, *self.other_suffixes)
        folder = self.source.folder
        found = list_files(folder, self.source.base, suffixes, self.skipped_folders)
        start = len(str(folder)) + 1
        names = (self._prefix + file.path[start:] for file in found.files)
        stems = {name.rpartition(".")[0] for name in names if not name.endswith(_DATA)}
        self._cascade.own = frozenset(stems & set(self._data_stems(found, start)))
        return self.sorted_out(found, self._kind)

    def _data_stems(self, found: FolderContents, start: int) -> list[str]:
        names = (self._prefix + file.path[start:] for file in found.files)
        return [
            name.rpartition(".")[0].removesuffix(".11tydata")
            for name in names
            if name.endswith(_DATA)
        ]

    def _kind(self, name: str) -> Kind:
        path = self._prefix + name
        if path.startswith(self._site.skipped) or path in self._site.ignored:
            return Kind.OTHER
        lower = path.lower()
        if lower.endswith(_DATA):
            return self._data_kind(path)
        if lower.endswith(self.suffixes):
            return Kind.POST
        return self._template_kind(lower)

    def _template_kind(self, path: str) -> Kind:
        """Templates other than Markdown are posts where posts lie."""
        folder, _, file = path.rpartition("/")
        formats = self._site.formats
        if formats and not any(path.endswith(f".{each}") for each in formats):
            return Kind.OTHER
        if not _is_in_posts(folder) or file.startswith(("index.", "feed", "sitemap", "rss")):
            return Kind.OTHER
        if path.endswith(".11ty.js"):
            return Kind.UNREAD if _DATE.match(file) else Kind.OTHER
        return Kind.POST

    def _data_kind(self, path: str) -> Kind:
        folder, _, file = path.rpartition("/")
        stem = path.rpartition(".")[0].removesuffix(".11tydata")
        named = ".11tydata." in file or file.partition(".")[0] == folder.rpartition("/")[2]
        return Kind.DATA if named or stem in self._cascade.own else Kind.OTHER

    def _cascaded(self, path: str) -> "Cascaded":
        return self._cascade.of(self._prefix + path)

    def head(self, raw: Raw, path: str) -> Metadata:
        """Data files and layouts fill in what the head does not say; tags of all count."""
        metadata = self._own_head(raw, path)
        above = self._cascaded(path).values
        layout = metadata.values.get("layout", above.get("layout"))
        if isinstance(layout, str) and layout:
            above = {**self._layouts.values(layout), **above}
        values = {**above, **metadata.values}
        if "tags" in above and "tags" in metadata.values:
            values["tags"] = (*_tags(above["tags"]), *_tags(metadata.values["tags"]))
        date = values.get("date")
        if isinstance(date, str) and date.strip().lower() in _FILE_TIMES:
            del values["date"]
            values[_FILE_TIME] = date
        if metadata.status is Status.NO_FRONT_MATTER and above:
            metadata = metadata._replace(status=Status.OK, problem="", problem_line=None)
        return metadata._replace(values=values)

    def _own_head(self, raw: Raw, path: str) -> Metadata:
        if match := _SCRIPTED.match(raw.content):
            from publisher.content.generators.eleventy.scripted import scripted_head

            return scripted_head(raw.content, match.end(), self._site, path)
        return super().head(raw, path)

    @property
    def zone(self) -> tzinfo:
        """Dates that name no zone are UTC."""
        return UTC

    def date(self, written: str) -> PostDate:
        """In UTC, as Eleventy has it."""
        return read_date(written, UTC, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:
        """The first date in the path, else the time of the file."""
        match = None
        if _FILE_TIME not in document.values:
            match = _DATE.search(self._prefix + document.path)
        if match:
            try:
                return read_date(match[0], UTC)
            except ValueError:
                pass
        return self.file_time(document) if document.modified else None

    def address(self, document: Document) -> Address:
        """By its permalink, that of data files and folders, or its path."""
        path = self._prefix + document.path
        return self._permalinks.address(document, path, self._cascaded(document.path).data)

    def permalink(self, document: Document) -> Address:
        """See `address`."""
        return self.address(document)

    def hidden(self, document: Document) -> bool:
        """Drafts, and posts in no collection; a page may be left out of all and still be there."""
        values = document.values
        if is_draft(values, document.names):
            return True
        return truth(values.get(_EXCLUDED)) and not self.is_page(document)

    def is_page(self, document: Document) -> bool:
        """Whether neither its tags nor its folder nor its date make it a post."""
        values = document.values
        if "pagination" in values or "pagination.data" in values:
            return True
        tags = set(_tags(values.get("tags", ())))
        if tags & self._post_tags:
            return False
        path = self._prefix + document.path
        folder, _, file = path.rpartition("/")
        if _is_in_posts(folder):
            return self._is_index(path)
        stem = file.partition(".")[0].lower()
        dated = front.first(values, document.names.date)[0] if document.names.date else ""
        if any(pattern.fullmatch(path) for pattern in self._post_globs):
            # A site collects its pages by the path, too; those have no date of their own.
            return self._is_index(path) or not (dated or _DATE.search(path))
        return not (_DATE.match(file) or (dated and stem not in _PAGES))

    def _is_index(self, path: str) -> bool:
        """Whether it is the page of the folder of posts itself."""
        folder, _, file = path.rpartition("/")
        stem = file.partition(".")[0].lower()
        return stem in {"index", "readme"} and folder.rpartition("/")[2].lower() in _POST_FOLDERS

    @cached_property
    def _post_tags(self) -> frozenset[str]:
        """Tags that make a post: the usual ones, and those that the site collects."""
        calls = self._site.calls("getFilteredByTag")
        named = (call.arguments[0] for call in calls if call.arguments)
        found = {each for each in named if isinstance(each, str) and each.lower() not in _NO_POSTS}
        return _POST_TAGS | found

    @cached_property
    def _post_globs(self) -> tuple[re.Pattern[str], ...]:
        """What the site collects by the path."""
        from publisher.content.generators.eleventy.globs import matcher

        patterns: list[Any] = []
        for call in self._site.calls("getFilteredByGlob"):
            for each in call.arguments:
                patterns += each if isinstance(each, list) else [each]
        named = (each for each in patterns if isinstance(each, str))
        return tuple(matcher(each) for each in named if posixpath.dirname(each).strip("./*"))


def _is_in_posts(folder: str) -> bool:
    return not _POST_FOLDERS.isdisjoint(folder.lower().split("/"))


def _tags(written: Any) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) and written else tuple(written or ())
