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
    text = decode(raw)[0].removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def first_block(raw: Raw) -> str:
    """The lines above the first empty one, where a head is nothing else; '' where it may be more.

    It is for the usual file only, and quick: with Unix line ends, in UTF-8, and without a fence.
    """
    content = raw.content
    end = content.find(b"\n\n")
    if end <= 0 or content[:1] in b"-+;{\n \t\xef\xff\xfe" or b"\r" in content[:end]:
        return ""
    try:
        return content[:end].decode()
    except UnicodeDecodeError:
        return ""


def is_fenced(text: str) -> bool:
    """Whether the text begins with the fence of YAML, TOML or JSON."""
    return text.lstrip().startswith(_FENCES)
