import re
from pathlib import Path

import pytest
from babel.messages import Catalog

from publisher.rendering.source_texts import forms, places
from tools.catalogues import (
    LOCALES,
    TEMPLATE,
    catalogues,
    collected,
    problems,
    read,
    updated,
    written,
)

LANGUAGES = {"ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt"}
BROKEN = """\
msgid ""
msgstr "Language: de\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"
msgid "Hello %(name)s"
msgstr "Hallo %(nmae)s"
#, fuzzy
msgid "Yes"
msgstr "Ja"
msgid "No"
msgstr ""
msgid "Old"
msgstr "Alt"
msgid "%(num)s post"
msgid_plural "%(num)s posts"
msgstr[0] "ein Beitrag"
msgstr[1] "%(num)s Beiträge"
"""
LISTED = """\
msgid "Hello %(name)s"
msgstr ""
msgid "Yes"
msgstr ""
msgid "No"
msgstr ""
msgid "New"
msgstr ""
msgid "%(num)s post"
msgid_plural "%(num)s posts"
msgstr[0] ""
msgstr[1] ""
"""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "de" / "LC_MESSAGES" / "publisher.po"
    file.parent.mkdir(parents=True)
    file.write_text(BROKEN, encoding="utf-8")
    return file


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "publisher.pot"
    file.write_text(LISTED, encoding="utf-8")
    return file


def test_what_is_left_to_do_is_named(broken: Path, template: Path) -> None:
    assert list(problems(broken, read(template))) == [
        "de: 'Hello %(name)s': 'Hallo %(nmae)s' has other places than ['name']",
        "de: 'Yes': is marked as fuzzy",
        "de: 'No': is not translated",
        "de: 'Old': nothing says this any more",
        "de: 'New': is missing",
    ]


def test_a_catalogue_is_updated_without_guesses(broken: Path, template: Path) -> None:
    broken.write_bytes(written(updated(broken, read(template))))
    text = broken.read_text(encoding="utf-8")
    assert 'msgid "New"\nmsgstr ""' in text
    assert "Old" not in text
    assert "%(num)s Beiträge" in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100 %% of %(a)s %(b)s", {"a", "b"}),
        ("100 % sure", {"%() "}),
        ("%(a)d", {"%(a)d"}),
        ("%s", {"%()s"}),
    ],
)
def test_places_of_a_text(text: str, found: set[str]) -> None:
    assert places(text) == found


def test_every_language_has_a_catalogue() -> None:
    assert {path.parts[-3] for path in catalogues()} >= LANGUAGES


@pytest.fixture(scope="module")
def sources() -> Catalog:
    return collected()


def test_the_list_of_texts_is_up_to_date(sources: Catalog) -> None:
    assert written(sources) == TEMPLATE.read_bytes(), "run: make words"


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])
def test_every_text_is_translated(path: Path, sources: Catalog) -> None:
    assert list(problems(path, sources)) == [], "run make words, then translate"
    assert written(updated(path, sources)) == path.read_bytes(), "run: make words"


def test_texts_are_whole_and_plain(sources: Catalog) -> None:
    """No markup, no blanks at the ends, and every percent sign is doubled."""
    texts = [text for message in sources if message.id for text in forms(message.id)]
    assert [text for text in texts if re.search(r"[<>&]|^\s|\s$|\s\s", text)] == []
    assert [text for text in texts if any("%" in place for place in places(text))] == []


def test_french_signs_stay_with_their_words() -> None:
    texts = [
        text
        for each in read(LOCALES / "fr/LC_MESSAGES/publisher.po")
        for text in forms(each.string)
    ]
    assert [text for text in texts[1:] if re.search(r" [:;?!»]|« ", text)] == []
