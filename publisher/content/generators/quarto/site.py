"""What _quarto.yml says, and where a site lists its posts."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any

from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.parse import flattened, read_metadata
from publisher.content.frontmatter.yaml import HeadError, load_yaml
from publisher.content.generators.base import Found, FoundSource
from publisher.content.settings.files import read_settings

CONFIGS = ("_quarto.yml", "_quarto.yaml")
METADATA = ("_metadata.yml", "_metadata.yaml")
_USUAL = ("posts", "blog", "blog/posts", "news", "articles", "notes")
_WILD = re.compile(r"[*?{\[]")
_MOST_PAGES = 40
_WEB = ("http://", "https://")


@dataclass(frozen=True)
class QuartoSite:
    """A site's own settings."""

    root: Path
    file: str
    values: Mapping[str, Any]
    problem: str = ""

    @property
    def website(self) -> Mapping[str, Any]:
        """The part of the settings about the website, or the book."""
        found = self.values.get("website") or self.values.get("book")
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def rendered(self) -> tuple[str, ...]:
        """The globs of files that become pages; () for all."""
        written = _texts(_of(self.values.get("project"), "render"))
        globs = []
        for each in written:
            bang, glob = each[: each.startswith("!")], each.removeprefix("!").strip("/")
            folder = not _WILD.search(glob) and (self.root / glob).is_dir()
            deep = "**/" if glob.startswith("*.") else ""
            globs.append(f"{bang}{glob}/**" if folder else f"{bang}{deep}{glob}")
        plain = any(not each.startswith("!") for each in globs)
        return tuple(globs if plain or not globs else ["**", *globs])

    @property
    def shows_drafts(self) -> bool:
        """Whether drafts are pages like others."""
        return _text(self.website, "draft-mode") == "visible"

    @cached_property
    def drafts(self) -> frozenset[str]:
        """The files that are drafts besides those that say so."""
        return frozenset(each.strip("/") for each in _texts(self.website.get("drafts")))

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders whose posts pages list, else the usual ones."""
        listed = [folder for folder in self._listed() if folder.is_dir()]
        there = listed or [each for name in _USUAL if (each := self.root / name).is_dir()]
        kept = [each for each in dict.fromkeys(there) if each != self.root]
        outer = [each for each in kept if not any(above in kept for above in each.parents)]
        return tuple(outer)

    def _listed(self) -> Iterator[Path]:
        pages = chain(self.root.glob("*.[qm][m]d"), self.root.glob("*/index.qmd"))
        for page in sorted(islice(pages, _MOST_PAGES)):
            for contents in _contents(page):
                fixed = _WILD.split(contents)[0]
                whole = fixed if fixed == contents else fixed.rpartition("/")[0]
                if ".." in whole.split("/") or whole.endswith((".yml", ".yaml", ".csv")):
                    continue
                top = self.root if whole.startswith("/") else page.parent
                folder = top / whole.strip("/")
                yield folder.parent if folder.suffix in {".qmd", ".md", ".ipynb"} else folder


def _contents(page: Path) -> list[str]:
    """What the lists of a page hold, as its head says."""
    try:
        head = read_metadata(read_raw(str(page))).lines
        loaded = load_yaml(head, tags=True)
    except (OSError, HeadError, ValueError):
        return []
    listing = loaded.get("listing") if isinstance(loaded, dict) else None
    lists = listing if isinstance(listing, list) else [listing]
    return [each for one in lists for each in _texts(_of(one, "contents"))]


def read(root: Path) -> QuartoSite | None:
    """The settings of the site in `root`; None if it has none."""
    found = read_settings(root, CONFIGS)
    return found and QuartoSite(root, found.name, found.values, found.problem)


def folder_values(folder: str) -> dict[str, Any]:
    """What `_metadata.yml` says in a folder, given by its whole path."""
    # Where each post has a folder, nearly none has such a file: it is looked for as cheaply as can.
    if not any(os.access(f"{folder}/{name}", os.F_OK) for name in METADATA):
        return {}
    found = read_settings(Path(folder), METADATA)
    return flattened(found.values) if found else {}


def detect(folder: Path) -> Found | None:
    """The Quarto website in `folder`; None if it has no _quarto.yml."""
    site = read(folder)
    if site is None:
        return None
    website = site.website
    url = _text(website, "site-url").rstrip("/")
    base = _text(website, "site-path").strip("/")
    base_url = url if not base or url.endswith(f"/{base}") else f"{url}/{base}"
    base_url = base_url if base_url.startswith(_WEB) else ""
    return Found(
        root=folder,
        seen=site.file,
        base_url=base_url,
        title=_text(website, "title"),
        description=_text(website, "description"),
        language=_text(site.values, "lang"),
        timezone="UTC",
        sources=tuple(
            FoundSource(each.relative_to(folder).as_posix().replace("/", "-"), each)
            for each in site.folders
        ),
        accounts=tuple(_links(website.get("navbar"))),
        notes=tuple(_notes(site, base_url)),
    )


def _links(navbar: Any) -> Iterator[str]:
    for side in ("left", "right", "tools"):
        items = _of(navbar, side)
        for item in items if isinstance(items, list) else ():
            link = _text(item, "href")
            if link.startswith(_WEB):
                yield link


def _notes(site: QuartoSite, base_url: str) -> Iterator[str]:
    if site.problem:
        yield site.problem
    if not base_url:
        yield f"{site.file} gives no readable site-url; set site.url in config.yaml"
    if not site.folders:
        yield "no page lists a folder of posts; set content.folder"


def _of(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _text(value: Any, key: str) -> str:
    found = _of(value, key)
    return found.strip() if isinstance(found, str) else ""


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str)]
