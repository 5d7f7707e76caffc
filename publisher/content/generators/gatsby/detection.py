"""Detection: what gatsby-config says of the site, read as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.gatsby.site import GatsbySite, read
from publisher.content.settings.javascript import member, text

_WEB = ("http://", "https://")
_URLS = ("siteUrl", "siteURL", "url", "baseUrl")
_TITLES = ("title", "siteTitle", "name")
_DESCRIPTIONS = ("description", "siteDescription")
_LANGUAGES = ("language", "lang", "siteLanguage")
_USUAL = ("content/blog", "content/posts", "content", "posts", "blog", "src/posts", "src/pages")


def detect(folder: Path) -> Found | None:
    """The Gatsby site in `folder`; None if it has no gatsby-config."""
    site = read(folder)
    if site is None:
        return None
    data = site.values.get("siteMetadata")
    base_url = _first(data, _URLS).rstrip("/")
    base_url = base_url + _prefix(site, base_url) if base_url.startswith(_WEB) else ""
    return Found(
        root=folder,
        seen=site.config.name,
        sure=Sure.CERTAIN,
        base_url=base_url,
        title=_first(data, _TITLES),
        description=_first(data, _DESCRIPTIONS),
        language=_first(data, _LANGUAGES),
        timezone="UTC",
        sources=_sources(site),
        accounts=tuple(_links(member(data, "social"))),
        notes=tuple(_notes(site, base_url)),
    )


def _first(values: Any, names: tuple[str, ...]) -> str:
    return next(filter(None, (text(values, name) for name in names)), "")


def _prefix(site: GatsbySite, url: str) -> str:
    """`pathPrefix`, where the site is built with it."""
    prefix = text(site.values, "pathPrefix").strip("/")
    is_used = "--prefix-paths" in str(member(site.package, "scripts"))
    return f"/{prefix}" if prefix and is_used and not url.endswith(f"/{prefix}") else ""


def _sources(site: GatsbySite) -> tuple[FoundSource, ...]:
    folders = site.folders
    if not folders:
        usual = (site.root / name for name in _USUAL)
        folders = tuple([each for each in usual if each.is_dir()][:1])
    likely = sorted(folders, key=lambda each: (each.name not in {"blog", "posts"}, each.as_posix()))
    names = [each.name for each in likely]
    return tuple(
        FoundSource(each.name if names.count(each.name) == 1 else "-".join(each.parts[-2:]), each)
        for each in likely
    )


def _links(value: Any) -> Iterator[str]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        link = item if isinstance(item, str) else text(item, "url") or text(item, "link")
        if link.startswith(_WEB):
            yield link


def _notes(site: GatsbySite, base_url: str) -> Iterator[str]:
    if site.config.problem:
        yield site.config.problem
    if not base_url:
        yield f"{site.config.name} gives no readable siteUrl; set site.url in config.yaml"
    taken = " or ".join(site.patterns)
    how = "gatsby-node makes addresses in code, read as" if site.told else "addresses are taken for"
    yield f"{how} {taken}; see whether they are right, or run publish init --sitemap FILE"
