"""Hexo: its settings, heads, dates, slugs and permalinks."""

from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from publisher.content.files import FolderContents, list_files
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import ALL, Values, falsehood, truth
from publisher.content.frontmatter.parse import Metadata
from publisher.content.frontmatter.yaml import Quoted
from publisher.content.generators.base import Address, Document, Found, Generator, Kind
from publisher.content.generators.hexo.builds import build_zone
from publisher.content.generators.hexo.dates import hexo_date
from publisher.content.generators.hexo.heads import nested_categories, read_head
from publisher.content.generators.hexo.names import Named, Names
from publisher.content.generators.hexo.permalinks import DEFAULT, Parts, Permalink
from publisher.content.generators.hexo.short_links import KEY, PLUGIN, short_link
from publisher.content.generators.hexo.site import FILES, PACKAGE, Site
from publisher.content.generators.hexo.slugs import slug, url_path
from publisher.content.source import Source
from publisher.model.posts import Status

_POSTS, _DRAFTS = "_posts/", "_drafts/"
_NOTHING = frozenset({"", "~", "null"})
_UNPUBLISHED = frozenset({"false", "False", "FALSE", "0"})
_HIDER = "hexo-hide-posts"
_CATEGORY = ":category"
"""The key under which a post's last category, with those above it, is kept for its address."""


