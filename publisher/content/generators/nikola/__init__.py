"""Nikola: settings in `conf.py`, posts in many formats, each with a head or a `.meta` file."""

import posixpath
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from publisher.content.files import FolderContents, beginning, list_files
from publisher.content.frontmatter.dates import PostDate
from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.fields import Fields
from publisher.content.frontmatter.lenient_dates import lenient_date
from publisher.content.frontmatter.parse import Metadata
from publisher.content.generators.base import (
    Address,
    Document,
    Found,
    FoundSource,
    Generator,
    Kind,
    Sure,
)
from publisher.content.generators.nikola.metadata import NOTEBOOK, Heads
from publisher.content.generators.nikola.settings import CONFIG, Rule, Settings, read
from publisher.content.latin import in_latin
from publisher.content.settings.zones import known_zone
from publisher.content.source import Source
from publisher.content.urls import escaped

_META = ".meta"
_MOST_OF_NOTEBOOK = 32 * 1024 * 1024
_MOST_OF_META = 64 * 1024
_STRIPPED = re.compile(r"[^+\w\s-]")
_HYPHENS = re.compile(r"[-\s]+")
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*")
_UNSAFE = re.compile(r"""[/\\?#"'\r\n\t*:<>|]""")
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_TAGS_THAT_HIDE = frozenset({"draft", "private"})
_BUILT = frozenset({"output", "cache", "__pycache__"})
_OUTSIDE = "its address leads out of the site"
_NO_URL = "conf.py gives no SITE_URL that others can reach; set site.url in config.yaml"
_NO_POSTS = "POSTS is computed by conf.py and cannot be read; set content in config.yaml"


class _Origin(NamedTuple):
    """Where a file comes from.

    `below` is its path below the source's folder, `path` below the site's, `original` that of the
    post that it translates (else its own).
    """

    below: str
    path: str
    original: str
    language: str
    rule: Rule | None


