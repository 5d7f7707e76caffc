"""Patterns: URLs such as `/blog/:year/:month/:slug/`, for the posts of any generator."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple, Protocol
from urllib.parse import quote

from publisher.content.frontmatter.dates import PostDate, file_date, without_file_date
from publisher.content.frontmatter.fields import ALL, Values, categories, present
from publisher.content.slugs import SLUGS, slug

_SAFE = "/~!$&()*+,;=:@"
_INDEX = frozenset({"index", "readme"})
_EMPTY = re.compile(r"//+")
_TITLE_SLUG = "slug"


class Described(Protocol):
    """A document, as far as patterns look at it; `generators.base.Document` is one."""

    @property
    def path(self) -> str:
        """Its place below the source's folder."""

    @property
    def values(self) -> Values:
        """Its front matter."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def date(self) -> PostDate | None:
        """Its date."""


class Facts:
    """What a pattern may say of one document; made of it when it is asked for."""

    def __init__(
        self, document: Described, zone: tzinfo, language: str = "", main: str = ""
    ) -> None:
        self.document = document
        self.language = language
        self.other_language = "" if language == main else language
        self._zone = zone

    @cached_property
    def _parts(self) -> tuple[tuple[str, ...], str, str]:
        """The folders, the name that stands for the file, and its bare stem."""
        *folders, file = self.document.path.split("/")
        stem = bare = self._without_language(_stem(file))
        if stem.lower() in _INDEX and folders:
            stem = folders.pop()
        return tuple(folders), stem, bare

    def _without_language(self, stem: str) -> str:
        ending = f".{self.language.lower()}"
        named = len(ending) > 1 and stem.lower().endswith(ending)
        return stem[: -len(ending)] if named else stem

    @property
    def file(self) -> str:
        """The file's name without ending, or the folder's whose `index` it is."""
        return self._parts[1]

    @property
    def name(self) -> str:
        """The same without a date before it."""
        return without_file_date(self.file)

    @property
    def stem(self) -> str:
        """The file's own name without ending, `index` too."""
        return self._parts[2]

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders from the source's to the file (or to the folder that stands for it)."""
        return self._parts[0]

    @property
    def path(self) -> str:
        """The folders and the file; nothing for the `index` of the whole folder."""
        folders, file, _ = self._parts
        is_root = not folders and file.lower() in _INDEX
        return "" if is_root else "/".join((*folders, file))

    @property
    def title(self) -> str:
        """The title."""
        return self.document.title

    @property
    def slug(self) -> str:
        """The head's `slug`, else the name."""
        return self.field("slug").strip("/") or self.name

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The post's categories."""
        values = self.values
        return categories(values, present(tuple(values), ALL))

    @property
    def values(self) -> Values:
        """The front matter."""
        return self.document.values

    def field(self, name: str) -> str:
        """A field of the front matter as text; the first of several."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return value.strip()
        return str(value[0]).strip() if value else ""

    def moment(self, kind: str) -> datetime | None:
        """The post's date: in the site's zone, `utc`, as `written`, or of its `file` name."""
        if kind == "file":
            found = file_date(self.file, UTC) or file_date("-".join(self.folders) + "-", UTC)
            return found and found.value
        date = self.document.date
        if date is None or kind == "written":
            return date and date.value
        return date.value.astimezone(UTC if kind == "utc" else self._zone)


def _stem(file: str) -> str:
    if file.endswith(".lr"):  # Lektor's files are all called contents.lr
        return "index"
    for ending in (".blade.md", ".11ty.js"):
        if file.lower().endswith(ending):
            return file[: -len(ending)]
    return file.rpartition(".")[0] or file


_MONTHS = "January February March April May June July August September October November December"
_FULL_MONTHS = tuple(_MONTHS.split())

DATES: Mapping[str, Callable[[datetime], str]] = {
    "year": lambda moment: f"{moment.year:04}",
    "month": lambda moment: f"{moment.month:02}",
    "day": lambda moment: f"{moment.day:02}",
    "i_month": lambda moment: str(moment.month),
    "i_day": lambda moment: str(moment.day),
    "short_year": lambda moment: f"{moment.year % 100:02}",
    "month_name": lambda moment: _FULL_MONTHS[moment.month - 1],
    "short_month": lambda moment: _FULL_MONTHS[moment.month - 1][:3],
    "y_day": lambda moment: f"{moment.timetuple().tm_yday:03}",
    "week": lambda moment: f"{moment.isocalendar().week:02}",
    "hour": lambda moment: f"{moment.hour:02}",
    "minute": lambda moment: f"{moment.minute:02}",
    "second": lambda moment: f"{moment.second:02}",
    "unix": lambda moment: str(int(moment.timestamp())),
}
ZONES = ("", "utc", "written", "file")
"""What may follow `~` after a part of the date: which moment it is of."""

TEXTS: Mapping[str, Callable[[Facts], str]] = {
    "name": lambda facts: facts.name,
    "file": lambda facts: facts.file,
    "path": lambda facts: facts.path,
    "folder": lambda facts: facts.folders[-1] if facts.folders else "",
    "section": lambda facts: facts.folders[0] if facts.folders else "",
    "folders": lambda facts: "/".join(facts.folders),
    "slug": lambda facts: facts.slug,
    "title": lambda facts: facts.title,
    "category": lambda facts: facts.categories[0] if facts.categories else "",
    "categories": lambda facts: "/".join(facts.categories),
    "lang": lambda facts: facts.language,
    "other_lang": lambda facts: facts.other_language,
}
_MAY_BE_EMPTY = frozenset({"path", "folder", "section", "folders", "categories", "other_lang"})
_PATHS = frozenset({"path", "folders", "categories", "slug"})
PLACEHOLDERS = (*DATES, *TEXTS)
_NAMES = "|".join(sorted(PLACEHOLDERS, key=len, reverse=True))
_PLACEHOLDER = re.compile(rf":(?:\{{([^{{}}]+)\}}|({_NAMES})(?![a-z]))(?:~([a-z]+))?")
_UNKNOWN = re.compile(r":(\w+|\{)")


class Part(NamedTuple):
    """One piece of a pattern: `name` is '' for `text` that stands as it is."""

    text: str
    name: str = ""
    field: bool = False
    way: str = ""

    def of(self, facts: Facts) -> str:
        """What it says of a post; '' where the post lacks it."""
        if not self.name:
            return self.text
        if not self.field and self.name in DATES:
            moment = facts.moment(self.way)
            return DATES[self.name](moment) if moment else ""
        text = facts.field(self.name) if self.field else TEXTS[self.name](facts)
        if not self.way:
            return text
        if "/" in text and (self.field or self.name in _PATHS):
            return "/".join(slug(each, self.way) for each in text.split("/"))
        return slug(text, self.way)


class Pattern:
    """A pattern, ready for use.

    Raises:
        ValueError: it does not begin with a slash, or has a placeholder that nobody knows.
    """

    def __init__(self, written: str) -> None:
        if not written.startswith("/"):
            raise ValueError("must begin with /")
        self.written = written
        self.parts = _parts(written)

    def path(self, facts: Facts) -> tuple[str, str]:
        """The path of a post's page, not escaped; else '' and the placeholder that it lacks."""
        said = []
        for part in self.parts:
            text = part.of(facts)
            if not text and part.name not in _MAY_BE_EMPTY:
                return "", part.text
            said.append(text)
        path = _EMPTY.sub("/", "".join(said))
        if any(each in {".", ".."} for each in path.split("/")):
            return "", "path"
        return path, ""


