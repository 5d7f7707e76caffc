"""Generators: what differs between static site generators, as data."""

from dataclasses import dataclass

from publisher.errors import ContentError


@dataclass(frozen=True, slots=True)
class Generator:
    """One preset.

    `suffixes` are the file endings of its posts, longest first. `default_path` is its URL pattern
    when the site gives none; `collection_prefix` is what a collection's folder name starts with.
    """

    name: str
    suffixes: tuple[str, ...]
    default_path: str
    collection_prefix: str = ""


_JIGSAW = Generator(
    name="jigsaw",
    suffixes=(".blade.md", ".markdown", ".md"),
    default_path="/{-collection}/{-filename}",
    collection_prefix="_",
)
_ALL = {preset.name: preset for preset in (_JIGSAW,)}


def generators() -> list[str]:
    """The names that `content.generator` may have."""
    return sorted(_ALL)


def generator(name: str) -> Generator:
    """The preset called `name`.

    Raises:
        ContentError: there is none.
    """
    try:
        return _ALL[name]
    except KeyError:
        known = ", ".join(generators())
        raise ContentError(
            f"no generator is called {name!r}", f"set content.generator to one of: {known}"
        ) from None
