"""One file per network or mail service; the file's name is the word in config.yaml."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from publisher.adapters.base import Adapter

SHARED = frozenset({"__init__", "base", "http"})


def available() -> list[str]:
    """The words that config.yaml may name after `adapter:`, sorted; nothing is imported."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(file.stem for file in files if file.stem not in SHARED)


def load(word: str) -> type[Adapter[Any]]:
    """The adapter that `word` names: a file of this folder, or a dotted module of anybody's.

    Raises:
        LookupError: there is no such module, it cannot be imported, or it does not define exactly
            one adapter; the text is for people.
    """
    module = f"{__name__}.{word}" if word in available() else word
    if "." not in module or not all(part.isidentifier() for part in module.split(".")):
        raise LookupError(_unknown(word))
    try:
        things = [*vars(import_module(module)).values()]
    except ImportError as error:
        raise LookupError(f"the adapter {word} cannot be imported: {error}") from error
    found: list[type[Adapter[Any]]] = [thing for thing in things if _is_adapter_of(thing, module)]
    if len(found) != 1:
        told = f"{word} defines {len(found)} adapters, an adapter's module defines one"
        raise LookupError("; ".join([told, *_unfinished(things, module)]))
    return found[0]


def _is_adapter_of(thing: object, module: str) -> bool:
    """Whether the module itself defines this adapter; its helpers may be abstract or private."""
    return (
        isinstance(thing, type)
        and issubclass(thing, Adapter)
        and thing.__module__ == module
        and not thing.__name__.startswith("_")
        and not getattr(thing, "__abstractmethods__", None)
    )


def _unfinished(things: Iterable[object], module: str) -> list[str]:
    """What the module's abstract classes lack to be adapters."""
    own = [each for each in things if isinstance(each, type) and each.__module__ == module]
    lacking = {each.__name__: sorted(getattr(each, "__abstractmethods__", ())) for each in own}
    return [f"{name} lacks {', '.join(names)}" for name, names in lacking.items() if names]


def _unknown(word: str) -> str:
    """What to say about a word that names nothing here."""
    near = get_close_matches(word.lower(), available(), n=1)
    known = f"did you mean {near[0]}?" if near else f"known are {', '.join(available())}"
    return f"unknown adapter {word!r}; {known}"
