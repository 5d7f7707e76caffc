from pathlib import Path

import pytest

from publisher.rendering.source_texts import places
from tools.catalogues import catalogues, problems, read, updated, written

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
TEMPLATE = """\
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
    file.write_text(TEMPLATE, encoding="utf-8")
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


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])
def test_what_is_translated_is_translated_soundly(path: Path) -> None:
    known = read(path)
    assert [line for line in problems(path, known) if "is not translated" not in line] == []
