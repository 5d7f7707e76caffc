"""Detection: what an Astro site says of itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.generators.astro.addresses import entry_function, route_of
from publisher.content.generators.astro.settings_files import CONFIGS
from publisher.content.generators.astro.site import Collection, Site
from publisher.content.generators.base import Found, FoundSource
from publisher.content.settings.files import read_settings
from publisher.content.settings.javascript import text
from publisher.content.settings.named import reachable

_FOLDERS = ("config", "data", "lib", "utils", "constants")
_FACTS = tuple(
    f"{folder}{name}.{ending}"
    for folder in ("src/", *(f"src/{each}/" for each in _FOLDERS), "")
    for name in ("consts", "config", "site.config", "site", "constants", "siteConfig", "index",
                 "site-config", "metadata", "settings", "siteData", "config.site")
    for ending in ("ts", "js", "mjs", "json")
)  # fmt: skip
_TITLE_KEYS = ("SITE_TITLE", "siteTitle", "title", "TITLE", "siteName", "name", "NAME", "site_name")
_DESCRIPTION_KEYS = ("SITE_DESCRIPTION", "siteDescription", "description", "DESCRIPTION", "desc")
_URL_KEYS = ("SITE_URL", "siteUrl", "website", "url", "site", "URL", "base_url", "baseUrl", "href")
_LANGUAGE_KEYS = ("lang", "language", "locale", "LANG", "LOCALE", "SITE_LANG")
_LANGUAGE = re.compile(r"<html\b[^>]*?\blang=[\"']([A-Za-z]{2,3}(?:-[A-Za-z]+)?)[\"']")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_POSTS = ("blog", "posts", "post", "articles", "article", "writing", "news", "journal", "essays")
_NO_POSTS = re.compile(
    r"author|person|people|team|tag|categor|page|product|project|work|docs?$|testimonial|service|job|"
    r"legal|faq|home|about|store|portfolio|member|sponsor|link|feature|i18n|website",
    re.IGNORECASE,
)
_MOST_LAYOUTS = 60
_LAYOUT_BYTES = 8192


_COMPUTED = (
    "the site computes the addresses of {}; see whether they are right, or run "
    "publish init --force --sitemap FILE"
)


def detect(folder: Path) -> Found | None:
    """The Astro site in `folder`; None without astro.config."""
    seen = next((name for name in CONFIGS if (folder / name).is_file()), "")
    if not seen:
        return None
    site = Site(folder)
    facts = list(_facts(site))
    base_url = reachable(text(site.config, "site")) or _first_url(facts)
    if base_url and not base_url.endswith(site.base):
        base_url += site.base
    sources, notes = _sources(site)
    if not base_url:
        notes.insert(0, f"{seen} gives no readable site; set site.url in config.yaml")
    return Found(
        root=folder,
        seen=seen,
        base_url=base_url,
        title=_first(facts, _TITLE_KEYS),
        description=_first(facts, _DESCRIPTION_KEYS),
        language=_language(site, facts),
        sources=sources,
        notes=tuple(notes),
    )


def _sources(site: Site) -> tuple[tuple[FoundSource, ...], list[str]]:
    """One of each collection of posts; the likeliest first."""
    found: list[tuple[tuple[int, str], FoundSource]] = []
    notes: list[str] = []
    for collection in site.collections.values():
        folder = site.root / collection.folder
        if not folder.is_dir() or not _is_of_posts(collection):
            continue
        route = route_of(site, collection)
        if route is None:
            routes = f"{site.source}/pages"
            notes.append(f"{collection.name} is left out: no file in {routes} makes pages of it")
            continue
        if entry_function(route) is None:
            notes.append(_COMPUTED.format(collection.name))
        place = _POSTS.index(collection.name) if collection.name in _POSTS else len(_POSTS)
        found.append(((place, collection.name), FoundSource(collection.name, folder)))
    pages = site.root / site.source / "pages"
    if pages.is_dir() and next(pages.glob("*/**/*.md*"), None):
        found.append(((len(_POSTS) + 1, "pages"), FoundSource("pages", pages)))
    return tuple(each for _, each in sorted(found, key=lambda each: each[0])), notes


def _is_of_posts(collection: Collection) -> bool:
    if collection.name in _POSTS:
        return True
    if _NO_POSTS.search(collection.name):
        return False
    return bool(collection.dates) or not collection.keys


def _facts(site: Site) -> Iterator[dict[str, Any]]:
    """Constants of the scripts in which sites keep their title; what they nest, too."""
    settings = read_settings(site.root, [f"{site.source}/config.yaml"])
    if settings and isinstance(site_of := settings.values.get("site"), dict):
        yield site_of
    for name in _FACTS:
        path = site.root / name
        if not path.is_file():
            continue
        if name.endswith(".json"):
            script = site.modules.parsed(f"export default {beginning(path, 2**20)}", path)
        else:
            script = site.modules.script(path)
        values = {each: script.value(each) for each in script.names if each != "default"}
        values |= script.config
        yield values
        yield from (each for each in values.values() if isinstance(each, dict))


def _first(facts: list[dict[str, Any]], keys: tuple[str, ...]) -> str:
    found = (text(each, key) for each in facts for key in keys)
    return next(filter(None, found), "")


def _first_url(facts: list[dict[str, Any]]) -> str:
    found = (reachable(text(each, key)) for each in facts for key in _URL_KEYS)
    return next(filter(None, found), "")


def _language(site: Site, facts: list[dict[str, Any]]) -> str:
    written = site.locales[0] if site.locales else _first(facts, _LANGUAGE_KEYS)
    if _TAG.fullmatch(written):
        return written.replace("_", "-")
    for path in sorted((site.root / site.source).glob("layouts/**/*.astro"))[:_MOST_LAYOUTS]:
        if match := _LANGUAGE.search(beginning(path, _LAYOUT_BYTES)):
            return match[1]
    return ""
