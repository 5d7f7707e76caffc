"""A Hexo site's own settings, read as text."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from publisher.content.files import beginning
from publisher.content.frontmatter.yaml import HeadError, load_yaml
from publisher.content.settings.files import MOST_BYTES, SettingsFile, read_settings
from publisher.content.settings.globs import too_many_stars
from publisher.content.settings.zones import zone_named

FILES: Final = ("_config.yml", "_config.yaml", "_config.json")
PACKAGE: Final = "package.json"
_MOST_BYTES = 256 * 1024
_TABS = re.compile(r"(?<=\n)\t+")
_NOTHING = frozenset({"", "~", "null"})
_WILDCARDS = re.compile(r"\*\*/?|\*|\?|\{|\}|,|\[[^\]]*\]")


class Site:
    """What a site's `_config` says, with Hexo's defaults; what cannot be read has them all."""

    def __init__(self, root: Path) -> None:
        found = _read(root)
        self.root = root
        self.name = found.name if found else ""
        self.problem = found.problem if found else ""
        self.values: Mapping[str, Any] = found.values if found else {}

    def text(self, name: str, default: str = "") -> str:
        """A setting that is a text; the default where it is none, or says nothing."""
        value = self.values.get(name)
        text = value.strip() if isinstance(value, str) else ""
        return default if text in _NOTHING else text

    def is_set(self, name: str, *, default: bool = False) -> bool:
        """Whether a setting says yes."""
        value = self.values.get(name)
        return default if value is None else _is_true(value)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A setting that has settings inside."""
        value = self.values.get(name)
        return value if isinstance(value, Mapping) else {}

    @cached_property
    def source(self) -> Path:
        """The folder that Hexo reads, which is inside the site's."""
        written = self.text("source_dir", "source")
        parts = [part for part in written.split("/") if part not in {"", "."}]
        is_inside = ".." not in parts and not written.startswith(("/", "~"))
        return self.root.joinpath(*parts) if is_inside else self.root / "source"

    @cached_property
    def base(self) -> str:
        """The address of the site; `root` is its path, where `url` has none."""
        url = self.text("url").rstrip("/")
        if not url.startswith(("http://", "https://")):
            return ""
        root = self.text("root").strip("/")
        has_path = "/" in url.partition("://")[2]
        return f"{url}/{root}" if root and not has_path else url

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The site's time zone; None where it names none, or one that is not known."""
        return zone_named(self.text("timezone"))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The site's languages, the default first."""
        value = self.values.get("language")
        items = value if isinstance(value, list) else [value]
        return tuple(each for each in items if isinstance(each, str) and each not in _NOTHING)

    @cached_property
    def post_suffix(self) -> str:
        """The ending of new posts."""
        return Path(self.text("new_post_name", ":title.md")).suffix

    @cached_property
    def skipped(self) -> "re.Pattern[str] | None":
        """Paths below the source that are not rendered, and so are no posts."""
        return wildcards(_list(self.values.get("skip_render")))

    @cached_property
    def ignored(self) -> "re.Pattern[str] | None":
        """Paths that Hexo does not look at."""
        return wildcards(_list(self.values.get("ignore")))

    @cached_property
    def packages(self) -> frozenset[str]:
        """The names of the packages that the site is built with."""
        try:
            loaded = json.loads(beginning(self.root / PACKAGE, _MOST_BYTES) or "{}")
        except (ValueError, RecursionError):
            return frozenset()
        named = loaded if isinstance(loaded, dict) else {}
        groups = (named.get(each) for each in ("dependencies", "devDependencies"))
        found = {name for group in groups if isinstance(group, dict) for name in group}
        return frozenset(found | ({"hexo"} if "hexo" in named else set()))


def _read(root: Path) -> SettingsFile | None:
    """The settings; tabs indent there, too."""
    found = read_settings(root, FILES)
    if not found or not found.problem or found.name.endswith(".json"):
        return found
    text = _TABS.sub(lambda tabs: "  " * len(tabs[0]), beginning(root / found.name, MOST_BYTES))
    try:
        values = load_yaml(text, tags=True)
    except HeadError:
        return found
    return SettingsFile(found.name, values) if isinstance(values, dict) else found


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _list(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [each for each in items if isinstance(each, str) and each not in _NOTHING]


def wildcards(patterns: Iterable[str]) -> "re.Pattern[str] | None":
    """Shell patterns as one expression: `*` stays in one folder, `**` crosses them."""
    expressions = [_expression(each) for each in patterns if not too_many_stars(each)]
    try:
        return re.compile("|".join(expressions)) if expressions else None
    except re.error:
        return None


def _expression(pattern: str) -> str:
    pieces, end = [], 0
    for match in _WILDCARDS.finditer(pattern):
        pieces += [re.escape(pattern[end : match.start()]), _wildcard(match[0])]
        end = match.end()
    return "".join([*pieces, re.escape(pattern[end:])])


def _wildcard(written: str) -> str:
    if written[0] == "[":
        return "[" + written[1:-1].replace("\\", r"\\").replace("[", r"\[") + "]"
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}
    return known.get(written, "|")
