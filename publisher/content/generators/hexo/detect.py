"""Detection: what a Hexo site's own settings say."""

from collections.abc import Iterator
from pathlib import Path

from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.hexo.builds import build_zone
from publisher.content.generators.hexo.permalinks import DEFAULT
from publisher.content.generators.hexo.site import PACKAGE, Site

_KEYS = frozenset({
    "source_dir", "public_dir", "new_post_name", "default_layout", "skip_render", "tag_dir",
    "archive_dir", "category_dir", "code_dir", "i18n_dir", "post_asset_folder", "render_drafts",
    "filename_case", "external_link", "titlecase", "pretty_urls", "permalink_defaults",
})  # fmt: skip
_FEWEST_KEYS = 3


def detect(folder: Path) -> Found | None:
    """The Hexo site in `folder`; None if it has no `_config` of Hexo's.

    Other generators have settings of that name, too: `package.json` has to name Hexo, or the
    settings have to be Hexo's own.
    """
    if not folder.is_dir():
        return None
    site = Site(folder)
    if not site.name:
        return None
    is_named = "hexo" in site.packages
    if not is_named and len(_KEYS & site.values.keys()) < _FEWEST_KEYS:
        return None
    return Found(
        root=folder,
        seen=f"{site.name} and {PACKAGE}" if is_named else site.name,
        sure=Sure.CERTAIN if is_named else Sure.LIKELY,
        base_url=site.base,
        title=site.text("title"),
        description=site.text("description", site.text("subtitle")),
        language=next(iter(site.languages), ""),
        timezone=site.text("timezone") if site.zone else "",
        sources=(FoundSource("posts", site.source),) if site.source.is_dir() else (),
        notes=tuple(_notes(site)),
    )


def _notes(site: Site) -> Iterator[str]:
    if site.problem:
        yield site.problem
    if not site.base:
        yield f"{site.name} names no readable url; set site.url in config.yaml"
    days = any(f":{name}" in site.text("permalink", DEFAULT) for name in ("day", "i_day"))
    zone = site.text("timezone")
    if site.zone and zone != "UTC" and days and not build_zone(site.root):
        yield f"addresses have the days of the machine that builds the site; its zone is {zone}"
    for name in sorted(site.packages & {"hexo-permalink-pinyin"}):
        yield f"{name} computes addresses, which is not followed; look at some links"
