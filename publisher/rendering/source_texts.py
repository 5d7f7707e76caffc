"""The texts that can be said in other words: the shipped ones, and those of a site's templates."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from publisher.rendering.words import DOMAIN, locales_folder

_PLACE = re.compile(r"%(?:\((\w+)\))?(.?)", re.DOTALL)
JINJA = {
    "extensions": "jinja2.ext.i18n",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
}
"""How templates are read, for Jinja's part of the extraction."""


def source_texts(own: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """Every text as it is written in English, with its plural if it has one.

    `own` is the site's folder of templates; what cannot be read there says nothing.
    """
    from babel.messages.pofile import read_po

    with (locales_folder() / f"{DOMAIN}.pot").open("rb") as file:
        texts = [message.id for message in read_po(file) if message.id]
    return {each[0]: each for each in map(forms, [*texts, *_of_templates(own)])}


def forms(text: Any) -> tuple[str, ...]:
    """A text, or a singular and its plural."""
    return tuple(text) if isinstance(text, list | tuple) else (text,)


def places(text: str) -> set[str]:
    """The named places of a text; what is no sound place stands there as it is."""
    found = _PLACE.findall(text.replace("%%", ""))
    return {name if name and kind == "s" else f"%({name}){kind}" for name, kind in found}


def _of_templates(folder: Path | None) -> Iterator[Any]:
    from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
    from jinja2.ext import babel_extract

    method: Any = babel_extract
    for path in sorted(folder.rglob("*.j2")) if folder else ():
        try:
            found = extract_from_file(method, path, DEFAULT_KEYWORDS, (), JINJA)
        except (OSError, ValueError):
            continue  # rendering says why it cannot be read
        yield from (text for _, text, _, _ in found)
