"""A Jekyll site's own settings, read as text."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from publisher.content.settings.files import read_settings
from publisher.content.settings.zones import zone_named

FILES: Final = ("_config.yml", "_config.yaml", "_config.toml")
STYLES: Final = {
    "none": "/:categories/:title:output_ext",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
}
POSTS: Final = "posts"
_ENDED_STYLES: Final = frozenset({"date", "ordinal", "none"})
_ALWAYS_EXCLUDED: Final = (
    ".sass-cache", ".jekyll-cache", "gemfiles", "Gemfile", "Gemfile.lock", "node_modules",
    "vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/",
)  # fmt: skip
_MARKDOWN = "markdown,mkdown,mkdn,mkd,md"
_CONVERTED = frozenset({"textile", "adoc", "asciidoc", "asc", "org", "rst"})
_NOT_A_LABEL = re.compile(r"[^A-Za-z0-9_.-]")


class Site:
    """What a site's `_config` says, with Jekyll's defaults; what cannot be read has them all."""

    def __init__(self, root: Path) -> None:
        found = read_settings(root, FILES)
        self.root = root
        self.name = found.name if found else ""
        self.problem = found.problem if found else ""
        self.values: Mapping[str, Any] = found.values if found else {}

    def text(self, *names: str) -> str:
        """The first of the settings `names` that is a text and says something."""
        for name in names:
            value: Any = self.values
            for key in name.split("."):
                value = value.get(key) if isinstance(value, Mapping) else None
            if isinstance(value, str) and value.strip() not in {"", "~", "null"}:
                return value.strip()
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of the list `name`."""
        value = self.values.get(name)
        return tuple(filter(None, texts(value))) if isinstance(value, list) else ()

    def is_set(self, name: str) -> bool:
        """Whether a setting says yes."""
        return is_true(self.values.get(name))

    @cached_property
    def source(self) -> Path:
        """The folder that Jekyll reads, which is inside the site's."""
        return inside(self.root, self.text("source"))

    @cached_property
    def collections_dir(self) -> str:
        """The folder of all collections, below the source; '' is the source itself."""
        return self.text("collections_dir").strip("/")

    @cached_property
    def collections(self) -> dict[str, Mapping[str, Any]]:
        """The options of every collection, posts first."""
        named = self.values.get("collections")
        if isinstance(named, list):
            named = {label: {} for label in texts(named)}
        found: dict[str, Mapping[str, Any]] = {POSTS: {}}
        for label, options in named.items() if isinstance(named, Mapping) else ():
            name = _NOT_A_LABEL.sub("", str(label))
            found[name] = options if isinstance(options, Mapping) else {}
        return found

    def pages_of(self, label: str) -> bool:
        """Whether the documents of a collection have pages."""
        return label == POSTS or is_true(self.collections.get(label, {}).get("output"))

    def pattern(self, label: str) -> str:
        """The URL template of a collection."""
        own = self.collections.get(label, {}).get("permalink")
        if isinstance(own, str) and own not in {"", "~", "null"}:
            return own
        style = self.text("permalink") or "date"
        if label == POSTS:
            return STYLES.get(style, style)
        if style == "pretty" or style.endswith("/"):
            return "/:collection/:path/"
        is_ended = style in _ENDED_STYLES or style.endswith(":output_ext")
        return "/:collection/:path" + (":output_ext" if is_ended else "")

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The site's time zone; None where it names none, or one that is not known."""
        return zone_named(self.text("timezone"))

    @cached_property
    def excluded(self) -> tuple[str, ...]:
        """What Jekyll passes over, as patterns of paths below the source."""
        kept = self.included
        every = (*self.texts("exclude"), *_ALWAYS_EXCLUDED)
        return tuple(each for each in every if each not in kept)

    @cached_property
    def included(self) -> tuple[str, ...]:
        """What Jekyll reads although its name says otherwise."""
        return self.texts("include")

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of a site that the Polyglot plugin builds; () for any other."""
        plugins = (*self.texts("plugins"), *self.texts("gems"))
        return self.texts("languages") if "jekyll-polyglot" in plugins else ()

    @cached_property
    def _converted(self) -> frozenset[str]:
        markdown = (self.text("markdown_ext") or _MARKDOWN).lower().split(",")
        return _CONVERTED.union(each.strip() for each in markdown)

    def page_suffix(self, suffix: str) -> str:
        """The ending of the page, with its dot, of a file that ends in `suffix`, without."""
        return ".html" if suffix.lower() in self._converted else f".{suffix}"


def texts(value: Any) -> list[str]:
    """The texts in a list; of anything else, none."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def is_true(value: Any) -> bool:
    """Whether YAML or TOML says yes."""
    return value is True or (isinstance(value, str) and value.lower() in {"true", "yes", "on"})


def inside(root: Path, written: str) -> Path:
    """The folder below `root` that a setting names; `root` where it leads out of it."""
    parts = [part for part in written.split("/") if part not in {"", "."}]
    return root if ".." in parts or written.startswith(("/", "~")) else root.joinpath(*parts)
