"""Addresses: where Pelican puts the page of an article, a page or a draft."""

import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from publisher.content.frontmatter.dates import without_file_date
from publisher.content.generators.base import Address, Document
from publisher.content.generators.pelican.settings import Settings
from publisher.content.generators.pelican.slugs import Slugs
from publisher.content.generators.pelican.templates import Part, compiled, filled
from publisher.content.urls import escaped

DRAFT = "draft"
_STATUSES = frozenset({"published", "hidden", DRAFT})
_DEFAULTS = {
    "ARTICLE": "{slug}.html", "ARTICLE_LANG": "{slug}-{lang}.html",
    "DRAFT": "drafts/{slug}.html", "DRAFT_LANG": "drafts/{slug}-{lang}.html",
    "PAGE": "pages/{slug}.html", "PAGE_LANG": "pages/{slug}-{lang}.html",
    "DRAFT_PAGE": "drafts/pages/{slug}.html", "DRAFT_PAGE_LANG": "drafts/pages/{slug}-{lang}.html",
}  # fmt: skip
_LACKING = "the site's addresses need its {0}, so Pelican makes no page of it; give it a {0}"
_UNTITLED = "Pelican makes no page of a post without a title; add a line `Title: …`"
_UNKNOWN = "Pelican makes no page of a post with this status; write published, draft or hidden"
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
_OUTSIDE = "its address leads out of the site"


class Addresses:
    """The URLs of one site; `path` is the pattern of articles where it is not the settings'."""

    def __init__(self, settings: Settings, url: str, path: str = "") -> None:
        self._settings = settings
        self._base = url.rstrip("/")
        self._path = path
        self._titles = Slugs(settings)
        self._categories = Slugs(settings, "CATEGORY")
        self._authors = Slugs(settings, "AUTHOR")
        self._by_name = settings.text("SLUGIFY_SOURCE", "title") == "basename"
        self._subsites = settings.mapping("I18N_SUBSITES") if settings.has_subsites else {}
        self.pattern = cache(self._pattern)

    def page(self, document: Document, values: Mapping[str, Any], *, is_page: bool) -> Address:
        """The address of the document, whose head and path say `values`."""
        status = values.get("status", "").strip().lower() or "published"
        if "title" not in values:
            return Address("", problem=_UNTITLED)
        if status not in _STATUSES:
            return Address("", problem=_UNKNOWN, key="status")
        if document.date is None and not is_page and status != DRAFT:
            return Address("")
        own = self._own(values)
        if own is not None:
            return self._at("", own, "")
        kind = ("DRAFT_" if status == DRAFT else "") + ("PAGE" if is_page else "ARTICLE")
        kind = DRAFT.upper() if kind == "DRAFT_ARTICLE" else kind
        lang = str(values.get("lang", self._settings.language))
        site = lang if lang != self._settings.language and lang in self._subsites else ""
        is_other = lang != self._settings.language and not site
        text, missing = self._filled(f"{kind}_LANG" if is_other else kind, site, document, values)
        if missing and missing not in self._fields and missing not in values:
            return Address("", problem=_LACKING.format(missing), key=missing)
        return self._at(site, text, missing)

    def _own(self, values: Mapping[str, Any]) -> str | None:
        """The address that the head itself gives."""
        for key in ("url", "save_as"):
            if key in values:
                written = str(values[key]).strip()
                return written.removesuffix("index.html") if key == "save_as" else written
        return None

    def _filled(
        self, kind: str, site: str, document: Document, values: Mapping[str, Any]
    ) -> tuple[str, str]:
        def value(name: str) -> Any:
            own = self._fields.get(name)
            return own(document, values) if own else values.get(name)

        return filled(self.pattern(kind, site), value)

    @cached_property
    def _fields(self) -> Mapping[str, Callable[[Document, Mapping[str, Any]], Any]]:
        """What stands for the names that do not simply stand in the head."""
        language = self._settings.language
        return {
            "slug": self.slug,
            "date": lambda document, _: document.date and document.date.value,
            "category": lambda _, values: self._category(str(values.get("category") or "")),
            "author": lambda _, values: self._authors.known(self._author(values)),
            "lang": lambda _, values: str(values.get("lang", language)),
            "filename": lambda document, values: (
                values.get("filename") or without_file_date(_stem(document))
            ),
            "basename": lambda document, values: values.get("basename") or _stem(document),
            "path": lambda document, values: values.get("path") or document.path,
        }

    def _category(self, name: str) -> str:
        return self._categories.known(name or self._settings.text("DEFAULT_CATEGORY", "misc"))

    def _pattern(self, kind: str, site: str) -> tuple[Part, ...]:
        if kind == "ARTICLE" and self._path:
            return compiled(self._path)
        own = self._subsites.get(site)
        name, default = f"{kind}_URL", self._settings.text(f"{kind}_URL", _DEFAULTS[kind])
        written = own.get(name) if isinstance(own, dict) else None
        return compiled(written if isinstance(written, str) else default)

    def slug(self, document: Document, values: Mapping[str, Any]) -> str:
        """The slug of a document: its own, or one of its title or its file's name."""
        if own := str(values.get("slug", "")).strip():
            return own
        if self._by_name:
            return self._titles.slug(_stem(document))
        is_html = not document.path.endswith(".rst")
        return self._titles.slug(str(values["title"]), is_html=is_html)

    def _author(self, values: Mapping[str, Any]) -> str:
        authors = values.get("authors") or ()
        first = authors[0] if isinstance(authors, tuple) and authors else ""
        return str(values.get("author") or first or self._settings.text("AUTHOR"))

    def _at(self, site: str, path: str, missing: str) -> Address:
        if path.startswith(("http://", "https://")):
            return Address(escaped(path))
        below = path.removeprefix("./").lstrip("/")
        if ".." in below and ".." in below.split("/"):
            return Address("", problem=_OUTSIDE, key="slug")
        own = self._subsites.get(site)
        url = own.get("SITEURL") if isinstance(own, dict) else None
        base = f"{self._base}/{site}" if site else self._base
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            base = url.rstrip("/")
        return Address(f"{base}/{below if _PLAIN.fullmatch(below) else escaped(below)}", missing)


def _stem(document: Document) -> str:
    return document.file.rpartition(".")[0]
