"""What .vitepress/config says, by its literal parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from publisher.content.generators.base import Found, FoundSource
from publisher.content.settings.javascript import (
    REST,
    exported_object,
    member,
    read_script,
    text,
)

_ENDINGS = ("js", "ts", "mjs", "mts", "cjs", "cts")
CONFIGS = tuple(
    f".vitepress/{name}.{ending}" for name in ("config", "config/index") for ending in _ENDINGS
)
_USUAL = (
    "posts", "blog", "blogs", "articles", "article", "_posts", "blog/posts", "news", "notes",
    "content/posts", "content/blog", "post", "pages/posts",
)  # fmt: skip
_WEB = ("http://", "https://")
_PARAMETER = re.compile(r":(\w+)(?:\(([^()]*)\))?([*+?]?)|\(\.\*\)|\*")
_MOST = 300


@dataclass(frozen=True)
class VitepressSite:
    """A site's own settings."""

    root: Path
    file: str
    values: dict[str, Any]
    problem: str = ""

    @property
    def pages(self) -> Path:
        """The folder of pages, `srcDir`."""
        written = text(self.values, "srcDir").strip("/").removeprefix("./")
        return self.root / written if ".." not in written.split("/") else self.root

    @property
    def clean(self) -> bool:
        """Whether addresses have no `.html`."""
        said = self.values.get("cleanUrls")
        return said is True or (isinstance(said, str) and said != "disabled")

    @cached_property
    def excluded(self) -> tuple[str, ...]:
        """The globs of files that are no pages."""
        listed = self.values.get("srcExclude")
        own = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
        return ("**/node_modules/**", "**/dist/**", *own)

    @cached_property
    def languages(self) -> dict[str, str]:
        """The languages of the locales that have a folder."""
        found = self.values.get("locales")
        locales = found.items() if isinstance(found, dict) else ()
        named = {name: text(each, "lang") or name for name, each in locales}
        named.pop("root", None)
        return named

    @cached_property
    def _rewrites(self) -> list[tuple[re.Pattern[str], str]]:
        found = self.values.get("rewrites")
        pairs = found.items() if isinstance(found, dict) else ()
        return [(_pattern(old), new) for old, new in pairs if isinstance(new, str)]

    def rewritten(self, path: str) -> str:
        """Where `rewrites` moves the file at `path` below the folder of pages."""
        for pattern, new in self._rewrites:
            if match := pattern.fullmatch(path):
                return _filled(new, match)
        return path


def _pattern(written: str) -> re.Pattern[str]:
    parts, end = [], 0
    for found in _PARAMETER.finditer(written):
        parts.append(re.escape(written[end : found.start()]))
        some = "[^/]+?" if found[1] and found[3] not in {"*", "+"} else ".*"
        parts.append(f"(?P<{found[1]}>{some})" if found[1] else f"({some})")
        end = found.end()
    try:
        return re.compile("".join([*parts, re.escape(written[end:])]))
    except re.error:
        return re.compile(re.escape(written))


def _filled(written: str, match: re.Match[str]) -> str:
    """`written` with what the pattern found, by name, else in order."""
    rest = iter(match.groups())
    named = match.groupdict()
    return _PARAMETER.sub(
        lambda found: (named.get(found[1], "") if found[1] else next(rest, "")) or "", written
    )


def read(root: Path) -> VitepressSite | None:
    """The site in `root`; None if it has no .vitepress/config."""
    script = read_script(root, CONFIGS)
    if script is None:
        return None
    values = script.config
    below = exported_object(values.get(REST))  # `{...defineConfig({…}), more}`
    return VitepressSite(root, script.name, {**below, **values}, script.problem)


def detect(folder: Path) -> Found | None:
    """The VitePress site in `folder`; None if it has no .vitepress/config."""
    site = read(folder)
    if site is None:
        return None
    base_url = _address(site)
    return Found(
        root=folder,
        seen=site.file,
        base_url=base_url,
        title=text(site.values, "title") or text(site.values, "locales", "root", "title"),
        description=text(site.values, "description"),
        language=text(site.values, "lang") or text(site.values, "locales", "root", "lang"),
        timezone="UTC",
        sources=tuple(_sources(site)),
        accounts=tuple(_links(member(site.values, "themeConfig", "socialLinks"))),
        notes=tuple(_notes(site, base_url)),
    )


def _address(site: VitepressSite) -> str:
    """The host that the sitemap names, or a link to it in the page's head, and `base`."""
    url = text(site.values, "sitemap", "hostname") or next(_heads(site.values.get("head")), "")
    base = text(site.values, "base").strip("/")
    url = url.rstrip("/")
    if not url.startswith(_WEB):
        return ""
    return url if not base or url.endswith(f"/{base}") else f"{url}/{base}"


def _heads(head: Any) -> Iterator[str]:
    """The addresses that `og:url` and `canonical` give in the head of every page."""
    for item in head if isinstance(head, list) else ():
        given = item[1] if isinstance(item, list) and len(item) > 1 else None
        if "og:url" in {text(given, "property"), text(given, "name")}:
            yield text(given, "content")
        elif text(given, "rel") == "canonical":
            yield text(given, "href")


def _sources(site: VitepressSite) -> Iterator[FoundSource]:
    """The usual folders, in each locale, else all pages."""
    tops = [site.pages, *(site.pages / each for each in site.languages)]
    found = [folder for top in tops for name in _USUAL if _has_pages(folder := top / name)]
    kept = [each for each in found if not any(above in found for above in each.parents)]
    for folder in kept or [site.pages]:
        below = folder.relative_to(site.pages).parts
        language = site.languages.get(below[0], "") if below else ""
        yield FoundSource("-".join(below) or "pages", folder, language=language)


def _has_pages(folder: Path) -> bool:
    """Whether a folder holds more than a page about its pages."""
    pages = islice(folder.rglob("*.md"), _MOST) if folder.is_dir() else ()
    own = {folder / "index.md", folder / "README.md"}
    return any(page not in own and "[" not in page.name for page in pages)


def _links(listed: Any) -> Iterator[str]:
    for item in listed if isinstance(listed, list) else ():
        if text(item, "link").startswith(_WEB):
            yield text(item, "link")


def _notes(site: VitepressSite, base_url: str) -> Iterator[str]:
    if site.problem:
        yield site.problem
    if not base_url:
        yield f"{site.file} names no host for its sitemap; set site.url in config.yaml"
    rewrites = site.values.get("rewrites")
    if rewrites is not None and not isinstance(rewrites, dict):
        yield "rewrites are made in code; see whether the addresses are right"
