"""Detection: what a folder's own configuration says about its site, read but never executed."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_CONFIGS = ("config.php", "config.production.php")
_BOOTSTRAP = "bootstrap.php"
_MOST_BYTES = 1024 * 1024
_STRING = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\$]|\\.)*)\""
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"\w])(?://|#(?!\[))[^\n]*", re.DOTALL)
_TOKEN = re.compile(rf"{_STRING}|=>|[\[\](){{}},]|[^\s'\"\[\](){{}},=]+|.", re.DOTALL)
_ZONE_CALL = re.compile(rf"date_default_timezone_set\(\s*(?:{_STRING})\s*\)")
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2}")
_SITE_KEYS = {
    "base_url": ("baseUrl", "base_url", "url"),
    "title": ("siteName", "title", "name", "siteTitle"),
    "timezone": ("timezone", "timeZone"),
}
_SUFFIXES = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of a Jigsaw site.

    `folder` holds its posts, `path` is its URL pattern ('' is Jigsaw's default), `posts` counts
    its Markdown files.
    """

    name: str
    folder: Path
    path: str
    posts: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is plain to read of a site; '' where it is not. `notes` say what a person must look at.

    Collections stand with the most posts first.
    """

    base_url: str
    title: str
    timezone: str
    collections: tuple[Collection, ...]
    notes: tuple[str, ...] = ()


def detect(folder: Path) -> Found | None:
    """The Jigsaw site in `folder`; None if it holds neither config.php nor source/_* folders.

    `config.production.php` wins over `config.php`. Only literal strings are read: what PHP would
    have to compute, a closure for instance, is named in `notes`.
    """
    texts = {name: _read(folder / name) for name in (*_CONFIGS, _BOOTSTRAP)}
    folders = _collection_folders(folder / "source")
    if not folders or not (texts["config.php"] or (folder / "bootstrap.php").is_file()):
        return None
    notes: list[str] = []
    settings: dict[str, object] = {}
    for name in _CONFIGS:
        settings = _merged(settings, _parse(texts[name]))
    return Found(
        base_url=_http(_first(settings, _SITE_KEYS["base_url"])),
        title=_first(settings, _SITE_KEYS["title"]),
        timezone=_timezone(settings, "\n".join(texts.values())),
        collections=_collections(folder, folders, settings, notes),
        notes=tuple(notes),
    )
