"""Permalinks: where Hugo puts a page.

The rules are those of https://gohugo.io/configuration/permalinks/ and https://gohugo.io/content-management/urls/.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from publisher.content.generators.hugo.config import Options, is_true, mappings, text
from publisher.content.generators.hugo.globs import Target, target
from publisher.content.generators.hugo.godates import go_date, has_layout
from publisher.content.generators.hugo.places import Place
from publisher.content.generators.hugo.sections import Sections
from publisher.content.generators.hugo.slugs import Slugs, cleaned, decoded, encoded

_TOKEN = re.compile(r"(:\w+(?:\[.+?\])?)", re.ASCII)
_SLICE = re.compile(r"(sections|sectionslugs)\[(.*)\]")
_COLON = "\0"
_NO_DATE = datetime(1, 1, 1)  # noqa: DTZ001 - what Hugo's dates are where a page has none
_ENDING = ".html"


class Page(NamedTuple):
    """What addresses are made of; `slug` is '' where the page has none."""

    place: Place
    title: str
    slug: str
    date: datetime | None


class Link(NamedTuple):
    """A path below the site's own, percent-encoded; `missing` and `problem` as in `Address`."""

    path: str
    missing: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    target: Target
    section: str | None
    """The section whose pages it means ('' for those outside of any); None: `target` says it."""

    pattern: str

    def means(self, place: Place) -> bool:
        path, section = place.path, self.section
        if section is None:
            return self.target.matches(path, place.language)
        if not section:
            return not place.folder
        return path == section or path.startswith(section + "/")


Maker = Callable[[Page], str]


class Permalinks:
    """The addresses of pages in one language."""

    def __init__(
        self, options: Options, prefix: str, sections: Callable[[], Sections], pattern: str = ""
    ) -> None:
        self._prefix = prefix
        self._sections = sections
        self._slugs = Slugs(
            is_true(options.get("disablepathtolower")), is_true(options.get("removepathaccents"))
        )
        written = _rules(options.get("permalinks"))
        self._rules = [_Rule(Target(), None, pattern)] if pattern else list(written)
        self._ugly: Any = options.get("uglyurls")
        self._compiled: dict[str, list[str | Maker]] = {}
        self._unknown: dict[str, str] = {}

    def page(self, page: Page) -> Link:
        """Where a page is by its section's pattern, else by its file."""
        place = page.place
        rule = next((each for each in self._rules if each.means(place)), None)
        expanded = self._expanded(rule.pattern, page) if rule else ""
        if expanded:
            path = self._slugs(cleaned(decoded(expanded)))
        else:
            path = self._by_file(place, page.slug.strip("/"))
        return self._told(self._finished(path, place.section), page, rule.pattern if rule else "")

    def _by_file(self, place: Place, slug: str) -> str:
        folder, name = place.folder, place.name
        if self._slugs.keep_case:
            folder, name = place.written_folder, place.written
        folder = self._sections().path(place.folder, folder, place.language)
        return f"{self._slugs(folder)}/{self._slugs(slug or name)}"

    def written(self, url: str, page: Page) -> Link:
        """Where a page is whose author wrote a `url`."""
        path = decoded(self._expanded(url, page)) if ":" in url else url
        relative, inside = not path.startswith("/"), False
        if ".." in path:
            path = cleaned(path) + ("/" if path.endswith("/") else "")
            inside = path.startswith(self._prefix)
        path = "/" + "/".join(filter(None, path.split("/"))) + ("/" if path.endswith("/") else "")
        if path.endswith(("/index.html", "//")):
            path = path.removesuffix("index.html").removesuffix("/") + "/"
        if not path.endswith("/") and "." not in path:
            path += "/"
        if relative and not inside:
            path = self._prefix + path
        return self._told(path, page, url)

    def _told(self, path: str, page: Page, pattern: str) -> Link:
        unknown = self._unknown.get(pattern, "")
        if unknown:
            problem = f"Hugo knows no {unknown} in the permalink {pattern!r}"
            return Link("", problem=f"{problem}; fix it in the site's settings")
        if page.date is None and ":" in pattern and self._takes_date(pattern):
            return Link(encoded(path), missing="date")
        return Link(encoded(path))

    def _takes_date(self, pattern: str) -> bool:
        names = {each[1:] for each in _TOKEN.findall(pattern)}
        return bool(names & _DATES.keys()) or any(map(has_layout, names - self._makers().keys()))

    def _finished(self, path: str, section: str) -> str:
        if path in {"", "/"}:
            return self._prefix + "/"
        ugly = self._ugly.get(section) if isinstance(self._ugly, dict) else self._ugly
        return self._prefix + path + (_ENDING if is_true(ugly) else "/")

    def _expanded(self, pattern: str, page: Page) -> str:
        parts = self._compiled.get(pattern)
        if parts is None:
            parts = self._compiled[pattern] = self._parts(pattern)
        made = "".join([part if isinstance(part, str) else part(page) for part in parts])
        return made.replace(_COLON, ":") if _COLON in made else made

    def _parts(self, pattern: str) -> list[str | Maker]:
        pieces = _TOKEN.split(pattern.replace("\\:", _COLON))
        return [self._maker(each, pattern) if odd % 2 else each for odd, each in enumerate(pieces)]

    def _maker(self, token: str, pattern: str) -> str | Maker:
        name = token[1:]
        if maker := self._makers().get(name):
            return maker
        if match := _SLICE.fullmatch(name):
            return self._slice(match[1], match[2])
        if has_layout(name):
            return lambda page: go_date(page.date or _NO_DATE, name)
        self._unknown[pattern] = token
        return ""

    def _makers(self) -> dict[str, Maker]:
        slugs = self._slugs.of_text
        return {
            **_DATES,
            "section": lambda page: page.place.section,
            "sections": self._current,
            "sectionslug": lambda page: "".join(self._names(page)[:1]),
            "sectionslugs": lambda page: "/".join(self._names(page)),
            "title": lambda page: slugs(page.title),
            "slug": lambda page: slugs(page.slug or page.title),
            "slugorfilename": lambda page: slugs(page.slug or page.place.written),
            "filename": lambda page: slugs(page.place.written),
            "contentbasename": lambda page: slugs(page.place.written),
            "slugorcontentbasename": lambda page: slugs(page.slug or page.place.written),
        }

    def _current(self, page: Page) -> str:
        return self._sections().current(page.place.folder, page.place.language)

    def _names(self, page: Page) -> list[str]:
        """What stands for each section in `:sectionslugs`."""
        parts = self._current(page).split("/")
        language = page.place.language
        sections = self._sections()
        above = ("/".join(parts[: count + 1]) for count in range(1, len(parts)))
        paths = [each for each in above if sections.current(each, language) == each]
        return [self._slugs.of_text(sections.slug(each, language)) for each in paths]

    def _slice(self, name: str, cut: str) -> Maker:
        def made(page: Page) -> str:
            whole = self._current(page)[1:].split("/") if name == "sections" else self._names(page)
            return "/".join(_cut([each for each in whole if each], cut.strip().lower()))

        return made


