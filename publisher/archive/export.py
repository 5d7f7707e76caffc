"""Which files the archive consists of, and what each is made from."""

import hashlib
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Final

from publisher.archive.library import ON_A_PAGE, Document, Library, View
from publisher.archive.links import written
from publisher.archive.site_files import File, Written, write_files
from publisher.config import Config, Newsletter
from publisher.config.archive import archived
from publisher.model.deliveries import Archived
from publisher.outbox.outbox import Outbox
from publisher.rendering.brand import Site
from publisher.rendering.pages import Pages
from publisher.rendering.templates import Templates

_DEPTHS: Final = {"index": 0, "feed": 1, "newsletter": 1, "edition": 2, "page": 3}


class Export:
    """Writes the archive's files into a folder; `address` is what it is called on the web."""

    def __init__(
        self, config: Config, outbox: Outbox, templates: Templates, site: Site, address: str = ""
    ) -> None:
        self._config = config
        self._outbox = outbox
        self._library = Library(config, outbox, Pages(templates, site))
        self._home = written(config, address)
        self._all_from = _hash(
            version("publisher-bot"),
            *(templates.source(name) for name in templates.names() if name.startswith("web/")),
            repr(site),
            self._home.here,
            str(config.web.url),
            *(f"{each.name} {each.title} {each.about} {each.archive}" for each in self._shown),
        )

    @property
    def version(self) -> str:
        """What changes with anything that the files are made from."""
        return _hash(self._all_from, repr(self._outbox.archive.version()))

    def write(self, folder: Path) -> Written:
        """Bring the files in `folder` up to date.

        Raises:
            PublisherError: they cannot be written.
        """
        self._outbox.archive.refresh()
        return write_files(self._files(), folder)

    @property
    def _shown(self) -> list[Newsletter]:
        return archived(self._config)

    def _files(self) -> Iterator[File]:
        for each in self._shown:
            yield from self._of_newsletter(each)
        newest = [self._outbox.archive.listed(each.name, 1) for each in self._shown]
        view = self._view("index")
        yield self._file("index.html", repr(newest), lambda: self._library.index(view).text)

    def _of_newsletter(self, newsletter: Newsletter) -> Iterator[File]:
        name = newsletter.name
        for number in count(1):
            listed = self._outbox.archive.listed(name, ON_A_PAGE + 1, (number - 1) * ON_A_PAGE)
            if number == 1:
                yield self._feed(name, listed[:ON_A_PAGE])
            if number == 1 or listed:
                yield self._page(name, number, listed)
            for each in listed[:ON_A_PAGE]:
                yield self._edition(each)
            if len(listed) <= ON_A_PAGE:
                return

    def _page(self, name: str, number: int, listed: list[Archived]) -> File:
        path = f"{name}/index.html" if number == 1 else f"{name}/page/{number}/index.html"
        view = self._view("newsletter" if number == 1 else "page", name)
        return self._file(
            path, repr(listed), lambda: _text(self._library.newsletter(name, number, view))
        )

    def _feed(self, name: str, listed: list[Archived]) -> File:
        view = self._view("feed", name)
        return self._file(
            f"{name}/feed.xml", repr(listed), lambda: _text(self._library.feed(name, view))
        )

    def _edition(self, each: Archived) -> File:
        view = self._view("edition", each.owner)
        beside = repr((each, self._outbox.archive.neighbours(each)))
        return self._file(
            f"{each.owner}/{each.slug}/index.html",
            beside,
            lambda: _text(self._library.edition(each.owner, each.slug, view)),
        )

    def _file(self, path: str, facts: str, make: Callable[[], str]) -> File:
        return File(path, f"{self._all_from} {facts}", make)

    def _view(self, kind: str, newsletter: str = "") -> View:
        url = self._config.web.url
        subscribe = f"{url}/subscribe?newsletter={newsletter}" if url and newsletter else ""
        links = self._home.from_depth(_DEPTHS[kind])
        language = self._library.pages.site.language
        return View(links, self._home, language, subscribe, {"languages": {}, "path": ""})


def _text(document: Document | None) -> str:
    """The page, which was there when its path was made; an edition may be hidden since."""
    return document.text if document else ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
