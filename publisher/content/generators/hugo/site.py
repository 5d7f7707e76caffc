"""A Hugo site as its settings describe it: what a file's page is, and where."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from publisher.content.files import File
from publisher.content.frontmatter import fields
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import Address, Document, Kind
from publisher.content.generators.hugo.config import Config, load, text
from publisher.content.generators.hugo.dates import FILE_NAME, Orders, hugo_date, name_date
from publisher.content.generators.hugo.judge import Judge
from publisher.content.generators.hugo.mounts import Mounted, mount_of
from publisher.content.generators.hugo.permalinks import Link, Page, Permalinks
from publisher.content.generators.hugo.pictures import IMAGES, beside, of_bundle
from publisher.content.generators.hugo.places import LEAF, Place, Places
from publisher.content.generators.hugo.sections import Rule, Sections
from publisher.content.generators.hugo.showing import Showing, has_address
from publisher.content.settings.zones import zone_named
from publisher.content.source import Source

Values = Mapping[str, Any]
_IMAGES = frozenset(IMAGES)


class Site:
    """What one source's files are to its site; settings are read when they are first needed."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._start = len(str(source.folder)) + 1
        self._permalinks: dict[str, Permalinks] = {}
        self._lowered: dict[tuple[str, ...], dict[str, str]] = {}
        self._paths: list[str] = []
        self.data: Sequence[File] = ()

    @cached_property
    def config(self) -> Config:
        """The site's settings."""
        return load(self._source.root)

    @cached_property
    def _mounted(self) -> Mounted:
        return mount_of(self._source.folder, self._source.root, self.config)

    @cached_property
    def _places(self) -> Places:
        return Places(self.config, self._mounted.mount)

    @cached_property
    def place(self) -> Callable[[str], Place]:
        """Gives the place of a file by its path below the source's folder."""
        return lru_cache(maxsize=8)(self._places.place)

    @cached_property
    def _judge(self) -> Judge:
        paths = [path[self._start :] for path in self._paths]
        folder = self._source.folder
        return Judge(folder, paths, self._mounted, self.config, self._places)

    @cached_property
    def showing(self) -> Showing:
        """What the site shows."""
        return Showing(self.config, self._judge.sizes)

    def judge(self, files: Iterable[File]) -> Callable[[str], Kind]:
        """Gives what each of these files is, by its path below the folder."""
        self._paths = [file.path for file in files]
        return self._judge.kind

    @cached_property
    def _sections(self) -> Sections:
        root = self._source.root
        return Sections(self.data, self._start, self._places, self.config, root)

    @cached_property
    def orders(self) -> Orders:
        """Which fields hold the dates."""
        return Orders(self.config.of(self._language))

    @cached_property
    def _language(self) -> str:
        return self._mounted.mount.language or self.config.default_language

    @cached_property
    def zone(self) -> tzinfo:
        """`timeZone` of the settings, else UTC."""
        named = text(self.config.of(self._language).get("timezone"))
        return zone_named(named) or UTC

    # What heads say

    def completed(self, metadata: Metadata, path: str) -> Metadata:
        """The head with keys in lower case, and with what cascades and the file's name add."""
        values = self._in_lower_case(metadata.values)
        place = self.place(path)
        rules = self._sections.cascade(place)
        added = _inherited(values, rules) if rules else {}
        if self._orders_by_name:
            added |= self._of_name(values | added, place)
        if "images" in values and isinstance(values["images"], tuple):
            added["images"] = next((each for each in values["images"] if each), "")
        if "publishdate" in values and (moment := self._yet_to_come(values)):
            added["date"] = moment
        is_bare = place.kind == LEAF and _IMAGES.isdisjoint(values)
        if is_bare and (picture := of_bundle(self._folder(path))):
            added["images"] = picture
        if added:
            values = {**values, **added}
        return metadata if values is metadata.values else metadata._replace(values=values)

    @cached_property
    def _orders_by_name(self) -> list[tuple[str, ...]]:
        return self.orders.before_file_name()

    def _in_lower_case(self, values: Values) -> Any:
        keys = tuple(values)
        names = self._lowered.get(keys)
        if names is None:
            names = self._lowered[keys] = _names(keys)
        if tuple(names.values()) == keys:
            return values
        return {names[key]: value for key, value in values.items()}

    def _of_name(self, values: Values, place: Place) -> dict[str, str]:
        """The date and the slug that the file's name gives."""
        named = name_date(place.written)
        if named is None:
            return {}
        day, slug = named
        found = {FILE_NAME: day}
        for keys in self._orders_by_name:
            if slug and "slug" not in values and not any(_is_said(values.get(key)) for key in keys):
                found["slug"] = slug
        return found

    def _yet_to_come(self, values: Values) -> str:
        """The day of publication where it lies ahead and is not the date: until then, no page."""
        written = values["publishdate"]
        if not isinstance(written, str) or written == values.get("date"):
            return ""
        moment = self._moment(written)
        return written if moment and moment.value > datetime.now(UTC) else ""

    def _moment(self, written: str) -> PostDate | None:
        try:
            return hugo_date(written.strip(), self.zone, self._source.date_format)
        except ValueError:
            return None

    # Where pages are

    def address(self, document: Document) -> Address:
        """By the page's own `url`, else by its section's permalink."""
        values = document.values
        if not has_address(values):
            return Address("")
        url = values.get("url")
        if not isinstance(url, str) or fields.is_unsaid(url):
            return self.permalink(document)
        if url.startswith(("http://", "https://", "//")):
            problem = "Hugo takes no whole address here; write its path, or drop `url`"
            return self.permalink(document)._replace(problem=problem, key="url")
        place = self.place(document.path)
        link = self._permalinks_of(place.language).written(url.strip(), self._page(document, place))
        return self._told(link, place)

    def permalink(self, document: Document) -> Address:
        """By the section's permalink, else by the file."""
        place = self.place(document.path)
        return self._told(
            self._permalinks_of(place.language).page(self._page(document, place)), place
        )

    def _told(self, link: Link, place: Place) -> Address:
        url = self._bases(place.language) + link.path if link.path else ""
        return Address(url, link.missing, link.problem)

    def _page(self, document: Document, place: Place) -> Page:
        values = document.values
        slug, title = values.get("slug"), values.get("title")
        return Page(
            place,
            title if isinstance(title, str) else "",
            slug.strip("-") if isinstance(slug, str) and not fields.is_unsaid(slug) else "",
            document.date and document.date.value,
        )

    def _permalinks_of(self, language: str) -> Permalinks:
        found = self._permalinks.get(language)
        if found is None:
            options, prefix = self.config.of(language), self.config.prefix(language)
            found = Permalinks(options, prefix, lambda: self._sections, self._source.path)
            self._permalinks[language] = found
        return found

    def _bases(self, language: str) -> str:
        """The site's address; a language may have a host of its own."""
        if self.config.is_multihost and language != self.config.default_language:
            return text(self.config.of(language).get("baseurl")).rstrip("/")
        return self._source.url.rstrip("/")

    def base(self, path: str) -> str:
        """The address of the site that the file at `path` belongs to."""
        return self._bases(self.place(path).language)

    # Pictures

    def beside(self, image: str, path: str, url: str) -> str:
        """The address of a picture in a page's own bundle; '' where it does not lie there."""
        return beside(image, self._folder(path), url) if self.place(path).kind == LEAF else ""

    def _folder(self, path: str) -> Path:
        return self._source.folder / path.rpartition("/")[0]


def _names(keys: tuple[str, ...]) -> dict[str, str]:
    """What each key is called: in lower case, and those of `params` as if they stood outside."""
    names = {key: key.lower() for key in keys}
    taken = set(names.values())
    for key, name in names.items():
        bare = name.removeprefix("params.")
        names[key] = name if bare in taken else bare
    return names


def _inherited(values: Values, rules: Iterable[Rule]) -> dict[str, Any]:
    """What a head does not say and the rules do, the first that does."""
    found: dict[str, Any] = {}
    for rule in rules:
        for key, value in rule.values.items():
            if key not in values:
                found.setdefault(key, value)
    return found


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and not fields.is_unsaid(value)
