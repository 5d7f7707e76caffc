"""Jekyll: its settings, collections, front matter defaults, dates and permalinks."""

import os
import re
from datetime import tzinfo
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from publisher.content.files import FolderContents, list_files
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import ALL, Values
from publisher.content.frontmatter.parse import Metadata, read_metadata
from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.jekyll.dates import file_date, is_dated, ruby_date, slug_of
from publisher.content.generators.jekyll.defaults import Defaults
from publisher.content.generators.jekyll.entries import Entries, below_source
from publisher.content.generators.jekyll.permalinks import Parts, fill
from publisher.content.generators.jekyll.scalars import ruby_text
from publisher.content.generators.jekyll.site import FILES, POSTS, Site
from publisher.content.source import Source
from publisher.model.posts import Status

_IN_POSTS = re.compile(r"(?:^|/)(_posts|_drafts)/")
_HEADED = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_OUTSIDE = "the link leads out of the site; copy what it leads to into the folder"
_FIRST_LINE = 64
_NOTHING = frozenset({"", "~", "null"})
_UNPUBLISHED = _NOTHING | {"false", "no", "off"}


class Jekyll(Generator):
    """https://jekyllrb.com, also as GitHub Pages builds it, and Octopress."""

    suffixes = (
        ".markdown", ".asciidoc", ".textile", ".mkdown", ".adoc", ".html", ".mkdn", ".asc", ".htm",
        ".mkd", ".org", ".rst", ".txt", ".md",
    )  # fmt: skip
    left_out_by = ("_config.yml", "exclude: [config.yaml, queue]")
    settings = FILES
    fields = ALL._replace(
        title=("title",),
        image=(
            *ALL.image, "image.feature", "header.teaser", "header.image", "header.overlay_image",
            "cover-img", "share-img", "thumbnail-img", "header-img", "feature-img", "feature_image",
            "banner", "teaser",
        ),
        date=("date",),
        updated=("last_modified_at", *ALL.updated),
        categories=("categories", "category", "tags", "tag"),
        hidden=(),
        shown=("published",),
        state=(),
        address=("permalink",),
    )  # fmt: skip

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.jekyll.detect."""
        from publisher.content.generators.jekyll.detect import detect

        return detect(folder)

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._site = Site(source.root)
        self._entries = Entries(self._site)
        self._below = below_source(self._site, source.folder)
        self._label = self._collection()
        self._defaults = Defaults(self._site, self._label, _READ)
        self._places: dict[str, _Place] = {}
        self._pattern = source.path or self._site.pattern(self._label)
        self._base = source.url.rstrip("/")
        self.excerpt_separator = self._site.text("excerpt_separator")

    def _collection(self) -> str:
        """The collection in whose folder the source lies."""
        place = self._in_collections(self._below)
        label = place.partition("/")[0].removeprefix("_")
        is_named = place.startswith("_") and label in self._site.collections
        return label if is_named and label not in {POSTS, "drafts"} else POSTS

    def _in_collections(self, path: str) -> str:
        folder = self._site.collections_dir
        return path.removeprefix(f"{folder}/") if folder else path

    @cached_property
    def zone(self) -> tzinfo:
        """The site's own, which its URLs follow, too."""
        return self._site.zone or self.source.zone

    @property
    def unread(self) -> str:
        """What is wrong with `_config.yml`; '' if nothing is."""
        return self._site.problem

    def sources(self) -> FolderContents:
        """The dated files of every `_posts`, and the drafts; or the documents of a collection."""
        folder, base = self.source.folder, self.source.base
        if self._label != POSTS or _IN_POSTS.search(f"/{self._below}"):
            return self._headed(
                self.sorted_out(list_files(folder, base, self.suffixes), self._kind)
            )
        if not folder.is_dir():
            return super().sources()  # says what is wrong with it
        found = FolderContents()
        for place in self._entries.folders():
            if place.startswith(self._below):
                self._add(found, place)
        return self.sorted_out(found, self._kind)

    def _headed(self, contents: FolderContents) -> FolderContents:
        """Without the files of a collection that have no front matter: they are merely copied."""
        if self._label != POSTS:
            contents.files = [each for each in contents.files if _begins(each.path)]
        return contents

    def _add(self, found: FolderContents, place: str) -> None:
        """Add what one folder of posts holds; a link to one outside the site is refused."""
        source = self._site.source
        if not (source / place).resolve().is_relative_to(source.resolve()):
            found.refuse(place, _OUTSIDE, is_folder=True)
            return
        below = list_files(source / place, self.source.base, self.suffixes)
        found.files += below.files
        found.refused += below.refused

    def _kind(self, path: str) -> Kind:
        place = self._below + path
        name = place.rpartition("/")[2]
        match = _IN_POSTS.search(place) if self._label == POSTS else None
        if self._label == POSTS and not match:
            return Kind.OTHER
        if match and match[1] == "_posts" and not is_dated(name):
            return Kind.OTHER
        entry = place[match.end() :] if match else self._in_collections(place).partition("/")[2]
        return Kind.OTHER if self._entries.skips(place, entry) else Kind.POST

    def head(self, raw: Raw, path: str) -> Metadata:
        """Front matter over the site's defaults, with the categories of the folders above."""
        metadata = read_metadata(raw)
        if metadata.status is Status.UNREADABLE:
            return metadata
        if metadata.status is Status.NO_FRONT_MATTER:
            metadata = metadata._replace(status=Status.OK, problem="", problem_line=None)
        place, folders, _ = self._place(path)
        defaults = self._defaults.of(place + path.rpartition("/")[2])
        if not defaults and not folders and "category" not in metadata.values:
            return metadata
        return metadata._replace(values=_over(defaults, metadata.values, folders))

    def _place(self, path: str) -> "_Place":
        """What the folder of a file says of it."""
        folder = path.rpartition("/")[0]
        found = self._places.get(folder)
        if found is None:
            found = self._places[folder] = self._place_of(f"{folder}/" if folder else "")
        return found

    def _place_of(self, folder: str) -> "_Place":
        place = self._in_collections(self._below + folder)
        match = _IN_POSTS.search(place) if self._label == POSTS else None
        if match is None:
            return _Place(place, (), is_draft=False)
        above = place[: place.index(match[1])]  # Jekyll, too, cuts where the name first stands
        return _Place(place, tuple(filter(None, above.split("/"))), match[1] == "_drafts")

    def date(self, written: str) -> PostDate:
        """As Ruby reads it.

        Raises:
            ValueError: it cannot be read, and why.
        """
        return ruby_date(written, self.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:
        """The day in the file's name; a draft without one has the file's time."""
        found = file_date(document.file, self.zone)
        if found is None and self._place(document.path).is_draft:
            found = self.file_time(document)
        return found

    def title(self, document: Document) -> str:
        """The words of the file's name."""
        return " ".join(map(str.capitalize, slug_of(document.file).split("-")))

    def address(self, document: Document) -> Address:
        """By the post's own `permalink`, which may have placeholders, or its collection's."""
        own = document.values.get("permalink")
        if isinstance(own, str) and own.strip().lower() not in _NOTHING:
            return self._filled(own.strip(), document, "permalink")
        return self.permalink(document)

    def permalink(self, document: Document) -> Address:
        """By the collection's template."""
        return self._filled(self._pattern, document)

    def _filled(self, template: str, document: Document, key: str = "") -> Address:
        path, missing, unknown = fill(template, self._parts(document))
        url = self._base + self._language_prefix(document) + path
        if unknown:
            problem = f"the permalink's placeholder :{unknown} is unknown to Jekyll; fix it"
            return Address("", problem=problem, key=key)
        return Address(url, missing)

    def _parts(self, document: Document) -> Parts:
        file = document.file
        stem, _, suffix = file.rpartition(".")
        written = document.values.get("slug")
        slug = written if isinstance(written, str) and _is_said(written) else ""
        return Parts(
            slug or slug_of(file),
            stem,
            self._place(document.path).path,
            self._label,
            _categories(document.values),
            self._site.page_suffix(suffix),
            document.date and document.date.value,  # `date` and `other_date` are in the site's zone
        )

    def _language_prefix(self, document: Document) -> str:
        """The folder of a language that the Polyglot plugin gives it."""
        languages = self._site.languages
        if not languages:
            return ""
        own = self.language(document)
        usual = self._site.text("default_lang")
        return f"/{own}" if own in languages and own != usual else ""

    def hidden(self, document: Document) -> bool:
        """Drafts, and what `published` keeps back; `draft` means nothing to Jekyll."""
        if self._place(document.path).is_draft and not self._site.is_set("show_drafts"):
            return True
        published = document.values.get("published")
        if isinstance(published, Quoted) or not isinstance(published, str):
            return False
        return published.strip().lower() in _UNPUBLISHED and not self._site.is_set("unpublished")

    def is_page(self, document: Document) -> bool:
        """A document of a collection, such as an author's page, that has no date."""
        return self._label != POSTS and document.date is None


class _Place(NamedTuple):
    """A folder: its path below that of the collections, the categories it gives, what it holds."""

    path: str
    categories: tuple[str, ...]
    is_draft: bool


_READ = frozenset(chain(*Jekyll.fields, ("slug",)))


def _begins(path: str) -> bool:
    """Whether a file begins with front matter; one that cannot be opened may."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return True
    try:
        return _HEADED.match(os.read(descriptor, _FIRST_LINE)) is not None
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _over(defaults: dict[str, Any], values: Values, folders: tuple[str, ...]) -> dict[str, Any]:
    """Front matter over defaults; categories of both, and of the folders, are added up."""
    merged = {**defaults, **values}
    for key in defaults.keys() & values.keys():
        if not _is_said(values[key]):
            merged[key] = defaults[key]
    every = (folders, _split(defaults.get("categories")), _split(values.get("categories")))
    if sum(map(bool, every)) > 1 or folders or "category" in merged:
        merged["categories"] = _united(*every, _whole(merged.get("category")))
    return merged


def _categories(values: Values) -> tuple[str, ...]:
    written = _split(values.get("categories"))
    return _united(written, _whole(values["category"])) if "category" in values else written


def _united(*lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for items in lists for each in items))


def _split(value: Any) -> tuple[str, ...]:
    """Categories in the plural: a text is cut at blanks."""
    if isinstance(value, str):
        return tuple(value.split()) if _is_said(value) else ()
    return tuple(map(ruby_text, filter(_is_said, value))) if isinstance(value, tuple) else ()


def _whole(value: Any) -> tuple[str, ...]:
    """A category in the singular: a text is one."""
    return _split((value,) if isinstance(value, str) else value)


def _is_said(value: Any) -> bool:
    """Whether YAML has a value here, and no null."""
    return type(value) is not str or value.strip().lower() not in _NOTHING
