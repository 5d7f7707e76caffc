"""What docusaurus.config says, by its literal parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from publisher.content.settings.files import read_settings
from publisher.content.settings.javascript import Call, member, read_script, text

CONFIGS = tuple(
    f"docusaurus.config.{ending}" for ending in ("js", "ts", "mjs", "mts", "cjs", "cts")
)
EXCLUDED = (
    "**/_*.{js,jsx,ts,tsx,md,mdx}",
    "**/_*/**",
    "**/*.test.{js,jsx,ts,tsx}",
    "**/__tests__/**",
)
_PLUGIN = "docusaurus-plugin-content-blog"
_BLOG_PLUGINS = ("plugin-content-blog", "content-blog")
_DEFAULT = "default"


@dataclass(frozen=True)
class Blog:
    """One blog: `route` is its `routeBasePath`, `key` its `id`."""

    name: str
    folder: Path
    route: str = "blog"
    key: str = _DEFAULT
    include: tuple[str, ...] = ("**/*.{md,mdx}",)
    exclude: tuple[str, ...] = EXCLUDED
    authors: str = "authors.yml"
    is_computed: bool = False

    @property
    def authors_file(self) -> Path:
        """The file that names the authors."""
        return self.folder / self.authors


@dataclass(frozen=True)
class DocusaurusSettings:
    """What the site's own settings say."""

    root: Path
    file: str
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    @cached_property
    def blogs(self) -> tuple[Blog, ...]:
        """The preset's blog first, then those of plugins, each folder once."""
        found = {blog.folder: blog for blog in reversed([*self._presets(), *self._plugins()])}
        return tuple(reversed(found.values()))

    @property
    def trailing_slash(self) -> bool | None:
        """Whether addresses end in a slash; None: as slugs are written."""
        said = self.values.get("trailingSlash")
        return said if isinstance(said, bool) else None

    @property
    def base(self) -> str:
        """`baseUrl`, which begins and ends with a slash."""
        return f"/{text(self.values, 'baseUrl').strip('/')}/".replace("//", "/")

    @property
    def locale(self) -> str:
        """The locale of the site's own folders."""
        return text(self.values, "i18n", "defaultLocale") or "en"

    def translations(self, blog: Blog) -> Iterator[tuple[str, Path]]:
        """The other locales in which a blog has a folder."""
        key = "" if blog.key == _DEFAULT else f"-{blog.key}"
        place = text(self.values, "i18n", "path") or "i18n"
        for locale in _texts(member(self.values, "i18n", "locales")):
            folder = self.root / place / locale / f"{_PLUGIN}{key}"
            if locale != self.locale and "/" not in locale and folder.is_dir():
                yield locale, folder

    def address_of(self, locale: str, url: str) -> str:
        """The site's address in another locale; `url` is that in the default one."""
        own = member(self.values, "i18n", "localeConfigs", locale)
        if base := text(own, "baseUrl"):
            host = text(own, "url") or url.removesuffix("/").removesuffix(self.base.rstrip("/"))
            return host.rstrip("/") + base
        return f"{url.rstrip('/')}/{locale}"

    def _presets(self) -> Iterator[Blog]:
        for name, options in _named(self.values.get("presets")):
            given = member(options, "blog")
            if given is False or (given is None and not name.endswith("classic")):
                continue
            yield self._blog(given, key=_DEFAULT)

    def _plugins(self) -> Iterator[Blog]:
        """The blog plugin, and plugins of the site's own that are made of it."""
        for name, options in _named(self.values.get("plugins")):
            wraps = "blog" in name and {"path", "routeBasePath"} <= {*(options or ())}
            if name.endswith(_BLOG_PLUGINS) or wraps:
                yield self._blog(options, key=text(options, "id") or _DEFAULT)

    def _blog(self, options: Any, key: str) -> Blog:
        given = options if isinstance(options, dict) else {}
        route, path = given.get("routeBasePath", "blog"), given.get("path", "blog")
        is_read = isinstance(route, str) and isinstance(path, str)
        path = path if isinstance(path, str) else "blog"
        return Blog(
            path.strip("./").rpartition("/")[2] if key == _DEFAULT else key,
            Path(f"{self.root}/{path.strip('/').removeprefix('./')}"),
            route.strip("/") if isinstance(route, str) else "blog",
            key,
            tuple(_texts(given.get("include"))) or Blog.include,
            tuple(_texts(given.get("exclude"))) if "exclude" in given else EXCLUDED,
            text(given, "authorsMapPath") or "authors.yml",
            not is_read or (options is not None and not isinstance(options, dict | bool)),
        )


def read(root: Path) -> DocusaurusSettings | None:
    """The settings of the site in `root`; None if it has none."""
    script = read_script(root, CONFIGS)
    if script is None:
        return None
    return DocusaurusSettings(root, script.name, script.config, script.problem)


def _texts(listed: Any) -> Iterator[str]:
    yield from (
        (each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    )


def _named(listed: Any) -> Iterator[tuple[str, Any]]:
    """The name and the options of each preset or plugin; `require.resolve('name')` names one."""
    for item in listed if isinstance(listed, list) else ():
        pair = item if isinstance(item, list) else [item]
        name = pair[0] if pair else ""
        if isinstance(name, Call) and name.arguments:
            name = name.arguments[0]
        if isinstance(name, str):
            yield name, pair[1] if len(pair) > 1 else None


def author_names(file: Path) -> dict[str, str]:
    """The names of the authors that a file lists, by their keys."""
    read = read_settings(file.parent, (file.name,))
    people = read.values.items() if read else ()
    named = {str(key): each.get("name") for key, each in people if isinstance(each, Mapping)}
    return {key: name for key, name in named.items() if isinstance(name, str) and name}