class Nikola(Generator):
    """https://getnikola.com: `conf.py` with `POSTS`."""

    suffixes = (
        ".markdown", ".asciidoc", ".textile", ".bbcode", ".mdown", ".ipynb", ".adoc", ".html",
        ".wiki", ".rst", ".txt", ".htm", ".org", ".t2t", ".md",
    )  # fmt: skip
    settings: ClassVar = (CONFIG,)
    fields = Fields(
        title=("title",),
        description=("description",),
        image=("previewimage",),
        author=("author",),
        date=("date",),
        updated=("updated",),
        categories=("category", "tags"),
        tags=("tags",),
        featured=("featured",),
        hidden=(),
        shown=(),
        state=("status",),
        language=(),
        address=(),
    )

    @staticmethod
    def detect(folder: Path) -> Found | None:
        """The Nikola site whose `conf.py` lies in `folder`."""
        settings = read(folder) if (folder / CONFIG).is_file() else None
        if settings is None:
            return None
        notes = [_NO_POSTS] * bool(settings.computed("POSTS")) + [_NO_URL] * (not settings.url)
        return Found(
            root=folder,
            seen=CONFIG,
            sure=Sure.CERTAIN,
            base_url=settings.url,
            title=settings.said("BLOG_TITLE"),
            description=settings.said("BLOG_DESCRIPTION"),
            language=settings.language,
            timezone=known_zone(settings.text("TIMEZONE", "UTC")),
            sources=tuple(_sources(folder, settings)),
            notes=tuple(notes),
        )

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._there: frozenset[str] = frozenset()
        self._last = _Origin("", "", "", "", None)
        self._targets: dict[tuple[int, str, str], str] = {}

    @cached_property
    def _site(self) -> Settings:
        return read(self.source.root) or Settings(self.source.root, {})

    @cached_property
    def _heads(self) -> Heads:
        return Heads(self._site)

    @cached_property
    def _below_root(self) -> str:
        """The source's folder below the site's, with a slash at its end; '' if it is the same."""
        try:
            below = self.source.folder.relative_to(self.source.root).as_posix()
        except ValueError:
            return ""
        return "" if below == "." else f"{below}/"

    def sources(self) -> FolderContents:
        """The files that a rule is about; `.meta` files beside them are looked for, too."""
        skipped = _BUILT if not self._below_root else frozenset[str]()
        contents = list_files(self.source.folder, self.source.base, self._endings(), skipped)
        start = len(str(self.source.folder)) + 1
        paths = [self._below_root + file.path[start:] for file in contents.files]
        self._there = frozenset(paths)
        return self.sorted_out(contents, self._kind)

    def _endings(self) -> tuple[str, ...]:
        """The endings of the rules' files and of their translations."""
        endings = {posixpath.splitext(rule.wildcard)[1].lower() for rule in self._site.rules}
        own = {each for each in endings if "*" not in each and each}
        found = {_META, *(own if own == endings else self.suffixes)}
        others = {f"{end}.{lang}".lower() for end in found for lang in self._site.languages}
        return tuple(sorted(found | others))

    def _kind(self, below: str) -> Kind:
        path = self._below_root + below
        if path.endswith(_META) or self._translated(path)[0].endswith(_META):
            return Kind.DATA
        return Kind.POST if self._rule(self._translated(path)[0]) else Kind.OTHER

    def _translated(self, path: str) -> tuple[str, str]:
        """The path of the file that `path` is a translation of, and the language; else itself."""
        match = self._site.translation.match(path)
        if match is None:
            return path, self._site.language
        return f"{match['path']}.{match['ext']}", match["lang"]

    def _rule(self, original: str) -> Rule | None:
        return next((rule for rule in self._site.rules if rule.matches(original)), None)

    def _of(self, below: str) -> _Origin:
        """Where a file of the source comes from; the last one is asked about several times."""
        if self._last.below != below:
            path = self._below_root + below
            original, language = self._translated(path)
            self._last = _Origin(below, path, original, language, self._rule(original))
        return self._last

    def _target(self, origin: _Origin, rule: Rule) -> str:
        """The folder of the page, as one of the site."""
        key = (id(rule), origin.original.rpartition("/")[0], origin.language)
        known = self._targets.get(key)
        if known is None:
            place = rule.target(origin.original, origin.language)
            parts = (self._site.languages.get(origin.language, ""), place)
            known = "".join(f"{each}/" for each in parts if each not in ("", "."))
            self._targets[key] = known
        return known

    def head(self, raw: Raw, path: str) -> Metadata:
        """What the post says; a translation has the rest from the post that it translates."""
        _, full, original, language, _ = self._of(path)
        found = self._heads.read(self._whole(raw, full), full, self._meta(original, language))
        if original == full or original not in self._there:
            return found
        text = beginning(self.source.root / original, _MOST_OF_META).encode()
        first = self._heads.read(
            self._whole(Raw(text, ended=True), original), original, self._meta(original, "")
        )
        date = {key: first.values[key] for key in ("date",) if key in first.values}
        return found._replace(values={**first.values, **found.values, **date})

    def _whole(self, raw: Raw, path: str) -> Raw:
        """A notebook's head may stand at its end."""
        if raw.ended or not path.lower().endswith(NOTEBOOK):
            return raw
        text = beginning(self.source.root / path, _MOST_OF_NOTEBOOK)
        return Raw(text.encode(), ended=True)

    def _meta(self, original: str, language: str) -> Raw | None:
        """The `.meta` file of a post in a language, else the post's own."""
        meta = posixpath.splitext(original)[0] + _META
        names = [self._site.translated(meta, language)] if language else []
        for name in (*names, meta):
            if name in self._there:
                text = beginning(self.source.root / name, _MOST_OF_META)
                return Raw(text.encode(), ended=True)
        return None

    def date(self, written: str) -> PostDate:
        """As Nikola's parser reads it.

        Raises:
            ValueError: it cannot be read, and why.
        """
        return lenient_date(written, self.zone, self.source.date_format)

    def other_date(self, document: Document) -> PostDate | None:  # noqa: ARG002
        """A post without a date is none."""
        return None

    def title(self, document: Document) -> str:
        """The file's name."""
        return posixpath.splitext(document.file)[0]

    def permalink(self, document: Document) -> Address:
        """The folder of the rule that finds the file, then its slug."""
        origin, values = self._of(document.path), document.values
        if origin.rule is None:
            return Address("")
        there = origin.original if origin.original in self._there else origin.path
        slug = _text(values, "slug") or self._slug(there)
        is_pretty = _YES_NO.get(_text(values, "pretty_url").lower(), self._is_pretty(slug))
        below = f"{self._target(origin, origin.rule)}{slug}"
        if ".." in below and ".." in below.split("/"):
            return Address("", problem=_OUTSIDE, key="slug")
        page = self._shown(f"{below}/{self._index}" if is_pretty else f"{below}.html").lstrip("/")
        return Address(self._base + (page if _PLAIN.fullmatch(page) else escaped(page)))

    def _is_pretty(self, slug: str) -> bool:
        return self._are_pretty and slug != "index"

    @cached_property
    def _are_pretty(self) -> bool:
        return self._site.flag("PRETTY_URLS", default=True)

    @cached_property
    def _strips(self) -> bool:
        return self._site.flag("STRIP_INDEXES", default=True)

    @cached_property
    def _base(self) -> str:
        return self.source.url.rstrip("/") + "/"

    @cached_property
    def _index(self) -> str:
        return self._site.text("INDEX_FILE", "index.html")

    def _shown(self, page: str) -> str:
        """The path without `index.html` at its end, where the site leaves it out."""
        bare = page.removesuffix(self._index)
        return bare if self._strips and (not bare or bare.endswith("/")) else page

    def _slug(self, path: str) -> str:
        stem = posixpath.splitext(posixpath.basename(path))[0]
        if not self._site.flag("USE_SLUGIFY", default=True):
            return _UNSAFE.sub("-", stem)
        return _HYPHENS.sub("-", _STRIPPED.sub("", in_latin(stem)).strip().lower())

    def hidden(self, document: Document) -> bool:
        """Drafts and private posts, by their status or (where the site reads it) by a tag."""
        tags = document.values.get("tags", ())
        by_tag = self._site.flag("USE_TAG_METADATA", default=True) and isinstance(tags, tuple)
        named = by_tag and not _TAGS_THAT_HIDE.isdisjoint(each.lower() for each in tags)
        return named or _text(document.values, "status") in _TAGS_THAT_HIDE

    def is_page(self, document: Document) -> bool:
        """What a rule of `PAGES` is about."""
        rule = self._of(document.path).rule
        return rule is not None and not rule.is_post

    def language(self, document: Document) -> str:
        """That of its name."""
        language = self._of(document.path).language
        return language if language != self._site.language else self.source.language or language


def _sources(folder: Path, settings: Settings) -> list[FoundSource]:
    """One for each folder of posts that lies in no other."""
    folders = list(dict.fromkeys(rule.folder for rule in settings.rules if rule.is_post))
    there = [each for each in folders if (folder / each).is_dir() and ".." not in each.split("/")]
    tops = [
        each
        for each in there
        if not any(
            other != each and f"{each}/".startswith(f"{other}/".lstrip("/")) for other in there
        )
    ]
    return [FoundSource(each.replace("/", "-") or "posts", folder / each) for each in tops]


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""
