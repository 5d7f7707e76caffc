"""Addresses by `content.urls`: rules in order, and the first that gives a post an address."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.content.frontmatter.fields import first
from publisher.content.generators.base import Address, Document, Generator
from publisher.content.pattern import Facts, Pattern, page_url
from publisher.content.source import Rule
from publisher.content.urls import path_of
from publisher.errors import ContentError

if TYPE_CHECKING:
    from publisher.content.learning.pages import Pages

OWN, GENERATOR, SITEMAP = "own", "generator", "sitemap"
_HTML = re.compile(r"(?:/index)?\.html?$")
_FILE = re.compile(r"\.(?:html?|php|xml|txt|json)$")


def _slash(url: str) -> str:
    return url if url.endswith("/") or _FILE.search(url.rpartition("/")[2]) else f"{url}/"


def _page(url: str) -> str:
    return _HTML.sub("", url).rstrip("/")


ENDINGS: Mapping[str, Callable[[str], str]] = {
    "slash": lambda url: _slash(_HTML.sub("", url)),
    "bare": _page,
    "html": lambda url: f"{_page(url)}.html",
    "lower": str.lower,
}
"""What may follow `generator~`: how the site's server wants the address to end."""

_Rule = Callable[[Document], Address]


def rules_of(written: str) -> tuple[Rule, ...]:
    """The rules that one word or pattern stands for: a post's own address wins over a pattern."""
    if written == GENERATOR:
        return ()
    own = (Rule("", OWN),) if written.startswith("/") else ()
    return (*own, Rule("", written))


def rule_problem(text: str) -> str:
    """Why `text` cannot be a rule; '' if it can."""
    name, _, ending = text.partition("~")
    if text in {OWN, SITEMAP} or (name == GENERATOR and (not ending or ending in ENDINGS)):
        return ""
    if not text.startswith("/"):
        return f"must be {GENERATOR}, {SITEMAP}, {OWN} or a pattern such as /blog/:year/:slug/"
    try:
        Pattern(text)
    except ValueError as error:
        return str(error)
    return ""


def addresser(generator: Generator) -> _Rule:
    """How a generator addresses posts: not at all while the site's settings cannot be read."""
    if not generator.unread:
        return generator.address
    unknown = Address("", problem=f"{generator.unread}; until that is mended, no address is known")
    return lambda _document: unknown


class Addresses:
    """Where the pages of one source's posts are, by the rules of its `urls`."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._generated = addresser(generator)
        self._url = generator.source.url
        rules = generator.source.urls
        self._rules = [(_below(each.folder), self._rule(each.text)) for each in rules]
        self._unread = ""
        self._base = path_of(self._url).rstrip("/")
        self._after_sitemap = [
            (_below(each.folder), self._rule(each.text)) for each in rules if each.text != SITEMAP
        ]

    def address(self, document: Document) -> Address:
        """The first address that a rule gives, else what the last one said."""
        return _first(self._rules, document)

    def _rule(self, text: str) -> _Rule:
        name, _, ending = text.partition("~")
        if name == GENERATOR:
            return self._by_generator(ENDINGS.get(ending))
        if text == SITEMAP:
            return self._by_sitemap
        return self._own if text == OWN else self._by_pattern(Pattern(text))

    def _by_generator(self, ending: Callable[[str], str] | None) -> _Rule:
        def rule(document: Document) -> Address:
            address = self._generated(document)
            return address._replace(url=ending(address.url)) if ending and address.url else address

        return rule

    def _own(self, document: Document) -> Address:
        if first(document.values, document.names.address)[0]:
            return self._generated(document)
        return Address("", problem="it has no address of its own")

    @cached_property
    def _pages(self) -> "Pages":
        from publisher.content.evidence.read import read_evidence
        from publisher.content.learning.pages import Pages

        sitemap = self._generator.source.sitemap
        try:
            pages = Pages(read_evidence(str(sitemap)).pages if sitemap else ())
        except ContentError as error:
            pages, self._unread = Pages(()), error.message
        pages.below(self._base)
        return pages

    def _by_sitemap(self, document: Document) -> Address:
        """The page in the sitemap that the other rules say, else the one that is most like it."""
        said = _first(self._after_sitemap, document).url
        if said and path_of(said)[len(self._base) :] in self._pages.by_path:
            return Address(said)
        path = self._pages.likest(facts_of(self._generator, document))
        if path:
            return Address(page_url(self._url, path))
        return Address("", problem=self._unread or "the sitemap has no page of it yet")

    def _by_pattern(self, pattern: Pattern) -> _Rule:
        def rule(document: Document) -> Address:
            path, missing = pattern.path(facts_of(self._generator, document))
            if path:
                return Address(page_url(self._url, path))
            return Address("", problem=f"{pattern.written} needs {missing}, which it lacks")

        return rule


def _first(rules: Sequence[tuple[str, _Rule]], document: Document) -> Address:
    """What the first rule says that is for a document and gives it an address, else the last."""
    said = Address("", problem="no rule of content.urls is for its folder")
    for folder, rule in rules:
        if not folder or f"{document.path}/".startswith(folder):
            said = rule(document)
            if said.url and not said.missing:
                return said
    return said


def facts_of(generator: Generator, document: Document) -> Facts:
    """What patterns may say of one document of a generator's."""
    main, language = generator.source.language, generator.language(document)
    return Facts(document, generator.zone, language, main)


def _below(folder: str) -> str:
    return f"{folder.strip('/')}/" if folder.strip("/") else ""
