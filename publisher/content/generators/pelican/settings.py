"""What a Pelican site's settings say, with Pelican's defaults."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from publisher.content.files import beginning
from publisher.content.settings.named import Named, reachable
from publisher.content.settings.python import COMPUTED, read_python

NAMES = ("pelicanconf.py", "settings.py", "siteconf.py", "pelican.conf.py")
PUBLISHED = ("publishconf.py", "settings_publish.py", "publish_settings.py", "publishsettings.py")
_MAKEFILE = "Makefile"
_MAKE = re.compile(
    r"^(CONFFILE|PUBLISHCONF|INPUTDIR)[ \t]*[:?]?=[ \t]*(?:\$[({]BASEDIR[)}]|\.)/([\w./-]+)[ \t]*$",
    re.MULTILINE,
)
_HANDED = re.compile(r"\bSITEURL\b\W{1,8}(https?://[\w./:~-]+)")
_RECIPES = (_MAKEFILE, "tasks.py", "netlify.toml", ".gitlab-ci.yml", ".travis.yml", "fabfile.py")
_MOST_WORKFLOWS = 10
_TELLING = ("SITENAME", "SITEURL")
_MOST_BYTES = 256 * 1024
USUAL = ((r"[^\w\s-]", ""), (r"(?u)\A\s*", ""), (r"(?u)\s*\Z", ""), (r"[-\s]+", "-"))
"""How slugs are made where the settings do not say otherwise."""

Substitutions = tuple[tuple[str, str], ...]


class Settings(Named):
    """One site's settings; `files` are those that were read."""

    def __init__(self, root: Path, files: tuple[str, ...], values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.root = root
        self.files = files

    @cached_property
    def url(self) -> str:
        """The site's address; '' where no file gives one that others can reach."""
        for name in ("SITEURL", "FEED_DOMAIN"):
            if url := reachable(self.text(name)):
                return url
        return ""

    @cached_property
    def content(self) -> Path:
        """The folder of the site's files."""
        path = self.text("PATH") or self.text("INPUTDIR")
        if path and (self.root / path).is_dir():
            return _below(self.root, path)
        return self.root / "content" if (self.root / "content").is_dir() else self.root

    @cached_property
    def language(self) -> str:
        """The default language, in lower case as Pelican keeps it."""
        return self.text("DEFAULT_LANG", "en").lower()

    @cached_property
    def plugins(self) -> frozenset[str]:
        """The bare names of its plugins: `pelican.plugins.sitemap` is `sitemap`."""
        return frozenset(name.rpartition(".")[2] for name in self.texts("PLUGINS"))

    @cached_property
    def has_subsites(self) -> bool:
        """Whether other languages have a site of their own, below the main one."""
        return "i18n_subsites" in self.plugins

    def substitutions(self, kind: str = "SLUG") -> Substitutions:
        """How slugs of titles (or of categories, authors) are made: patterns and what for them."""
        for name in dict.fromkeys((kind, "SLUG")):
            value = self.values.get(f"{name}_REGEX_SUBSTITUTIONS")
            if isinstance(value, list | tuple):
                return tuple(_pair(each) for each in value if _is_pair(each))
            if isinstance(self.values.get(f"{name}_SUBSTITUTIONS"), list | tuple):
                return self._older(name)
        return USUAL

    def _older(self, kind: str) -> Substitutions:
        """Plain texts to replace, as Pelican 3 had them."""
        listed = list(self.values[f"{kind}_SUBSTITUTIONS"])
        common = self.values.get("SLUG_SUBSTITUTIONS")
        if kind not in {"SLUG", "AUTHOR"}:
            listed = [*common, *listed] if isinstance(common, list | tuple) else listed
        pairs = [
            (re.escape(each[0]), each[1].replace("\\", r"\\")) for each in listed if _is_pair(each)
        ]
        skips = any(len(each) > len("ab") and each[2] for each in listed if _is_pair(each))
        return (*pairs, *(USUAL[1:3] if skips else USUAL))


def _is_pair(each: Any) -> bool:
    return (
        isinstance(each, list | tuple)
        and len(each) > 1
        and all(isinstance(part, str) for part in each[:2])
    )


def _pair(each: Any) -> tuple[str, str]:
    return each[0], each[1]


def _below(root: Path, path: str) -> Path:
    """`path` below `root`; one that leads out of it is `root` itself."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return root if ".." in parts or path.startswith("/") else root.joinpath(*parts)


def read(root: Path) -> Settings | None:
    """The settings of the site in `root`, published ones over the others; None if there are none.

    `settings.py` and the like count only if they hold what Pelican needs.
    """
    made = _of_makefile(root)
    names = [made["CONFFILE"]] if "CONFFILE" in made else []
    own = next((name for name in (*names, *NAMES) if _is_pelicans(root, name)), "")
    published = [made["PUBLISHCONF"]] if "PUBLISHCONF" in made else []
    public = next((name for name in (*published, *PUBLISHED) if _is_there(root, name)), "")
    if not own and not (public and _is_pelicans(root, public)):
        return None
    values: dict[str, Any] = {"INPUTDIR": made.get("INPUTDIR", "")}
    for name in filter(None, (own, public)):
        found = read_python(root, (name,))
        said = found.values if found else {}
        values |= {key: value for key, value in said.items() if _counts(key, value, values)}
    return Settings(root, tuple(filter(None, (own, public, _MAKEFILE))), values)


def _counts(key: str, value: Any, before: Mapping[str, Any]) -> bool:
    """Whether a value of the later file counts: one that says nothing does not hide another."""
    if key == "SITEURL" and reachable(str(before.get(key, ""))):
        return isinstance(value, str) and reachable(value) != ""
    return key.isupper() and (value is not COMPUTED or key not in before)


def deployed_url(root: Path) -> str:
    """The `SITEURL` that a workflow, or a recipe to build the site, hands to Pelican."""
    workflows = sorted((root / ".github" / "workflows").glob("*.y*ml"))[:_MOST_WORKFLOWS]
    for file in (*workflows, *(root / name for name in _RECIPES)):
        for written in _HANDED.findall(beginning(file, _MOST_BYTES)):
            if url := reachable(written):
                return url
    return ""


def _of_makefile(root: Path) -> dict[str, str]:
    return dict(_MAKE.findall(beginning(root / _MAKEFILE, _MOST_BYTES)))


def _is_there(root: Path, name: str) -> bool:
    return ".." not in name and (root / name).is_file()


def _is_pelicans(root: Path, name: str) -> bool:
    if not _is_there(root, name):
        return False
    text = beginning(root / name, _MOST_BYTES)
    return name == NAMES[0] or (
        any(f"{each} =" in text or f"{each}=" in text for each in _TELLING)
        and not re.search(r"\b(?:INSTALLED_APPS|BLOG_TITLE|ROOT_URLCONF)\b", text)
    )
