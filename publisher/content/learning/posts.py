"""The posts whose addresses are to be learnt, with what their generator makes of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from publisher.content.addresses import facts_of
from publisher.content.builder import Builder
from publisher.content.files import File
from publisher.content.frontmatter.fences import read_raw
from publisher.content.frontmatter.fields import first
from publisher.content.generators import generator
from publisher.content.generators.base import Generator
from publisher.content.pattern import Facts
from publisher.content.source import Source
from publisher.content.urls import path_of


@dataclass(slots=True)
class Known:
    """One post: what it says of itself, and the paths that its generator and itself name.

    Both are paths as `path_of` writes them, and '' where there is none; `file` is its place below
    the source's folder.
    """

    facts: Facts
    generated: str
    own: str

    @property
    def file(self) -> str:
        """Its place below the source's folder."""
        return self.facts.document.path


def known_posts(sources: Sequence[Source]) -> list[list[Known]]:
    """The posts of each source that its site shows; what cannot be read is passed over.

    Raises:
        ContentError: a folder cannot be read.
    """
    taken: set[str] = set()
    found: list[list[Known]] = [[] for _ in sources]
    for number in sorted(range(len(sources)), key=lambda each: -len(sources[each].folder.parts)):
        of_source = generator(sources[number].generator)(replace(sources[number], urls=()))
        files = [file for file in of_source.sources().files if file.path not in taken]
        taken.update(file.path for file in files)
        found[number] = list(_known(of_source, files))
    return found


def _known(of_source: Generator, files: list[File]) -> Iterator[Known]:
    builder = Builder(of_source)
    for file in files:
        with suppress(Exception):  # one file must never stop the others; reading reports it
            document = builder.document(file, read_raw(file.path))
            if document is None or of_source.hidden(document):
                continue
            address = of_source.address(document)
            sound = address.url and not address.missing
            own = first(document.values, document.names.address)[0] and sound
            path = path_of(address.url) if sound else ""
            facts = facts_of(of_source, document)
            yield Known(facts, path, path if own else "")


def base_path(url: str) -> str:
    """The path of a site's address, without a final slash."""
    return path_of(urlsplit(url).path).rstrip("/")
