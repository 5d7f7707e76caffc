"""Addresses that a site makes in its own scripts, as far as they can be told as patterns."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice, product
from typing import Any

from publisher.content.frontmatter.dates import PostDate, file_date
from publisher.content.generators.base import Address, Document, Generator
from publisher.content.pattern import Facts, Pattern, page_url
from publisher.content.settings.javascript import Call, Choice, Computed, Template

_MOST = 4
_DEEPEST = 6
_FIELD = re.compile(r"(?:^|\.)(?:frontmatter|frontMatter|data|attributes)\.(\w+)$")
_LAST = re.compile(r"(\w+)$")
_OR = re.compile(r"\|\||\?\?")
_SLASHES = re.compile(r"//+")
_FILE = re.compile(r"\.\w{2,5}$")
_WAYS = {
    "kebabCase": "kebab", "slugify": "slugify", "slug": "github", "githubSlugger": "github",
    "urlSlug": "slug",
}  # fmt: skip
_KEPT = frozenset({"toLowerCase", "trim", "toString", "normalize", "String", "encodeURI"})
_JOINS = frozenset({"path.join", "path.posix.join", "posix.join", "join", "urlJoin", "urljoin"})
_WORDS = {
    "year": ":year~file", "month": ":month~file", "day": ":day~file", "filename": ":name",
    "fileName": ":name", "basename": ":name", "fileSlug": ":name", "dir": "/:path",
    "relativeDirectory": "/:path", "flattenedPath": "/:path", "sourceFileName": ":file",
    "sourceFileDir": ":folders",
}  # fmt: skip
Known = Callable[[str], Iterable[Any]]
"""The values that a name has in the site's scripts, the likeliest first."""


def patterns_of(value: Any, known: Known) -> tuple[str, ...]:
    """The patterns that an expression comes to, the likeliest first; () where none can be told.

    `frontmatter.x` is a field, `createFilePath(…)` the file's path, `a || b` two patterns.
    """
    found = (_tidy(each) for each in _alternatives(value, known, 0))
    return tuple(dict.fromkeys(each for each in found if _is_pattern(each)))


def _alternatives(value: Any, known: Known, depth: int) -> list[str]:
    found: list[str] = []
    match value:
        case _ if depth > _DEEPEST:
            pass
        case str():
            found = [value]
        case Template():
            found = _joined(value.parts, "", known, depth)
        case Choice():
            for each in (value.yes, value.no):
                found += _alternatives(each, known, depth + 1)
        case Call():
            found = _called(value, known, depth)
        case Computed():
            for piece in _OR.split(value.text):
                found += _named(piece.strip(" ()"), known, depth)
    return found


def _joined(parts: Iterable[Any], by: str, known: Known, depth: int) -> list[str]:
    every = product(*(_alternatives(each, known, depth + 1) for each in parts))
    return [by.join(each) for each in islice(every, _MOST)]


def _called(call: Call, known: Known, depth: int) -> list[str]:
    method, first = call.method, call.arguments[0] if call.arguments else None
    if method == "createFilePath":
        bare = isinstance(first, dict) and first.get("trailingSlash") is False
        return ["/:path" if bare else "/:path/"]
    if call.name in _JOINS:
        return _joined(call.arguments, "/", known, depth)
    if method in _WAYS and first is not None:
        inner = _alternatives(first, known, depth + 1)
        return [_slugged(each, _WAYS[method]) for each in inner]
    if method in _KEPT or method == "replace":
        of = call.on if call.on is not None else Computed(call.name.rpartition(".")[0])
        return _alternatives(first if method in {"String", "encodeURI"} else of, known, depth + 1)
    return []


def _slugged(pattern: str, way: str) -> str:
    is_one = re.fullmatch(r":\{\w+\}", pattern)
    return pattern.replace(":{title}", ":title") + f"~{way}" if is_one else pattern


def _named(name: str, known: Known, depth: int) -> list[str]:
    if name.startswith("createFilePath("):
        return ["/:path/"]
    if match := _FIELD.search(name):
        return [f":{{{match[1]}}}"]
    last = _LAST.search(name)
    values = list(islice(known(name), _MOST))
    found = [each for value in values for each in _alternatives(value, known, depth + 1)]
    return found or ([_WORDS[last[1]]] if last and last[1] in _WORDS else [])


def _tidy(written: str) -> str:
    return _SLASHES.sub("/", f"/{written}")


def _is_pattern(written: str) -> bool:
    try:
        return any(part.name for part in Pattern(written).parts)
    except ValueError:
        return False


class Coded(Generator):
    """A generator whose sites make addresses in code: the first pattern that gives one counts."""

    @property
    def patterns(self) -> Iterable[str]:
        """The patterns that the site's scripts come to."""
        return ()

    def ended(self, path: str) -> str:
        """A path with the end that the site's settings ask for."""
        return path

    @cached_property
    def _patterns(self) -> list[Pattern]:
        written = [self.source.path] if self.source.path else self.patterns
        return [Pattern(each) for each in written]

    def permalink(self, document: Document) -> Address:
        """By `content.path`, else by the first of the site's patterns that says something."""
        facts, missing = Facts(document, self.zone, self.language(document)), ""
        for pattern in self._patterns:
            path, missing = pattern.path(facts)
            if path:
                return Address(page_url(self.source.url, self.ended(path)))
        problem = "its address is made in code; set content.urls, or run publish init --sitemap"
        return Address("", problem=f"{problem} ({missing} is missing)" if missing else problem)

    def other_date(self, document: Document) -> PostDate | None:
        """The date in the name of the file, or of the folder whose `index` it is."""
        folder = document.path.rpartition("/")[0].rpartition("/")[2]
        return super().other_date(document) or file_date(f"{folder}-", self.zone)

    def is_page(self, document: Document) -> bool:
        """What has no date is a page."""
        return document.date is None


def with_slash(path: str) -> str:
    """A path with a slash at its end, unless it ends in a file's ending."""
    return path if path.endswith("/") or _FILE.search(path.rpartition("/")[2]) else f"{path}/"


def without_slash(path: str) -> str:
    """A path without a slash at its end."""
    return path.rstrip("/") or "/"


def assigned(source: str, name: str) -> Iterator[str]:
    """What a script gives to a variable, as it is written: templates without their ticks."""
    if not name.isidentifier():
        return
    pattern = rf"\b{name}\s*=(?!=)\s*(?:`([^`\n]*)`|([\w.$]+)\s*[;\n])"
    for match in re.finditer(pattern, source):
        yield match[1] if match[1] is not None else f"${{{match[2]}}}"


def is_unpacked(source: str, name: str) -> bool:
    """Whether a script takes a variable out of the front matter: `const {a} = node.frontmatter`."""
    if not name.isidentifier():
        return False
    return (
        re.search(rf"\{{[^{{}}]*\b{name}\b[^{{}}]*\}}\s*=[\s\w.]*frontmatter", source) is not None
    )


def template(written: str) -> Template:
    """A template that stands in text: `/blog/${year}`."""
    pieces = re.split(r"\$\{([^{}]*)\}", written)
    parts = (Computed(each) if odd % 2 else each for odd, each in enumerate(pieces))
    return Template(parts=tuple(part for part in parts if part != ""))
