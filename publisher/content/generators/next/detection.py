"""Detection: what the scripts of a site say, read as text."""

from collections.abc import Iterator
from pathlib import Path

from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.next.site import NextSite, facts, read
from publisher.content.settings.javascript import text


def detect(folder: Path) -> Found | None:
    """The site of Next.js in `folder`; None if it is none, or has no posts in files."""
    site = read(folder)
    if site is None:
        return None
    folders = site.folders
    if not folders:
        return None
    url, title, description = facts(folder)
    base = text(site.values, "basePath").strip("/")
    base_url = f"{url}/{base}".rstrip("/") if url and base not in url.split("/")[3:] else url
    return Found(
        root=folder,
        seen=site.seen,
        sure=Sure.LIKELY,
        base_url=base_url,
        title=title,
        description=description,
        timezone="UTC",
        sources=tuple(FoundSource(_name(site, each), each) for each in folders),
        notes=tuple(_notes(site, base_url)),
    )


def _name(site: NextSite, folder: Path) -> str:
    names = [each.name for each in site.folders]
    twice = names.count(folder.name) > 1
    return "-".join(folder.relative_to(site.root).parts[-2:]) if twice else folder.name.strip("_")


def _notes(site: NextSite, base_url: str) -> Iterator[str]:
    if site.problem:
        yield site.problem
    if not base_url:
        yield "no file gives a readable address of the site; set site.url in config.yaml"
    for folder in site.folders:
        taken = " or ".join(site.patterns(folder))
        yield (
            f"addresses are made in code; by the routes, those of {folder.name} are taken for "
            f"{taken}; see whether they are right, or run publish init --sitemap FILE"
        )
