"""What a Nikola site's `conf.py` says, with Nikola's defaults."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from publisher.content.settings.named import Named, reachable
from publisher.content.settings.python import read_python

CONFIG = "conf.py"
_PATTERN = "{path}.{lang}.{ext}"
_POSTS = (("posts/*.txt", "posts", "post.tmpl"), ("posts/*.rst", "posts", "post.tmpl"))
_PAGES = (("pages/*.txt", "pages", "page.tmpl"), ("pages/*.rst", "pages", "page.tmpl"))
_NEVER = re.compile(r"(?!)(?P<path>)(?P<ext>)(?P<lang>)")
_OWN = frozenset({"BLOG_TITLE", "POSTS", "PAGES", "post_pages", "BLOG_AUTHOR", "STORY_INDEX"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Files of one kind: those called like `wildcard` in `folder` and below, and where they go.

    `destination` is a path, or one for each language.
    """

    folder: str
    wildcard: str
    destination: str | Mapping[str, str]
    is_post: bool

    def matches(self, path: str) -> bool:
        """Whether the rule is about the file, a path below the site's folder."""
        inside = not self.folder or path.startswith(f"{self.folder}/")
        return inside and fnmatchcase(path.rpartition("/")[2], self.wildcard)

    def target(self, path: str, language: str) -> str:
        """The folder of its page."""
        base = self.destination
        if isinstance(base, Mapping):
            base = base.get(language) or next(iter(base.values()), "")
        below = posixpath.relpath(posixpath.dirname(path) or ".", self.folder or ".")
        return posixpath.normpath(posixpath.join(base.strip("/"), below))


class Settings(Named):
    """One site's settings."""

    def __init__(self, root: Path, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.root = root

    @cached_property
    def url(self) -> str:
        """Where the site lies."""
        names = ("BASE_URL", "SITE_URL", "BLOG_URL")
        return next(filter(None, (reachable(self.text(name)) for name in names)), "")

    @cached_property
    def language(self) -> str:
        """The default language."""
        return self.text("DEFAULT_LANG", "en")

    def said(self, name: str) -> str:
        """A setting that may differ by language, in the default one."""
        value = self.values.get(name)
        if isinstance(value, dict):
            value = value.get(self.language)
        return value if isinstance(value, str) else ""

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """Each language with the folder of its pages, '' for that of the site."""
        found = self.mapping("TRANSLATIONS")
        folders = {key: value for key, value in found.items() if isinstance(value, str)}
        own = folders.get(self.language, "")
        return {key: _folder(value) for key, value in {**folders, self.language: own}.items()}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Posts, then pages, in the order in which a file is looked for."""
        older = self.values.get("post_pages")
        if isinstance(older, list | tuple):
            return tuple(_rules(older, is_post=None))
        pages = "PAGES" if "PAGES" in self.values else "STORIES"
        return (
            *_rules(self.values.get("POSTS", _POSTS), is_post=True),
            *_rules(self.values.get(pages, _PAGES), is_post=False),
        )

    @cached_property
    def translation(self) -> re.Pattern[str]:
        """What a translation's path looks like: `path`, `lang` and `ext`."""
        pattern = re.escape(self.text("TRANSLATIONS_PATTERN", _PATTERN))
        others = "|".join(re.escape(each) for each in self.languages if each != self.language)
        for name, what in (("path", ".+?"), ("ext", r"[^./]+"), ("lang", others or "(?!)")):
            pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{what})", 1)
        try:
            compiled = re.compile(pattern)
        except re.error:
            return _NEVER
        return compiled if compiled.groupindex.keys() == _NEVER.groupindex.keys() else _NEVER

    def translated(self, path: str, language: str) -> str:
        """The path of a file's translation."""
        stem, ext = posixpath.splitext(path)
        pattern = self.text("TRANSLATIONS_PATTERN", _PATTERN)
        parts = {"{path}": stem, "{lang}": language, "{ext}": ext[1:]}
        for name, part in parts.items():
            pattern = pattern.replace(name, part)
        return pattern


def _folder(written: str) -> str:
    return "" if written in ("", ".", "./") else posixpath.normpath(written).strip("/")


def _rules(listed: Any, *, is_post: bool | None) -> Iterator[Rule]:
    for each in listed if isinstance(listed, list | tuple) else ():
        if not isinstance(each, list | tuple) or len(each) < len(_POSTS[0]):
            continue
        wildcard, destination, *others = each
        if isinstance(destination, dict):
            destination = {
                key: value for key, value in destination.items() if isinstance(value, str)
            }
        elif not isinstance(destination, str):
            continue
        feeds = bool(others[1]) if len(others) > 1 else True
        if isinstance(wildcard, str):
            folder, name = posixpath.split(posixpath.normpath(wildcard))
            yield Rule(folder, name, destination, feeds if is_post is None else is_post)


def read(root: Path) -> Settings | None:
    """The settings of the site in `root`; None if its `conf.py` is not Nikola's."""
    found = read_python(root, (CONFIG,))
    if found is None or len(_OWN & found.values.keys()) < len(("BLOG_TITLE", "POSTS")):
        return None
    return Settings(root, found.values)
