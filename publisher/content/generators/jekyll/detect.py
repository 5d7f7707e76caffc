"""Detection: what a Jekyll site's own settings say."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from publisher.content.files import beginning
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.jekyll.site import POSTS, Site, texts

_BUNDLES = ("Gemfile", "gems.rb", "Gemfile.lock")
_GEM = re.compile(r"jekyll|github-pages|octopress", re.IGNORECASE)
_KEYS = frozenset({
    "baseurl", "markdown", "kramdown", "gems", "plugins", "permalink", "collections", "highlighter",
    "paginate", "paginate_path", "exclude", "include", "remote_theme", "pygments", "rdiscount",
    "redcarpet", "defaults", "relative_permalinks", "lsi", "safe",
})  # fmt: skip
_HEXO_KEYS = frozenset(
    {"source_dir", "public_dir", "new_post_name", "skip_render", "post_asset_folder"}
)
_HANDLE = re.compile(r"\w{1,15}", re.ASCII)
_FEWEST_KEYS = 2
_MOST_BYTES = 64 * 1024


def detect(folder: Path) -> Found | None:
    """The Jekyll site in `folder`; None if there is none.

    Settings alone (`_config.yml`) may be those of other generators: folders that only Jekyll has,
    its gems, or its keys have to stand beside them.
    """
    if not folder.is_dir():
        return None
    site = Site(folder)
    if _HEXO_KEYS & site.values.keys():
        return None
    sure, seen = _signs(site)
    if sure is None:
        return None
    base_url, notes = _address(site)
    return Found(
        root=folder,
        seen=seen,
        sure=sure,
        base_url=base_url,
        title=site.text("title", "name"),
        description=site.text("description", "subtitle", "tagline"),
        language=site.text("lang", "language", "locale", "default_lang"),
        timezone=site.text("timezone") if site.zone else "",
        sources=tuple(_sources(site)),
        accounts=tuple(_accounts(site)),
        notes=(*notes, *_notes(site)),
    )


def _signs(site: Site) -> tuple[Sure | None, str]:
    """How sure it is that the site is Jekyll's, and by what."""
    source = site.source
    has_posts = (source / site.collections_dir / "_posts").is_dir()
    has_layouts = (source / "_layouts").is_dir() or (source / "_includes").is_dir()
    gem = next((name for name in _BUNDLES if _names_gem(site.root / name)), "")
    if not site.name:
        seen = "_posts" if has_posts and (has_layouts or gem) else ""
        return (Sure.LIKELY, seen) if seen else (None, "")
    if gem or (has_layouts and has_posts):
        return Sure.CERTAIN, site.name
    is_known = len(_KEYS & site.values.keys()) >= _FEWEST_KEYS
    if has_posts or has_layouts or is_known:
        return Sure.LIKELY, site.name
    return None, ""


def _names_gem(path: Path) -> bool:
    return _GEM.search(beginning(path, _MOST_BYTES)) is not None


def _sources(site: Site) -> Iterator[FoundSource]:
    """Posts, wherever they lie; then every other collection that has pages and a folder."""
    if site.source.is_dir():
        yield FoundSource(POSTS, site.source)
    for label in site.collections:
        folder = site.source / site.collections_dir / f"_{label}"
        if label != POSTS and site.pages_of(label) and folder.is_dir():
            yield FoundSource(label, folder)


def _address(site: Site) -> tuple[str, list[str]]:
    """The site's address, and what has to be said of it."""
    path = site.text("baseurl", "root").strip("/")
    url = site.text("url").rstrip("/")
    if path.startswith(("http://", "https://")):  # templates put it before every address
        path, url = "", path
    if url.startswith(("http://", "https://")):
        is_whole = not path or url.endswith(f"/{path}")
        return url if is_whole else f"{url}/{path}", []
    note = f"{site.name or 'the site'} names no url; set site.url in config.yaml"
    return "", [f"{note} to one that ends in /{path}" if path else note]


def _notes(site: Site) -> Iterator[str]:
    if site.problem:
        yield site.problem
    if site.languages:
        yield "jekyll-polyglot builds the site once a language; posts are taken in their own one"
    plugins = {*site.texts("plugins"), *site.texts("gems")}
    for name in sorted(plugins & {"jekyll-multiple-languages-plugin", "jekyll-multiple-languages"}):
        yield f"{name} puts languages into addresses, which is not followed; look at some links"


def _accounts(site: Site) -> Iterator[str]:
    """The addresses of social accounts, as jekyll-seo-tag and the common themes name them."""
    social = site.values.get("social")
    links = social.get("links") if isinstance(social, Mapping) else None
    yield from (each for each in texts(links) if each.startswith(("http://", "https://")))
    name = site.text("twitter.username", "twitter_username", "twitter", "twitter_user").lstrip("@")
    if _HANDLE.fullmatch(name):
        yield f"https://x.com/{name}"
    written = site.text("mastodon", "mastodon.url", "mastodon_url")
    if written.startswith("https://"):
        yield written