def _cut(parts: list[str], cut: str) -> list[str]:
    """What `[cut]` keeps of a list: `1:`, `:2`, `last`, `0`."""
    low, colon, high = cut.partition(":")
    first = _place(low, len(parts), 0)
    if not parts or first >= len(parts):
        return []
    if not colon:
        return [parts[first]]
    return parts[first : min(_place(high, len(parts), len(parts)), len(parts))]


def _place(written: str, count: int, default: int) -> int:
    if written == "last":
        return max(count - 1, 0)
    return int(written) if written.isdecimal() and len(written) < 10 else default  # noqa: PLR2004


def _rules(written: Any) -> Iterator[_Rule]:
    """The rules for pages, those for the deepest section first where they are not in order."""
    if isinstance(written, list):
        for each in mappings(written):
            yield _Rule(target(each.get("target")), None, text(each.get("pattern")))
    elif isinstance(written, dict):
        pages = {key: value for key, value in written.items() if isinstance(value, str)}
        pages |= next(mappings(written.get("page")), {})
        for key in sorted(pages, key=lambda key: -len(key)):
            if pattern := text(pages[key]):
                section = key.strip(" /")
                yield _Rule(Target(), f"/{section}" if section else "", pattern)


def _weekday(date: datetime) -> str:
    return str(date.isoweekday() % 7)


_DATES: dict[str, Maker] = {
    "year": lambda page: str((page.date or _NO_DATE).year),
    "month": lambda page: f"{(page.date or _NO_DATE).month:02}",
    "monthname": lambda page: f"{page.date or _NO_DATE:%B}",
    "day": lambda page: f"{(page.date or _NO_DATE).day:02}",
    "weekday": lambda page: _weekday(page.date or _NO_DATE),
    "weekdayname": lambda page: f"{page.date or _NO_DATE:%A}",
    "yearday": lambda page: str((page.date or _NO_DATE).timetuple().tm_yday),
}
