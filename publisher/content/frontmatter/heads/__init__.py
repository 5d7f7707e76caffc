"""Heads that are neither YAML, TOML nor JSON: a module each, which reads text."""

from collections.abc import Callable, Iterable

from publisher.content.frontmatter.fences import Raw, decode
from publisher.content.frontmatter.parse import Metadata, read_metadata

Reader = Callable[[str], Metadata | None]
"""What the text of a file says; None where its head is of another format."""

_FENCES = ("---", "+++", ";;;", "{")


def read_head(raw: Raw, readers: Iterable[Reader]) -> Metadata:
    """What the first of `readers` that knows the head makes of it, else what fences say.

    It never raises because of what stands in the file.
    """
    try:
        text = text_of(raw)
    except UnicodeDecodeError:
        return read_metadata(raw)
    known = (metadata for reader in readers if (metadata := reader(text)) is not None)
    return next(known, None) or read_metadata(raw)


def text_of(raw: Raw) -> str:
    """The bytes as text with Unix line ends and without a byte order mark.

    Raises:
        UnicodeDecodeError: they are no text.
    """
    return decode(raw)[0].replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def is_fenced(text: str) -> bool:
    """Whether the text begins with the fence of YAML, TOML or JSON."""
    return text.lstrip().startswith(_FENCES)
