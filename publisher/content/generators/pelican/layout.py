"""Which files of a Pelican site are articles, and which are pages."""

from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path

from publisher.content.generators.pelican.settings import Settings
from publisher.content.settings.expressions import expression

_IGNORED = (".#*", "**/.*")
_MARKDOWN = ("md", "markdown", "mkd", "mdown")
_BY_PLUGIN = {
    "asciidoc": ("adoc", "asciidoc", "asc"), "org": ("org",), "ipynb": ("ipynb",),
    "jupyter": ("ipynb",),
}  # fmt: skip


class Layout:
    """Where the articles and pages of one site lie, below its folder."""

    def __init__(self, settings: Settings) -> None:
        articles = _paths(settings, "ARTICLE", ("",))
        pages = _paths(settings, "PAGE", ("pages",))
        no_articles = (*_folders(settings.texts("ARTICLE_EXCLUDES")), *pages)
        no_pages = (*_folders(settings.texts("PAGE_EXCLUDES")), *articles)
        self._outside = tuple(_inside(settings))
        self._static = _folders(settings.texts("STATIC_PATHS", ("images",)))
        ignored = map(translate, settings.texts("IGNORE_FILES", _IGNORED))
        self._ignored = expression("|".join(f"(?:{each})" for each in ignored))
        self.suffixes = frozenset(_suffixes(settings))
        self.is_article = _Area(articles, no_articles).holds
        """Whether Pelican takes the file at a path for an article."""
        self.is_page = _Area(pages, no_pages).holds
        """Whether it takes it for a page."""

    def is_static(self, path: str) -> bool:
        """Whether it lies in a folder whose files are copied as they are."""
        return _is_in(tuple(filter(None, self._static)), path)

    def passes_over(self, path: str) -> bool:
        """Whether it looks at the file at all: its ending, `IGNORE_FILES`, what it built itself."""
        if path.rpartition(".")[2].lower() not in self.suffixes or _is_in(self._outside, path):
            return True
        ignored = self._ignored
        return ignored is not None and any(map(ignored.match, path.split("/")))


class _Area:
    """The files in some folders, without those in deeper ones of others; folders are asked once."""

    def __init__(self, folders: tuple[str, ...], others: tuple[str, ...]) -> None:
        self._folders, self._others = folders, others
        self._named = frozenset((*folders, *others))
        self._known: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        if path in self._named:
            return _holds(self._folders, self._others, path)
        folder = path.rpartition("/")[0]
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = _holds(self._folders, self._others, path)
        return known


def _paths(settings: Settings, kind: str, default: tuple[str, ...]) -> tuple[str, ...]:
    older = settings.text(f"{kind}_DIR")
    return _folders(settings.texts(f"{kind}_PATHS", (older,) if older else default))


def _folders(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        "" if path in (".", "./") else path.removeprefix("./").rstrip("/") for path in paths
    )


def _holds(folders: tuple[str, ...], others: tuple[str, ...], path: str) -> bool:
    """Whether the path is in one of the folders and not in a deeper one of the others."""
    return any(
        (folder in {"", path} or path.startswith(f"{folder}/"))
        and not any(_is_in((other,), path) and other != folder for other in others if other)
        for folder in folders
    )


def _is_in(folders: tuple[str, ...], path: str) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _inside(settings: Settings) -> Iterator[str]:
    """The folders of the output and the theme, as far as they lie in the site's content."""
    content = settings.content
    for name, default in (("OUTPUT_PATH", "output"), ("THEME", "theme")):
        folder = settings.root / Path(settings.text(name, default))
        if folder != content and folder.is_relative_to(content):
            yield folder.relative_to(content).as_posix()
    for each in settings.texts("PLUGIN_PATHS"):
        folder = settings.root / each
        if folder != content and folder.is_relative_to(content):
            yield folder.relative_to(content).as_posix()


def _suffixes(settings: Settings) -> Iterator[str]:
    readers = settings.mapping("READERS")
    off = {suffix for suffix, reader in readers.items() if reader is None}
    for suffix in (*_MARKDOWN, "rst", "html", "htm"):
        if suffix not in off:
            yield suffix
    for word, suffixes in _BY_PLUGIN.items():
        if any(word in name.lower() for name in settings.texts("PLUGINS")):
            yield from suffixes
