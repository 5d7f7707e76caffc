"""What readers see, collected for translators: locales/publisher.pot and a catalogue per language.

`python -m tools.catalogues` collects the texts of templates and code and updates every catalogue:
what is new stands there empty, what nothing says any more is gone. `problems` says what is left
to do. docs/how-to/translating.md is the guide.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from publisher.rendering.source_texts import JINJA, forms, places
from publisher.rendering.words import DOMAIN

TOP = Path(__file__).parents[1]
LOCALES = TOP / "locales"
TEMPLATE = LOCALES / f"{DOMAIN}.pot"
_SOME_DAY = datetime(2026, 11, 27, tzinfo=UTC)


def collected(top: Path = TOP) -> Catalog:
    """Every text of the templates and the code below `top`, with the files that say it."""
    catalogue = Catalog(
        project="Publisher",
        version="1",
        copyright_holder="the authors of Publisher",
        msgid_bugs_address="docs/how-to/translating.md",
        creation_date=_SOME_DAY,
        charset="utf-8",
    )
    catalogue.header_comment = "# What readers see. `make words` writes this file."
    for path in sorted((top / "templates").rglob("*.j2")):
        _collect(catalogue, path, top, "jinja2", {**JINJA, "silent": "false"})
    for path in sorted((top / "publisher").rglob("*.py")):
        _collect(catalogue, path, top, "python", {})
    return catalogue


def _collect(
    catalogue: Catalog, path: Path, top: Path, method: str, options: dict[str, Any]
) -> None:
    function: Any = babel_extract if method == "jinja2" else method
    keywords: Any = DEFAULT_KEYWORDS
    found = extract_from_file(function, path, keywords, ("Translators:",), options)
    for _, text, comments, context in found:
        place = (path.relative_to(top).as_posix(), 0)
        catalogue.add(text, None, [place], auto_comments=comments, context=context)


def written(catalogue: Catalog) -> bytes:
    """A catalogue as its file: by place, without line numbers, which change for nothing."""
    buffer = BytesIO()
    write_po(
        buffer, catalogue, width=96, sort_by_file=True, include_lineno=False, ignore_obsolete=True
    )
    return buffer.getvalue()


def read(path: Path) -> Catalog:
    """A catalogue's file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3] if path.suffix == ".po" else None)


def catalogues(folder: Path = LOCALES) -> list[Path]:
    """The files of all languages."""
    return sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def updated(path: Path, template: Catalog) -> Catalog:
    """The catalogue at `path` with the texts of `template`; a changed text is new, not guessed."""
    catalogue = read(path)
    catalogue.update(template, no_fuzzy_matching=True)
    return catalogue


def problems(path: Path, template: Catalog) -> Iterator[str]:
    """What is left to do in the catalogue at `path`, a line each."""
    catalogue = read(path)
    language = path.parts[-3]
    known = {_key(each) for each in template if each.id}
    for each in catalogue:
        if each.id and _key(each) in known:
            yield from (f"{language}: {_shown(each)}: {what}" for what in _wrong(each, catalogue))
        elif each.id:
            yield f"{language}: {_shown(each)}: nothing says this any more"
    for missing in known - {_key(each) for each in catalogue}:
        yield f"{language}: {missing[0]!r}: is missing"


def _wrong(message: Message, catalogue: Catalog) -> Iterator[str]:
    ids, texts = forms(message.id), forms(message.string)
    if message.fuzzy:
        yield "is marked as fuzzy"
    if not all(texts) or len(texts) != (catalogue.num_plurals if message.pluralizable else 1):
        yield "is not translated"
        return
    wanted = set().union(*map(places, ids))
    for text in texts:
        if places(text) - wanted or (wanted - places(text)) - {"num"}:
            yield f"{text!r} has other places than {sorted(wanted)}"


def _key(message: Message) -> tuple[Any, Any]:
    return forms(message.id)[0], message.context


def _shown(message: Message) -> str:
    return repr(forms(message.id)[0])


def main() -> None:
    """Write the template and every catalogue, and say what is left to do."""
    template = collected()
    TEMPLATE.write_bytes(written(template))
    for path in catalogues():
        path.write_bytes(written(updated(path, template)))
        for line in problems(path, template):
            print(line)  # noqa: T201 - for whoever runs it


if __name__ == "__main__":
    main()