class Hexo(Generator):
    """https://hexo.io."""

    suffixes = (
        ".markdown", ".mdtext", ".mdtxt", ".mkdn", ".mdwn", ".html", ".mkd", ".htm", ".md",
    )  # fmt: skip
    other_suffixes = (".adoc", ".asciidoc", ".org", ".rst", ".pug")
    settings = (*FILES, PACKAGE)
    fields = ALL._replace(
        title=("title",),
        image=(
            *ALL.image, "banner_img", "index_img", "banner", "top_img", "photos", "photo",
            "headimg", "header-img", "cover_img", "preview", "og_img",
        ),
        date=("date",),
        hidden=(),
        shown=("published",),
        state=(),
        address=("permalink",),
    )  # fmt: skip

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """See publisher.content.generators.hexo.detect."""
        from publisher.content.generators.hexo.detect import detect

        return detect(folder)

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._site = Site(source.root)
        self._below = _below(source.folder, self._site.source)
        self._names = Names(self._site.text("new_post_name", ":title.md"))
        self._permalink = Permalink(source.path or self._site.text("permalink", DEFAULT))
        self._base = source.url.rstrip("/")
        self._defaults = self._site.mapping("permalink_defaults")
        self._has_folders = self._site.is_set("post_asset_folder")
        self._category = self._site.text("default_category", "uncategorized")
        pretty = self._site.mapping("pretty_urls")
        self._drops_index = falsehood(pretty.get("trailing_index"))
        self._drops_html = falsehood(pretty.get("trailing_html"))

    @cached_property
    def zone(self) -> tzinfo:
        """The site's own, which its URLs follow, too."""
        return self._site.zone or self.source.zone

    @cached_property
    def _clock(self) -> tzinfo:
        """The zone of the machine that builds the site, whose days stand in addresses."""
        return (self._site.zone and build_zone(self._site.root)) or self.zone

    @property
    def unread(self) -> str:
        """What is wrong with `_config.yml`; '' if nothing is."""
        return self._site.problem

    def sources(self) -> FolderContents:
        """What lies in `_posts` and `_drafts`."""
        folder, base = self.source.folder, self.source.base
        if self._below or not folder.is_dir():
            return self.sorted_out(super().sources(), self._kind)
        found = FolderContents()
        suffixes = (*self.suffixes, *self.other_suffixes)
        for name in ("_posts", "_drafts"):
            if (folder / name).is_dir():
                below = list_files(folder / name, base, suffixes)
                found.files += below.files
                found.refused += below.refused
        return self.sorted_out(found, self._kind)

    def _kind(self, path: str) -> Kind:
        place = self._below + path
        inner = _inner(place)
        parts = inner.split("/")
        if not place.startswith((_POSTS, _DRAFTS)) or any(each[0] in "_." for each in parts):
            return Kind.OTHER
        suffix = f".{parts[-1].rpartition('.')[2]}"
        if suffix != suffix.lower() or (self._has_folders and suffix != self._site.post_suffix):
            return Kind.OTHER
        if self._site.skipped and self._site.skipped.fullmatch(place):
            return Kind.OTHER
        if self._site.ignored and self._site.ignored.fullmatch(place):
            return Kind.OTHER
        if suffix in self.other_suffixes:
            return Kind.UNREAD if self._renders(suffix) else Kind.OTHER
        return Kind.POST

    def _renders(self, suffix: str) -> bool:
        """Whether the site has a plugin for files of this ending."""
        name = {".adoc": "asciidoc", ".asciidoc": "asciidoc", ".rst": "restructuredtext"}
        wanted = name.get(suffix, suffix[1:])
        return any(each.startswith("hexo-renderer-") and wanted in each for each in self._plugins)

    @property
    def _plugins(self) -> frozenset[str]:
        return self._site.packages

    def head(self, raw: Raw, path: str) -> Metadata:
        """As Hexo reads it, with what the file's name says, and `category` as `categories`."""
        metadata = read_head(raw)
        if metadata.status is Status.UNREADABLE:
            return metadata
        if metadata.status is Status.NO_FRONT_MATTER:
            metadata = metadata._replace(status=Status.OK, problem="", problem_line=None)
        changed = {**self._named(path).values, **self._categories(metadata)}
        return metadata._replace(values={**metadata.values, **changed}) if changed else metadata

    def _named(self, path: str) -> Named:
        return self._names.read(_inner(self._below + path))

    def _categories(self, metadata: Metadata) -> dict[str, Any]:
        """The values of a head that has categories as Hexo understands them."""
        written = metadata.values.get("categories", "")
        if written == "" or written is None:
            written = metadata.values.get("category", "")
        if isinstance(written, str):
            names = (written,) if _is_said(written) else ()
            return self._filed(names, names)
        if isinstance(metadata.head, str) and (nested := nested_categories(metadata)):
            every = tuple(dict.fromkeys(name for each in nested for name in each))
            return self._filed(every, tuple(nested[-1]))
        is_as_written = "categories" in metadata.values and not self._permalink.needs("category")
        return {} if is_as_written and written else self._filed(written, written)

    def _filed(self, names: tuple[str, ...], last: tuple[str, ...]) -> dict[str, Any]:
        """The post's categories, and the path of the last for its address."""
        found: dict[str, Any] = {"categories": names} if names else {}
        if names and self._permalink.needs("category"):
            mapped, case = self._site.mapping("category_map"), self._case
            found[_CATEGORY] = "/".join(slug(str(mapped.get(each, each)), case) for each in last)
        return found

    @cached_property
    def _case(self) -> int:
        written = self._site.text("filename_case", "0")
        return int(written) if written in {"1", "2"} else 0

    def date(self, written: str) -> PostDate:
        """As Hexo reads it.

        Raises:
            ValueError: it cannot be read, and why.
        """
        return hexo_date(written, self.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:
        """The day in the file's name, else the file's own time."""
        named = self._named(document.path)
        if named.date:
            try:
                return hexo_date(named.date, self.zone)
            except ValueError:
                return None
        return self.file_time(document)

    def address(self, document: Document) -> Address:
        """By the post's own `permalink` as it stands, else by the site's pattern."""
        own = document.values.get("permalink")
        if isinstance(own, str) and _is_said(own):
            return Address(self._url(own.strip()))
        return self.permalink(document)

    def permalink(self, document: Document) -> Address:
        """By the site's pattern."""
        named = self._named(document.path)
        parts = Parts(
            named.slug,
            document.title if "title" in document.values else "",
            document.values.get(_CATEGORY, self._category),
            document.date and document.date.value.astimezone(self._clock),
            self._with_link(document.values),
            self._defaults,
        )
        path, missing = self._permalink.fill(parts)
        if missing:
            problem = f"the site's permalink needs {missing}, which the post lacks"
            return Address(self._url(path), problem=f"{problem}; give it one, as Hexo would")
        return Address(self._url(path))

    def _with_link(self, values: Values) -> Values:
        """The values of a post, with the short link that the site's plugin would give it."""
        if not self._makes_links or _is_said(values.get(KEY, "")):
            return values
        title = values.get("title")
        link = short_link(title, self._site.mapping(KEY)) if isinstance(title, str) else ""
        return {**values, KEY: Quoted(link)} if link else values

    @cached_property
    def _makes_links(self) -> bool:
        return self._permalink.needs(KEY) and PLUGIN in self._plugins

    def _url(self, path: str) -> str:
        if self._has_folders and not path.endswith(("/", ".html")):
            path += "/"
        return self._base + self._pretty(url_path(path))

    def _pretty(self, path: str) -> str:
        if path.endswith("/index.html"):
            return path.removesuffix("index.html") if self._drops_index else path
        return path.removesuffix(".html") if self._drops_html else path

    def hidden(self, document: Document) -> bool:
        """Drafts, and `published: false`; `hidden` where the site has a plugin for it."""
        is_draft = (self._below + document.path).startswith(_DRAFTS)
        is_kept = is_draft or document.values.get("published") in _UNPUBLISHED
        if is_kept and not self._site.is_set("render_drafts"):
            return True
        return truth(document.values.get("hidden")) and _HIDER in self._plugins

    def picture(self, image: str, document: Document, url: str) -> str:
        """A picture; one in the post's own folder is published beside its page."""
        if self._has_folders and "://" not in image and not image.startswith("/"):
            name = image.removeprefix("./")
            stem = document.path[: document.path.rfind(".")]
            if (self.source.folder / stem / name).is_file():
                place = url.removesuffix(".html").rstrip("/")
                return f"{place}/{quote(name)}"
        return super().picture(image, document, url)


def _below(folder: Path, source: Path) -> str:
    """`folder` as a path below the site's source, with a slash at its end."""
    try:
        place = folder.relative_to(source).as_posix()
    except ValueError:
        return _POSTS
    return "" if place == "." else f"{place}/"


def _inner(place: str) -> str:
    """A path below `_posts` or `_drafts`."""
    return place.removeprefix(_POSTS).removeprefix(_DRAFTS)


def _is_said(value: str) -> bool:
    """Whether YAML has a value here, and no null."""
    return type(value) is not str or value.strip().lower() not in _NOTHING
