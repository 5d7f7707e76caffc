# ruff: noqa: E501 - a mistake and what is told of it stand on one line each
import pytest

from tests.config.conftest import GOOD, Place


def with_words(words: str) -> str:
    return f"{GOOD}words: {words}\n"


def test_words_are_read(place: Place) -> None:
    config = place.load(with_words("{de: {Unsubscribe: Abbestellen}, en: {Latest: New}}"))
    assert config.words == {"de": {"Unsubscribe": "Abbestellen"}, "en": {"Latest": "New"}}
    assert place.load().words == {}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("[x]", "11: words: must be a mapping of languages to texts; write {de: {Unsubscribe: Abbestellen}}"),
        ("{german: {}}", "11: words.german: must be a language tag such as en or pt-BR"),
        ("{de: x}", "11: words.de: must be a mapping of English texts to yours; write {de: {Unsubscribe: Abbestellen}}"),
        ("{de: {Unsubscrib: x}}", "11: words.de.Unsubscrib: Publisher says nothing of these words; did you mean Unsubscribe?"),
        ("{de: {Zebra crossing ahead: x}}", "11: words.de.Zebra crossing ahead: Publisher says nothing of these words; locales/publisher.pot has all of them"),
        ("{de: {Unsubscribe: ''}}", "11: words.de.Unsubscribe: must be text"),
        ("{de: {Unsubscribe: {one: x}}}", "11: words.de.Unsubscribe: must be text"),
        ("{de: {Unsubscribe: 100 % weg}}", "11: words.de.Unsubscribe: has a % that stands for nothing; write %% for a percent sign"),
        ('{de: {"Hello %(name)s,": "Moin %(nmae)s"}}', "11: words.de.Hello %(name)s,: %(nmae)s stands for nothing here; did you mean %(name)s?"),
        ('{de: {"Hello %(name)s,": "Moin %(name)d"}}', "11: words.de.Hello %(name)s,: %(name)d stands for nothing here; did you mean %(name)s?"),
    ],
)  # fmt: skip
def test_each_mistake_is_told(place: Place, words: str, problem: str) -> None:
    assert place.mistake(with_words(words)) == problem


def test_texts_of_own_templates_count(place: Place) -> None:
    folder = place.folder / "templates" / "parts"
    folder.mkdir(parents=True)
    (folder / "a.mjml.j2").write_text('{{ ngettext("%(num)s cat", "%(num)s cats", 2) }}')
    (folder / "broken.mjml.j2").write_text("{% if %}")
    (folder / "latin.mjml.j2").write_bytes(b"\xe9")
    own = '{pl: {"%(num)s cat": {one: kot, few: "%(num)s koty", many: "%(num)s kotów"}}}'
    assert place.load(with_words(own)).words["pl"]
    wrong = '{pl: {"%(num)s cat": {fw: koty}}}'
    assert "unknown kind of number; did you mean few?" in place.mistake(with_words(wrong))
