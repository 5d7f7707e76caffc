"""Packages that import their parts when they are asked for, because some take their time."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def parts_of(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` (PEP 562) of `package`, whose names live in the modules that `homes` tells.

    A name is looked for once. The function raises AttributeError for a name that has no home.
    """

    def part(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(homes[name]), name)
        setattr(import_module(package), name, found)
        return found

    return part
