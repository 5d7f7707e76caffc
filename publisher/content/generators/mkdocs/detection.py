"""Detection: what mkdocs.yml says of the site, read as text."""

from collections.abc import Mapping
from pathlib import Path

from publisher.content.generators.base import Found, FoundSource
from publisher.content.generators.mkdocs.settings import MkdocsSettings, plain, read, text

_NEWS = ("blog/posts", "blog", "posts", "news")


def detect(folder: Path) -> Found | None:
    """The MkDocs site in `folder`; None if it has no mkdocs.yml."""
    site = read(folder)
    if site is None:
        return None
    sources = _blogs(site) or _pages(site)
    base_url = text(site.values, "site_url").rstrip("/")
    base_url = base_url if base_url.startswith(("http://", "https://")) else ""
    return Found(
        root=folder,
        seen=site.file,
        base_url=base_url,
        title=text(site.values, "site_name"),
        description=text(site.values, "site_description"),
        language=site.language,
        timezone="UTC",
        sources=sources,
        accounts=_accounts(site),
        notes=tuple(_notes(site, base_url)),
    )


def _blogs(site: MkdocsSettings) -> tuple[FoundSource, ...]:
    found = [(each.name.rpartition("/")[2], each.posts) for each in site.blogs]
    names = [name if name not in {"", "."} else "posts" for name, _ in found]
    pairs = zip(names, found, strict=True)
    there = {folder: name for name, (_, folder) in pairs if folder.is_dir()}
    return tuple(FoundSource(name, folder) for folder, name in there.items())


def _pages(site: MkdocsSettings) -> tuple[FoundSource, ...]:
    """Without a blog: the folder that is called as one, else all pages."""
    folders = [site.docs / name for name in _NEWS] + [site.docs]
    folder = next((each for each in folders if each.is_dir()), None)
    return (FoundSource(folder.name, folder),) if folder else ()


def _accounts(site: MkdocsSettings) -> tuple[str, ...]:
    extra = plain(site.values.get("extra"))
    social = extra.get("social") if isinstance(extra, Mapping) else None
    each = social if isinstance(social, list) else ()
    links = (text(item, "link") for item in each if isinstance(item, Mapping))
    return tuple(link for link in links if link.startswith(("http://", "https://")))


def _notes(site: MkdocsSettings, base_url: str) -> list[str]:
    notes = [site.problem] if site.problem else []
    if not base_url:
        notes.append(f"{site.file} gives no readable site_url; set site.url in config.yaml")
    if not site.blogs:
        notes.append(f"{site.file} names no blog plugin; posts are pages with a date")
    if any(blog.slug is None for blog in site.blogs):
        notes.append("post_slugify is the site's own; learn addresses by publish init --sitemap")
    return notes
