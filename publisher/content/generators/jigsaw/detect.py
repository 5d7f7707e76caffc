"""Detection: what a site's own configuration says, read as text and never executed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from publisher.content.files import beginning, list_files
from publisher.content.generators.base import Found, FoundSource
from publisher.content.generators.jigsaw.config_php import Array, read_array
from publisher.content.settings.merge import merged
from publisher.errors import ContentError

_CONFIGS = ("config.php", "config.production.php")
_FILES = (*_CONFIGS, "bootstrap.php")
_MOST_BYTES = 1024 * 1024
_ZONE = re.compile(
    r"""(?: date_default_timezone_set \( | ini_set \( \s* ['"]date\.timezone['"] \s* , )
        \s* ['"] ([A-Za-z_]+ (?: /[A-Za-z0-9_+-]+ )*) ['"] \s* \)""",
    re.VERBOSE,
)
_URL_KEYS = ("baseUrl", "base_url", "url")
_TITLE_KEYS = ("siteName", "siteTitle", "site_name", "title", "name")
_DESCRIPTION_KEYS = ("siteDescription", "site_description", "description")
_LANGUAGE_KEYS = ("siteLanguage", "language", "locale", "lang")
_ZONE_KEYS = ("timezone", "timeZone", "time_zone")


def detect(folder: Path, suffixes: tuple[str, ...]) -> Found | None:
    """The Jigsaw site in `folder`; None if it has no config.php or bootstrap.php beside source/.

    `config.production.php` wins over `config.php`. Only what stands there as plain text counts;
    what PHP would have to compute, such as a closure for `path`, is named in the notes.
    """
    texts = {name: text for name in _FILES if (text := beginning(folder / name, _MOST_BYTES))}
    if not texts or not (folder / "source").is_dir():
        return None
    settings = _settings(texts)
    seen = next(iter(texts))
    sources, notes = _sources(folder / "source", settings, suffixes)
    base_url = _first(settings, _URL_KEYS).rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        base_url = ""
        notes.insert(0, "config.php gives no readable baseUrl; set site.url in config.yaml")
    match = _ZONE.search("\n".join(texts.values()))
    zone = _first(settings, _ZONE_KEYS) or (match[1] if match else "")
    return Found(
        root=folder,
        seen=seen,
        base_url=base_url,
        title=_first(settings, _TITLE_KEYS),
        description=_first(settings, _DESCRIPTION_KEYS),
        language=_first(settings, _LANGUAGE_KEYS),
        timezone=zone,
        sources=sources,
        notes=tuple(notes),
    )


def without_pages(root: Path) -> frozenset[str]:
    """The collections of the site whose items have a page only by an `extends` of their own."""
    texts = {name: beginning(root / name, _MOST_BYTES) for name in _CONFIGS}
    named = _settings(texts).get("collections")
    wanted = dict(_named(named)) if isinstance(named, dict) else {}
    return frozenset(name for name, options in wanted.items() if "extends" not in options)


def _settings(texts: Mapping[str, str]) -> Array:
    settings: Array = {}
    for name in _CONFIGS:
        settings = merged(settings, read_array(texts.get(name, "")))
    return settings


def _first(settings: Mapping[str, object], names: Iterable[str]) -> str:
    found = (settings.get(name) for name in names)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), "")


def _sources(
    source: Path, settings: Array, suffixes: tuple[str, ...]
) -> tuple[tuple[FoundSource, ...], list[str]]:
    """One of each collection that has a folder, the one called `posts` or with most files first."""
    named = settings.get("collections")
    wanted = dict(_named(named)) if isinstance(named, dict) else _guessed(source, suffixes)
    found: list[tuple[bool, int, str, FoundSource]] = []
    notes = []
    for name, options in wanted.items():
        folder, path = source / f"_{name}", options.get("path", "")
        if not isinstance(path, str):
            path = ""
            what = f"the path of collection {name} is computed by PHP and cannot be read"
            notes.append(f"{what}; set content.path in config.yaml")
        if folder.is_dir():
            place = (name != "posts", -_count(folder, suffixes), name)
            found.append((*place, FoundSource(name, folder, path)))
    return tuple(each[-1] for each in sorted(found)), notes


def _named(collections: Array) -> Iterator[tuple[str, Array]]:
    for key, options in collections.items():
        if isinstance(options, str) and key.isdecimal():
            yield options, {}
        else:
            yield key, options if isinstance(options, dict) else {}


def _guessed(source: Path, suffixes: tuple[str, ...]) -> dict[str, Array]:
    folders = [each for each in sorted(source.glob("_*")) if each.is_dir()]
    return {folder.name[1:]: {} for folder in folders if _count(folder, suffixes)}


def _count(folder: Path, suffixes: tuple[str, ...]) -> int:
    try:
        return len(list_files(folder, folder, suffixes).files)
    except ContentError:
        return 0
