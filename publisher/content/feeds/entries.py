"""Entries: what Publisher takes of one item of a feed, as plain text, and as it is remembered."""

import hashlib
import re
from dataclasses import asdict, dataclass, replace
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from publisher.content.excerpt import ENOUGH, excerpt
from publisher.content.files import readable
from publisher.content.frontmatter.fields import Fields, authors, language
from publisher.content.frontmatter.text import for_people, plain
from publisher.content.urls import web_url

FIRST_YEAR = 1971
_AUTHOR = Fields(author=("author",))
_LANGUAGE = Fields(language=("language",))
_LONGEST_TITLE = 500
_LONGEST_ID = 200
_MOST = 50
_CUT_OFF = re.compile(r"\s*\[(?:\u2026|\.\.\.)\]$")
_IMG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\b(src|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item; times are Unix seconds, None where the feed gives none.

    `seen` is when it was first in the feed; `page` says that it is no post: some feeds list pages,
    dated in the year 1.
    """

    id: str
    url: str = ""
    title: str = ""
    summary: str = ""
    date: float | None = None
    updated: float | None = None
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    image: str = ""
    language: str = ""
    link: str = ""
    page: bool = False
    seen: float = 0.0

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """The entry of values that `asdict` gave, by way of JSON."""
        known: Any = {name: values[name] for name in cls.__slots__ if name in values}
        lists: Any = {name: tuple(values.get(name, ())) for name in ("categories", "authors")}
        return cls(**known | lists)

    @property
    def moment(self) -> float:
        """Its date; where the feed gives none, that of its last change or of its first sight."""
        return next(each for each in (self.date, self.updated, self.seen) if each is not None)

    def path(self, host: str) -> str:
        """What stands for the path of a file: its id, in one line and not endless."""
        name = readable(self.id if ":" in self.id else f"{host}/{self.id}")
        if len(name) > _LONGEST_ID:
            name = f"{name[:_LONGEST_ID]}~{_digest(self.id)[:12]}"
        return f"feed:{name}"

    def state(self) -> tuple[int, int]:
        """What tells that it changed: as the size and the time of a file do."""
        digest = _digest(repr(sorted(asdict(replace(self, seen=0.0)).items())))
        return int(digest[:7], 16), int(digest[7:22], 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One item as a feed has it: texts may be HTML, addresses relative to `base`."""

    base: str
    id: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    body: str = ""
    date: float | None = None
    updated: float | None = None
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    language: str = ""
    external: str = ""

    def entry(self, mode: str) -> Entry:
        """The item as plain text; `mode` is `content.excerpt`."""
        url = _address(self.base, self.url)
        title = plain(self.title[: 2 * _LONGEST_TITLE])[:_LONGEST_TITLE]
        return Entry(
            id=(self.id or self.url or _digest(self.title + str(self.date))).strip(),
            url=url,
            title=title,
            summary=self._summary(mode),
            date=self.date if self.date and self.date > 0 else None,
            updated=self.updated if self.updated and self.updated > 0 else None,
            categories=tuple(dict.fromkeys(filter(None, map(_word, self.categories[:_MOST])))),
            authors=authors({"author": self.authors[:_MOST]}, _AUTHOR),
            image=next(filter(None, self._images(url or self.base)), ""),
            language=language({"language": self.language}, _LANGUAGE),
            link=_address(self.base, self.external),
            page=self.date is not None and self.date <= 0,
        )

    def _summary(self, mode: str) -> str:
        wanted = "paragraph" if mode == "none" else mode
        text = excerpt(self.summary[:ENOUGH], wanted)
        if not text and mode != "none":
            text = excerpt(self.body[:ENOUGH], wanted)
        return _CUT_OFF.sub("\u2026", text)

    def _images(self, base: str) -> list[str]:
        inside = [*_pictures(self.body), *_pictures(self.summary)]
        return [_address(base, each) for each in [*self.images[:_MOST], *inside]]


def host_of(url: str) -> str:
    """The host of an address; '' where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _pictures(html: str) -> list[str]:
    """The addresses of pictures in the beginning of a text, but for those that count readers."""
    found = []
    for match in _IMG.finditer(html[: 4 * ENOUGH]):
        values = {
            each[1].lower(): unescape(each[2] or each[3] or each[4] or "")
            for each in _ATTRIBUTE.finditer(match[0])
        }
        if values.get("src") and not {values.get("width"), values.get("height")} & {"0", "1"}:
            found.append(values["src"].strip())
    return found


def _address(base: str, written: str) -> str:
    try:
        return web_url(urljoin(base, written.strip())) if written.strip() else ""
    except ValueError:
        return ""


def _word(text: str) -> str:
    return for_people(text[:_LONGEST_ID])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
