"""Zola's settings, and the site that they describe."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.settings.files import read_settings

FILES = ("zola.toml", "config.toml")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a site sets; `languages` are those besides the default one.

    `slugs` is `on`, `safe` or `off`; `ignored` are globs of files that are no content.
    """

    seen: str = ""
    base_url: str = ""
    title: str = ""
    description: str = ""
    author: str = ""
    language: str = "en"
    languages: frozenset[str] = frozenset()
    slugs: str = "on"
    keep_dates: bool = False
    ignored: tuple[str, ...] = ()
    problem: str = ""


def load(root: Path) -> Settings | None:
    """What zola.toml, else config.toml, says; None if neither is there or it is another's."""
    file = read_settings(root, FILES)
    if file is None:
        return None
    values = file.values
    if file.name != "zola.toml" and "base_url" not in values and not file.problem:
        return None
    slugify = values.get("slugify")
    slugify = slugify if isinstance(slugify, dict) else {"paths": _old_slugs(values)}
    return Settings(
        seen=file.name,
        base_url=_text(values, "base_url").rstrip("/"),
        title=_text(values, "title"),
        description=_text(values, "description"),
        author=_text(values, "author"),
        language=_text(values, "default_language") or "en",
        languages=_languages(values.get("languages")) - {_text(values, "default_language") or "en"},
        slugs=_text(slugify, "paths").lower() or "on",
        keep_dates=slugify.get("paths_keep_dates") is True,
        ignored=_texts(values.get("ignored_content")),
        problem=file.problem,
    )


def detect(folder: Path) -> Found | None:
    """The Zola site in `folder`: its settings stand beside `content/`."""
    if folder.parent.name == "themes" or not (folder / "content").is_dir():
        return None
    settings = load(folder)
    if settings is None or (settings.problem and settings.seen != "zola.toml"):
        return None
    base_url, notes = settings.base_url, [settings.problem] if settings.problem else []
    if not base_url.startswith(("http://", "https://")):
        base_url = ""
        domain = beginning(folder / "static" / "CNAME", 300).strip()
        if _DOMAIN.fullmatch(domain):
            base_url = f"https://{domain.lower()}"
            notes.append(f"base_url is no whole address; {base_url} is from static/CNAME")
        else:
            notes.append(f"{settings.seen} gives no whole base_url; set site.url in config.yaml")
    return Found(
        root=folder,
        seen=settings.seen,
        sure=Sure.CERTAIN,
        base_url=base_url,
        title=settings.title,
        description=settings.description,
        language=settings.language,
        sources=(FoundSource("posts", folder / "content"),),
        notes=tuple(notes),
    )


def _languages(written: Any) -> frozenset[str]:
    """Every language; older sites list them, newer ones have a table of each."""
    if isinstance(written, dict):
        return frozenset(written)
    listed = written if isinstance(written, list) else []
    return frozenset(_text(each, "code") for each in listed if isinstance(each, dict))


def _old_slugs(values: dict[str, Any]) -> str:
    return "off" if values.get("slugify_paths") is False else "on"


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return value.strip() if isinstance(value, str) else ""


def _texts(written: Any) -> tuple[str, ...]:
    return tuple(each for each in written if isinstance(each, str)) if written else ()
