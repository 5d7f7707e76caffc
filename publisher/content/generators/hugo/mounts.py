"""Mounts: the folders that a site's content lies in, and where it appears."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from publisher.content.generators.hugo.config import (
    Config,
    Options,
    is_true,
    mappings,
    text,
    texts,
)
from publisher.content.generators.hugo.places import Mount
from publisher.content.generators.hugo.slugs import lower


class Mounted(NamedTuple):
    """A folder and what it is to the site; `left_out` and `taken` are globs below it."""

    folder: Path
    mount: Mount
    taken: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def mounted(root: Path, config: Config) -> list[Mounted]:
    """Every folder of content that is there, in the site's own order."""
    module = next(mappings(config.values.get("module")), {})
    found = list(_of_module(root, config, module)) or list(_of_languages(root, config))
    known: dict[Path, Mounted] = {}
    for each in found:
        is_there = each.folder.is_dir() and _is_near(each.folder, root)
        if is_there and not any(_stands_in(each, other) for other in known.values()):
            known[each.folder] = each
    return list(known.values())


def _stands_in(one: Mounted, other: Mounted) -> bool:
    """Whether a folder only fills the gaps of another language with pages of `other`."""
    if not one.folder.is_relative_to(other.folder):
        return False
    below = PurePosixPath(one.folder.relative_to(other.folder))
    inside = "" if below.name == "" else _normal(f"/{below}")
    return one.mount.prefix == other.mount.prefix + inside


def mount_of(folder: Path, root: Path, config: Config) -> Mounted:
    """What `folder` is to the site: a mount, or a folder inside of one."""
    for each in sorted(mounted(root, config), key=lambda each: -len(each.folder.parts)):
        if folder == each.folder:
            return each
        if folder.is_relative_to(each.folder):
            below = PurePosixPath(folder.relative_to(each.folder))
            prefix = f"{each.mount.prefix}/{below}"
            return each._replace(mount=Mount(_normal(prefix), each.mount.language))
    return Mounted(folder, Mount("", config.default_language))


def _of_module(root: Path, config: Config, module: Options) -> Iterator[Mounted]:
    for each in mappings(module.get("mounts")):
        source, aimed = text(each.get("source")), PurePosixPath(text(each.get("target")))
        if not source or not aimed.parts or aimed.parts[0] != "content":
            continue
        if is_true(each.get("disabled")):
            continue
        prefix = "".join(f"/{part}" for part in aimed.parts[1:])
        matrix = next(mappings(next(mappings(each.get("sites")), {}).get("matrix")), {})
        languages = [*texts(each.get("lang")), *texts(matrix.get("languages"))]
        language = languages[0].lower() if languages else config.default_language
        taken = texts(each.get("includefiles")) + texts(each.get("files"))
        yield Mounted(
            _below(root, source),
            Mount(_normal(prefix), language if language in config.languages else ""),
            tuple(glob for glob in taken if not glob.startswith("!")),
            (
                *texts(each.get("excludefiles")),
                *(glob.removeprefix("!").strip() for glob in taken if glob.startswith("!")),
            ),
        )


def _of_languages(root: Path, config: Config) -> Iterator[Mounted]:
    base = text(config.values.get("contentdir")) or "content"
    folders = {each: text(config.of(each).get("contentdir")) or base for each in config.languages}
    yield Mounted(
        _below(root, folders[config.default_language]), Mount("", config.default_language)
    )
    for language, folder in folders.items():
        yield Mounted(_below(root, folder), Mount("", language))


def _below(root: Path, folder: str) -> Path:
    return Path(os.path.normpath(root / folder))


def _is_near(folder: Path, root: Path) -> bool:
    """Whether a folder is the site's own or lies in the same repository."""
    if folder.is_relative_to(root):
        return True
    above = (each for each in root.parents if (each / ".git").exists())
    top = next(above, None)
    return top is not None and folder.is_relative_to(top)


def _normal(prefix: str) -> str:
    return lower(prefix.replace(" ", "-"))
