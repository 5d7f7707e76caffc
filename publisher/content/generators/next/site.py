"""What a site of Next.js says of itself: its configuration, its folders of posts, its routes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.generators.next.routes import ROOTS, Route, routes
from publisher.content.settings.files import read_settings
from publisher.content.settings.javascript import (
    Call,
    member,
    parse_script,
    read_script,
    text,
)

_ENDINGS = ("js", "mjs", "ts", "cjs", "mts")
CONFIGS = tuple(f"next.config.{ending}" for ending in _ENDINGS)
LAYERS = tuple(f"contentlayer.config.{ending}" for ending in _ENDINGS)
_WEB = ("http://", "https://")
_USUAL = (
    "_posts", "posts", "content/posts", "content/post", "content/blog", "content/articles",
    "content/writing", "content/notes", "data/blog", "data/posts", "data/articles", "blog",
    "articles", "src/_posts", "src/posts", "src/blog", "src/content/posts", "src/content/blog",
    "src/content/articles", "src/data/blog", "src/data/posts", "contents/posts", "contents/blog",
    "app/blog/posts", "src/app/blog/posts", "app/blog/content", "app/posts", "public/posts",
    "public/blog", "pages/blog", "src/pages/blog", "pages/posts", "src/pages/posts",
    "app/blog", "src/app/blog", "pages/en/blog", "md", "markdown", "content", "src/content",
    "contents", "app", "src/app", "public",
)  # fmt: skip
_POSTS = frozenset({
    "blog", "blogs", "post", "posts", "_posts", "article", "articles", "writing", "writings",
    "notes", "p",
})  # fmt: skip
_TOPS = ("src/content", "content", "contents", "data", "src/data", "public")
_MARKDOWN = (".md", ".mdx", ".markdown")
_DATED = re.compile(r"(?ism)\A---\s.*?^(?:date|published\w*|pub_?date|created\w*)\s*:\s*\S")
_NEVER = 9
_HEAD = 4096
_MOST = 400
_SITE_FILES = (
    "next-sitemap.config.js", "next-sitemap.config.cjs", "next-sitemap.config.mjs",
    "next-sitemap.js", "data/siteMetadata.js", "data/siteMetadata.mjs", "data/siteMetadata.ts",
    "site.config.js", "site.config.ts", "config/site.ts", "config/site.js", "src/config/site.ts",
    "lib/site.ts", "lib/config.ts", "lib/constants.ts", "config.ts", "config.js", "blog.config.js",
    "blog.config.ts", "app/sitemap.ts", "app/sitemap.js", "src/app/sitemap.ts", "app/layout.tsx",
    "src/app/layout.tsx", "app/layout.jsx", "app/layout.js", "src/lib/constants.ts",
)  # fmt: skip
_URLS = ("siteUrl", "siteURL", "site_url", "metadataBase", "baseUrl", "baseURL", "SITE_URL", "url")
_TITLES = ("siteTitle", "siteName", "title", "name")


@dataclass(frozen=True)
class NextSite:
    """A site, read as text."""

    root: Path
    seen: str
    values: dict[str, Any]
    problem: str = ""

    @property
    def trailing_slash(self) -> bool:
        """Whether addresses end in a slash."""
        return self.values.get("trailingSlash") is True

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes that may be posts'."""
        return tuple(routes(self.root))

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders of posts: what contentlayer names, else the usual ones that hold some."""
        found = [each for each in self._layered() if each.is_dir()]
        if found:
            return tuple(dict.fromkeys(found))
        there: list[Path] = []
        for name in _USUAL:
            folder = self.root / name
            if any(each.is_relative_to(folder) for each in there):
                continue
            if not any(folder.is_relative_to(each) for each in there) and holds_posts(folder):
                there.append(folder)
        return tuple(there)

    def _layered(self) -> Iterator[Path]:
        script = read_script(self.root, LAYERS)
        if script is None:
            return
        places = [text(each, "contentDirPath") for each in _arguments(script)]
        place = "".join(filter(None, places[-1:])) or "content"
        for each in _arguments(script):
            pattern = text(each, "filePathPattern")
            if pattern and _POSTS & set(
                re.split(r"\W+", f"{pattern} {text(each, 'name')}".lower())
            ):
                yield self.root / place / re.split(r"[*{]", pattern)[0].strip("/")

    def is_routed(self, folder: Path) -> bool:
        """Whether the files of a folder are pages themselves."""
        return any(folder.is_relative_to(self.root / each) for each in ROOTS) and not self._route(
            folder
        )

    def patterns(self, folder: Path) -> list[str]:
        """The patterns of posts in `folder`, the likeliest first."""
        if self.is_routed(folder):
            return [self._of_files(folder)]
        route = self._route(folder)
        if route is None:
            return ["/blog/:{slug}", "/blog/:file"]
        inner = "/".join(route.pattern)
        if route.whole:
            return [f"/{inner}".replace(":path", self._above(folder, route) + ":path")]
        return [f"/{inner}".replace(":slug", each) for each in (":{slug}", ":file")]

    def _above(self, folder: Path, route: Route) -> str:
        """What of the folder's own path is in a route that takes several segments."""
        if route.fixed:
            return ""
        tops = (self.root / each for each in _TOPS)
        top = next((each for each in tops if folder.is_relative_to(each)), folder)
        below = folder.relative_to(top).as_posix()
        return "" if below == "." else f"{below}/"

    def _of_files(self, folder: Path) -> str:
        top = next(
            each for each in map(self.root.__truediv__, ROOTS) if folder.is_relative_to(each)
        )
        below = [each for each in folder.relative_to(top).parts if not each.startswith("(")]
        is_app = top.name == "app"
        return f"/{'/'.join(below)}/{':folders' if is_app else ':path'}"

    def _route(self, folder: Path) -> Route | None:
        """The route for a folder: one of its name, else one for posts, else one for everything."""
        names = {each.lower().strip("_") for each in folder.relative_to(self.root).parts[-2:]}
        ranked = sorted(self.routes, key=lambda route: _rank(route, names))
        best = ranked[0] if ranked else None
        return best if best and _rank(best, names)[0] < _NEVER else None


