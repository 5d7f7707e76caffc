"""The site's own pictures as files: what emails must know of them, what the preview shows."""

from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publisher.config import Config
from publisher.rendering.images.emails import UNKNOWN, ImageFacts, read_facts

# Where generators keep what they copy, and where they write what they make.
_PUBLIC = (
    "", "source", "static", "public", "assets", "src", "content", "docs",
    "_site", "dist", "build", "build_production", "build_local",
)  # fmt: skip
_MARKS = (
    ".git", "config.php", "bootstrap.php", "hugo.toml", "hugo.yaml", "config.toml", "_config.yml",
    "package.json", "pelicanconf.py", "conf.py", "mkdocs.yml", "composer.json", "Gemfile",
)  # fmt: skip


class SiteFiles:
    """Finds the file behind an address of the site; never one outside the site's folder."""

    def __init__(self, config: Config) -> None:
        base = config.folder.resolve()
        posts = [each.folder.resolve() for each in config.content if each.folder] or [base]
        inside = all(each.is_relative_to(base) for each in posts)
        self._root = base if inside else _root_of(posts[0])
        self._host = urlsplit(config.site.url).netloc.lower()
        self._prefix = urlsplit(config.site.url).path.rstrip("/")
        tried = dict.fromkeys(
            folder
            for place in posts
            for folder in (place, *takewhile(self._is_below_root, place.parents))
        )
        self._folders = [folder / name for folder in tried for name in _PUBLIC]
        self.find = lru_cache(maxsize=1024)(self._find)

    def _is_below_root(self, folder: Path) -> bool:
        return folder.is_relative_to(self._root)

    def facts(self, url: str) -> ImageFacts:
        """What the file of a picture says; nothing where the site has none."""
        path = self.find(url)
        return read_facts(path) if path else UNKNOWN

    def _find(self, url: str) -> Path | None:
        """The picture's file; None where the site has none, or the address is another host's."""
        inside = self._inside(url)
        files = (folder / inside for folder in self._folders if inside)
        return next(filter(self._is_own, files), None)

    def _inside(self, url: str) -> str:
        """The address's path inside the site; empty where it is not the site's."""
        try:
            parts = urlsplit(url)
        except ValueError:  # such as brackets that nobody closed
            return ""
        if parts.netloc.lower() != self._host or not parts.path.startswith(self._prefix + "/"):
            return ""
        names = unquote(parts.path.removeprefix(self._prefix)).strip("/").split("/")
        hidden = any(not name or name[0] == "." or "\0" in name or "\\" in name for name in names)
        return "" if hidden else "/".join(names)

    def _is_own(self, path: Path) -> bool:
        try:
            return path.is_file() and path.resolve().is_relative_to(self._root)
        except OSError:
            return False


def _root_of(posts: Path) -> Path:
    """The site around a folder of posts: the nearest folder above that has a site's files."""
    above = list(posts.parents)[:-1]
    marked = (each for each in above if any((each / name).exists() for name in _MARKS))
    return next(marked, posts.parent)