def _parts(written: str) -> tuple[Part, ...]:
    parts, end = [], 0
    for match in _PLACEHOLDER.finditer(written):
        parts.append(_literal(written[end : match.start()]))
        parts.append(_placeholder(match))
        end = match.end()
    parts.append(_literal(written[end:]))
    return tuple(part for part in parts if part.text)


def _literal(text: str) -> Part:
    if match := _UNKNOWN.search(text):
        raise ValueError(_unknown(match[0], PLACEHOLDERS))
    return Part(text)


def _placeholder(match: re.Match[str]) -> Part:
    field, name, way = match[1], match[2], match[3] or ""
    known = [each for each in ZONES if each] if name in DATES else list(SLUGS)
    if way and way not in known:
        raise ValueError(_unknown(f"{match[0].partition('~')[0]}~{way}", known))
    if name == "title" and not way:
        way = _TITLE_SLUG
    return Part(match[0], field or name, field=field is not None, way=way)


def _unknown(text: str, known: "tuple[str, ...] | list[str]") -> str:
    near = get_close_matches(re.sub(r"^.*[:~]", "", text), known, n=1)
    sign = "~" if "~" in text else ":"
    hint = f"did you mean {sign}{near[0]}?" if near else f"known are {', '.join(known)}"
    return f"has an unknown placeholder {text}; {hint}"


def page_url(site: str, path: str) -> str:
    """The absolute address of a page; `path` is below the site's address, and not escaped."""
    return site.rstrip("/") + quote(path, safe=_SAFE)
