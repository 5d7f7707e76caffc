"""The static site generators that Publisher knows: a module (or package) each, beside `base`."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from publisher.errors import ContentError

if TYPE_CHECKING:
    from publisher.content.generators.base import Found, Generator


@cache
def generators() -> list[str]:
    """The names that `content.generator` may have."""
    return sorted(module.name for module in iter_modules(__path__) if module.name != "base")


@cache
def generator(name: str) -> "type[Generator]":
    """The generator called `name`: the class of that name in any case, in the module of that name.

    Raises:
        ContentError: there is none.
    """
    if name not in generators():
        known = ", ".join(generators())
        raise ContentError(
            f"no generator is called {name!r}", f"set content.generator to one of: {known}"
        )
    module = vars(import_module(f"{__name__}.{name}"))
    # Not by `next`, which is a module of this package as soon as that generator is loaded.
    found: list[type[Generator]] = [module[each] for each in module if each.lower() == name]
    return found[0]


def detect(folder: Path) -> "Found | None":
    """What can be read of the site in `folder`, by the generator that is surest; else None."""
    found = detect_all(folder)
    return found[0] if found else None


def detect_all(folder: Path, names: Iterable[str] | None = None) -> "list[Found]":
    """What each generator (of `names`) that knows the site in `folder` reads of it, surest first.

    Of those that are equally sure, the ones that found posts come first.
    """
    asked = generators() if names is None else names
    found = [each for name in asked if (each := detect_by(name, folder))]
    return sorted(found, key=lambda each: (-each.sure, not each.sources))


def detect_by(name: str, folder: Path) -> "Found | None":
    """What the generator `name` reads of the site in `folder`; None if it is not its own.

    Whatever a site's files make a generator raise means that it cannot read them.
    """
    try:
        found = generator(name).detect(folder)
    except Exception:  # noqa: BLE001  a hostile file must not hide the site from the others
        return None
    return found and replace(found, generator=name)
