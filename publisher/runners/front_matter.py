"""Writes the links of posts at networks into the posts themselves, when a person asks for it."""

import os
from collections.abc import Iterator
from pathlib import Path

from publisher.content.frontmatter.writing import with_links
from publisher.runners.syndication import links
from publisher.wiring import Publisher


def write_links(publisher: Publisher) -> Iterator[str]:
    """Write each post's links as its `syndication`; says in a line what became of each file."""
    for path, found in links(publisher).items():
        file = publisher.config.folder / path
        addresses = list(dict.fromkeys(each["url"] for each in found))
        try:
            yield f"{path}: {_write(file, addresses)}"
        except OSError as error:
            yield f"{path}: left alone: it cannot be written ({error.strerror})"


def _write(file: Path, addresses: list[str]) -> str:
    content = file.read_bytes()
    new = with_links(content, addresses)
    if new is None:
        return "left alone: its front matter is not plain YAML; add the links by hand"
    if new == content:
        return "has its links already"
    draft = file.with_name(f".{file.name}.{os.getpid()}.new")
    draft.write_bytes(new)
    draft.chmod(file.stat().st_mode)
    draft.replace(file)
    return f"{len(addresses)} written"
