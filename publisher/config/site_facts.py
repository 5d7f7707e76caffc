"""What `publish init` knows of a site, and where it knows it from."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

from publisher.config.machine_zone import machine_zone
from publisher.config.options.values import is_language, web_address
from publisher.config.site_address import guesses, is_local, is_placeholder
from publisher.content.generators.base import Found, FoundSource

PLACEHOLDER_URL = "https://www.example.org"
TITLE = "My site"
_FOLDERS = (
    "source/_posts", "_posts", "content/posts", "content/post", "content/blog", "src/content/blog",
    "src/content/posts", "src/posts", "src/blog", "blog/posts", "posts", "blog", "articles",
    "content",
)  # fmt: skip
_LONGEST = 300


class Fact(NamedTuple):
    """A value, and what it was read from; a person must look at one that `is_open`."""

    value: str
    origin: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What config.yaml says of the site."""

    title: Fact
    url: Fact
    description: Fact
    language: Fact
    timezone: Fact
    sources: tuple[FoundSource, ...]
    remarks: tuple[str, ...] = ()
    """What could not be used, and why; then what the generator could not read."""

    def named(self) -> dict[str, Fact]:
        """Those that are one text each."""
        names = ("title", "url", "description", "language", "timezone")
        return {name: getattr(self, name) for name in names}


def facts(found: Found | None, folder: Path, environ: Mapping[str, str]) -> SiteFacts:
    """What is known of the site that was found in `folder`, and of this machine."""
    remarks: list[str] = []
    url = _url(found, folder, remarks)
    host = "" if url.is_open else url.value.partition("://")[2].removeprefix("www.")
    title = plain(found.title) if found else ""
    return SiteFacts(
        title=Fact(title, found.seen) if found and title else Fact(host or TITLE, is_open=True),
        url=url,
        description=Fact(plain(found.description)[:_LONGEST] if found else ""),
        language=_language(found, remarks),
        timezone=_timezone(found, environ, remarks),
        sources=found.sources if found and found.sources else (_likely_source(found, folder),),
        remarks=(*remarks, *_notes(found, url)),
    )


def _notes(found: Found | None, url: Fact) -> Iterator[str]:
    """What the generator says, without what is known from elsewhere."""
    for note in found.notes if found else ():
        if url.is_open or "site.url" not in note:
            yield note


def _url(found: Found | None, folder: Path, remarks: list[str]) -> Fact:
    written = found.base_url.strip() if found else ""
    usable = is_usable(written)
    if found and usable and not is_placeholder(written) and not is_local(written):
        return Fact(written.rstrip("/"), found.seen)
    guess = next(guesses(found.root if found else folder, folder), None)
    if guess is not None and is_usable(guess.url):
        return Fact(guess.url, f"a guess by {guess.origin}")
    if found and usable:
        remarks.append(f"{written} in {found.seen} is a placeholder: set site.url")
        return Fact(written.rstrip("/"), found.seen, is_open=True)
    return Fact(PLACEHOLDER_URL, is_open=True)


def is_usable(url: str) -> bool:
    """Whether config.yaml takes `url` as an address."""
    try:
        return bool(web_address(url))
    except ValueError:
        return False


def _language(found: Found | None, remarks: list[str]) -> Fact:
    written = found.language.partition(".")[0].replace("_", "-") if found else ""
    if found and is_language(written):
        return Fact(written, found.seen)
    if written:
        remarks.append(
            f"the language {plain(written)[:40]!r} is no language tag: set site.language"
        )
    return Fact("en")


def _timezone(found: Found | None, environ: Mapping[str, str], remarks: list[str]) -> Fact:
    written = found.timezone if found else ""
    if found and written in available_timezones():
        return Fact(written, found.seen)
    if written:
        remarks.append(
            f"this machine knows no time zone {plain(written)[:40]!r}: set site.timezone"
        )
    zone, origin = machine_zone(environ)
    return Fact(zone, f"this machine's {origin}" if origin else "", is_open=not origin)


def _likely_source(found: Found | None, folder: Path) -> FoundSource:
    """A folder with a usual name, below the site's own."""
    root = found.root if found else folder
    there = (each for each in _FOLDERS if (root / each).is_dir())
    return FoundSource("posts", root / next(there, _FOLDERS[0]))


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def source_names(sources: tuple[FoundSource, ...]) -> list[str]:
    """A name that config.yaml takes for each source, no two alike."""
    names: list[str] = []
    for each in sources:
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", each.name).strip("-_") or "posts"
        if name in names and each.language:
            name = f"{name}-{each.language}"
        first, number = name, 2
        while name in names:
            name, number = f"{first}-{number}", number + 1
        names.append(name)
    return names


def relative(path: Path, base: Path) -> str:
    """`path` as config.yaml in `base` names it."""
    return Path(os.path.relpath(path, base)).as_posix()
