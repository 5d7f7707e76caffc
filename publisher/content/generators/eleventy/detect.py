"""Detection: what an Eleventy site says of itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.eleventy.settings_files import CONFIGS
from publisher.content.generators.eleventy.site import Site
from publisher.content.settings.javascript import text

_DATA = (
    "metadata", "site", "meta", "siteData", "config", "siteConfig", "settings", "global", "info",
    "site_info", "app", "data",
)  # fmt: skip
_URL_KEYS = ("url", "siteUrl", "siteURL", "site_url", "baseUrl", "baseURL", "base_url", "domain",
             "host", "origin", "canonical", "root")  # fmt: skip
_TITLE_KEYS = ("title", "name", "siteName", "siteTitle", "site_name", "site_title")
_DESCRIPTION_KEYS = ("description", "siteDescription", "shortDesc", "tagline", "subtitle")
_LANGUAGE_KEYS = ("language", "lang", "locale", "siteLang")
_LANGUAGE = re.compile(r"<html\b[^>]*?\blang=[\"']?([A-Za-z]{2,3}(?:-[A-Za-z]+)?)[\"'\s>]")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.IGNORECASE)
_LOCAL = re.compile(r"https?://(?:localhost|127\.|0\.0\.0\.0)")
_PACKAGE_BYTES = 1024 * 1024
_MOST_LAYOUTS = 40
_LAYOUT_BYTES = 4096


def detect(folder: Path) -> Found | None:
    """The Eleventy site in `folder`; None without a configuration, and without the package."""
    seen = next((name for name in CONFIGS if (folder / name).is_file()), "")
    package = beginning(folder / "package.json", _PACKAGE_BYTES)
    if not seen and '"@11ty/eleventy"' not in package:
        return None
    site = Site(folder)
    if not seen and not _is_site(site):
        return None
    facts = list(_facts(site))
    base_url = _base_url(site, facts)
    notes = [] if base_url else ["the site's data name no address; set site.url in config.yaml"]
    return Found(
        root=folder,
        seen=seen or "package.json",
        sure=Sure.CERTAIN if seen else Sure.LIKELY,
        base_url=base_url,
        title=_first(facts, _TITLE_KEYS),
        description=_first(facts, _DESCRIPTION_KEYS),
        language=(_first(facts, _LANGUAGE_KEYS) or _layout_language(site)).replace("_", "-"),
        sources=(FoundSource("posts", folder / site.input),),
        notes=tuple(notes),
    )


def _is_site(site: Site) -> bool:
    """A package that uses Eleventy without a configuration has a command that runs it."""
    scripts = site.package.get("scripts")
    commands = scripts.values() if isinstance(scripts, dict) else ()
    return any(isinstance(each, str) and "eleventy" in each for each in commands)


def _facts(site: Site) -> Iterator[dict[str, Any]]:
    for name in _DATA:
        value = site.data(name)
        if isinstance(value, dict):
            yield value
            inner = (value.get(key) for key in ("site", "meta", "metadata", "default", "en"))
            yield from (each for each in inner if isinstance(each, dict))


def _first(facts: list[dict[str, Any]], keys: tuple[str, ...]) -> str:
    found = (text(each, key) for key in keys for each in facts)
    return next(filter(None, found), "")


def _base_url(site: Site, facts: list[dict[str, Any]]) -> str:
    written = [text(each, key) for key in _URL_KEYS for each in facts]
    written += [text(site.data(key)) for key in ("url", "siteUrl", "baseUrl")]
    written += [text(site.package, "homepage")]
    written += [beginning(site.root / name, 200).strip() for name in ("CNAME", "public/CNAME")]
    for each in written:
        url = f"https://{each}" if _DOMAIN.fullmatch(each) else each
        if url.startswith(("http://", "https://")) and not _LOCAL.match(url):
            if "github.com" in url:
                continue
            url = url.rstrip("/")
            return url if url.endswith(site.path_prefix) else url + site.path_prefix
    return ""


def _layout_language(site: Site) -> str:
    for folder in site.layouts:
        paths = [*(site.root / folder).glob("*"), *(site.root / folder).glob("*/*")]
        for path in sorted(paths)[:_MOST_LAYOUTS]:
            if path.is_file() and (found := _LANGUAGE.search(beginning(path, _LAYOUT_BYTES))):
                return found[1]
    return ""
