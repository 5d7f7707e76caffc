"""`words:` of config.yaml: what an owner says otherwise than the catalogues do."""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from publisher.config.mistakes import Mistake, Path, closest, near
from publisher.config.options.values import is_language

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""CLDR's names for the forms that a number asks for."""

Words = dict[str, dict[str, str | dict[str, str]]]


def mistakes_in_words(raw: Any, templates: FilePath) -> Iterator[Mistake]:
    """What is wrong with the block `words`; `templates` is the site's own folder of them."""
    if not isinstance(raw, dict):
        yield Mistake(("words",), "must be a mapping of languages to texts", _EXAMPLE)
        return
    from publisher.rendering.source_texts import source_texts

    known = source_texts(templates)
    for language, texts in raw.items():
        path = ("words", language)
        if not is_language(language):
            yield Mistake(path, "must be a language tag such as en or pt-BR")
        elif not isinstance(texts, dict):
            yield Mistake(path, "must be a mapping of English texts to yours", _EXAMPLE)
        else:
            for text, said in texts.items():
                yield from _of_text((*path, text), said, known)


_EXAMPLE = "write {de: {Unsubscribe: Abbestellen}}"


def _of_text(
    path: tuple[str, str, str], said: Any, known: Mapping[str, tuple[str, ...]]
) -> Iterator[Mistake]:
    source = known.get(path[2])
    if source is None:
        meant = closest(path[2], known)
        hint = f"did you mean {meant}?" if meant else "locales/publisher.pot has all of them"
        yield Mistake(path, "Publisher says nothing of these words", hint)
    elif len(source) == 1 and not isinstance(said, str):
        yield Mistake(path, "must be text")
    elif isinstance(said, dict):
        yield from _of_forms(path, said, source)
    else:
        yield from _of_places(path, said, source)


def _of_forms(path: Path, said: dict[str, Any], source: tuple[str, ...]) -> Iterator[Mistake]:
    for category, form in said.items():
        if category not in CATEGORIES:
            hint = near(category, CATEGORIES)
            yield Mistake((*path, category), "unknown kind of number", hint)
        else:
            yield from _of_places((*path, category), form, source)


def _of_places(path: Path, said: Any, source: tuple[str, ...]) -> Iterator[Mistake]:
    from publisher.rendering.source_texts import places

    if not isinstance(said, str) or not said.strip():
        yield Mistake(path, "must be text")
        return
    allowed = set().union(*map(places, source))
    for strange in sorted(places(said) - allowed):
        if strange.startswith("%()"):
            yield Mistake(path, "has a % that stands for nothing", "write %% for a percent sign")
            continue
        written = strange if strange.startswith("%") else f"%({strange})s"
        hint = near(written, [f"%({name})s" for name in sorted(allowed)])
        yield Mistake(path, f"{written} stands for nothing here", hint)
