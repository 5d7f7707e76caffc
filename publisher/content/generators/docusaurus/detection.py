"""Detection: what docusaurus.config says of the site, read as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.content.generators.base import Found, FoundSource
from publisher.content.generators.docusaurus.settings import DocusaurusSettings, read
from publisher.content.settings.javascript import member, text

_WEB = ("http://", "https://")


def detect(folder: Path) -> Found | None:
    """The Docusaurus site in `folder`; None if it has no docusaurus.config."""
    site = read(folder)
    if site is None:
        return None
    url = text(site.values, "url").rstrip("/")
    base_url = (url + site.base).rstrip("/") if url.startswith(_WEB) else ""
    return Found(
        root=folder,
        seen=site.file,
        base_url=base_url,
        title=text(site.values, "title"),
        description=text(site.values, "tagline"),
        language=site.locale,
        timezone="UTC",
        sources=tuple(_sources(site)),
        accounts=tuple(_accounts(site.values)),
        notes=tuple(_notes(site, base_url)),
    )


def _sources(site: DocusaurusSettings) -> Iterator[FoundSource]:
    for blog in site.blogs:
        if blog.folder.is_dir():
            yield FoundSource(blog.name, blog.folder)
            for locale, folder in site.translations(blog):
                yield FoundSource(f"{blog.name}-{locale}", folder, language=locale)


def _accounts(values: Any) -> Iterator[str]:
    """The links of the bar and the foot of the page."""
    theme = member(values, "themeConfig")
    for place in (member(theme, "navbar", "items"), member(theme, "footer", "links")):
        for item in place if isinstance(place, list) else ():
            inner = member(item, "items")
            for link in [item, *(inner if isinstance(inner, list) else ())]:
                if text(link, "href").startswith(_WEB):
                    yield text(link, "href")


def _notes(site: DocusaurusSettings, base_url: str) -> Iterator[str]:
    if site.problem:
        yield site.problem
    if not base_url:
        yield f"{site.file} gives no readable url; set site.url in config.yaml"
    base = site.values.get("baseUrl")
    if base is not None and not isinstance(base, str):
        yield f"{site.file} computes baseUrl, which is taken for /; look at site.url in config.yaml"
    blogs = [blog for blog in site.blogs if blog.folder.is_dir()]
    if not blogs:
        yield f"{site.file} names no blog whose folder is there; set content.folder"
    if any(blog.is_computed for blog in blogs):
        yield f"{site.file} computes options of its blog; see whether the addresses are right"
