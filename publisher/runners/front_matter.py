"""Writes the links of posts at networks into the posts themselves, when a person asks for it."""

from collections.abc import Collection, Iterator
from pathlib import Path

from publisher.content.frontmatter.writing import with_links
from publisher.runners.syndication import links
from publisher.whole_files import replace_file
from publisher.wiring import Publisher


def write_links(publisher: Publisher) -> Iterator[str]:
    """Write each post's links into its `syndication`; says in a line what became of each file."""
    found, gone = links(publisher), publisher.outbox.posted.gone()
    for path in sorted({*found, *gone}):
        file = publisher.config.folder / path
        addresses = list(dict.fromkeys(each["url"] for each in found.get(path, ())))
        try:
            if not _is_ours(publisher, file):
                yield f"{path}: left alone: it is a link to a file outside the site"
                continue
            yield f"{path}: {_write(file.resolve(), addresses, gone.get(path, ()))}"
        except OSError as error:
            yield f"{path}: left alone: it cannot be written ({error.strerror})"


def _is_ours(publisher: Publisher, file: Path) -> bool:
    """Whether a file really lies in the site: a symbolic link may lead anywhere."""
    folders = (publisher.config.folder, *(each.folder for each in publisher.config.content))
    real = file.resolve()
    return any(folder and real.is_relative_to(folder.resolve()) for folder in folders)


def _write(file: Path, addresses: list[str], gone: Collection[str]) -> str:
    content = file.read_bytes()
    new = with_links(content, addresses, gone)
    if new is None:
        return "left alone: nothing can surely be added to its front matter; add the links yourself"
    if new == content:
        return "has its links already"
    replace_file(file, new, mode=file.stat().st_mode, before=content)
    return f"{len(addresses)} written" if addresses else "deleted ones taken out"