def _rank(route: Route, names: set[str]) -> tuple[int, int]:
    fixed = {each.lower() for each in route.fixed}
    if fixed & names:
        return 0, len(route.pattern)
    if fixed & _POSTS:
        return 1, len(route.pattern)
    return (2 if not fixed else _NEVER), len(route.pattern)


def holds_posts(folder: Path) -> bool:
    """Whether most of the first Markdown files below a folder are dated."""
    if not folder.is_dir():
        return False
    files = [
        path
        for path in islice(sorted(islice(folder.rglob("*"), _MOST)), _MOST)
        if path.suffix.lower() in _MARKDOWN and "node_modules" not in path.parts
    ][:12]
    dated = sum(bool(_DATED.search(beginning(path, _HEAD))) for path in files)
    return dated * 2 > len(files)


def _arguments(script: Any) -> Iterator[dict[str, Any]]:
    for call in script.calls("defineDocumentType", "makeSource"):
        for given in call.arguments:
            value = getattr(given, "result", given)
            if isinstance(value, dict):
                yield value


def read(root: Path) -> NextSite | None:
    """The site in `root`; None if nothing says that it is one of Next.js."""
    script = read_script(root, CONFIGS)
    if script is not None:
        return NextSite(root, script.name, script.config, script.problem)
    package = read_settings(root, ("package.json",))
    if package is None or not text(package.values, "dependencies", "next"):
        return None
    return NextSite(root, package.name, {})


def facts(root: Path) -> tuple[str, str, str]:
    """The address, the title and the description that the usual files say; '' where none does."""
    said = ["", "", ""]
    for name in _SITE_FILES:
        if not all(said) and (values := list(_objects(root, name))):
            for number, keys in enumerate((_URLS, _TITLES, ("description",))):
                found = (_plain(value.get(key)) for value in values for key in keys)
                good = (each for each in found if each and (number or each.startswith(_WEB)))
                said[number] = said[number] or next(good, "")
    return said[0].rstrip("/"), said[1], said[2]


def _objects(root: Path, name: str) -> Iterable[dict[str, Any]]:
    """The objects of a script: what it exports, its constants, and `metadata`."""
    path = root / name
    source = beginning(path, 256 * 1024) if path.is_file() else ""
    if not source:
        return
    script = parse_script(source, path, root)
    constants = {each: script.value(each) for each in script.names}
    yield script.config
    yield from (each for each in constants.values() if isinstance(each, dict))
    yield constants


def _plain(value: Any) -> str:
    if isinstance(value, Call) and value.name.endswith("URL") and value.arguments:
        value = value.arguments[0]
    if isinstance(value, dict):
        value = member(value, "default")
    return value.strip() if isinstance(value, str) else ""
