import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.rendering.templates import Templates
from publisher.rendering.words import OwnTexts, direction_of, languages, speaks, words_of
from tests.rendering.samples import gazette

OWN: dict[str, OwnTexts] = {
    "de": {"Unsubscribe": "Abbestellen", "%(num)s post": {"one": "ein Stück", "other": "%(num)s"}},
    "pl": {"%(num)s post": {"one": "post", "few": "%(num)s posty", "many": "%(num)s postów"}},
    "de-AT": {"Latest": "Neues"},
}
EVENING = datetime(2026, 11, 27, 18, 5, tzinfo=ZoneInfo("Pacific/Auckland"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Abmelden"),
        ("de-AT", "Abmelden"),
        ("DE_ch", "Abmelden"),
        ("ar-EG", "إلغاء الاشتراك"),
        ("en-GB", "Unsubscribe"),
        ("fi", "Unsubscribe"),
        ("", "Unsubscribe"),
        ("../de", "Unsubscribe"),
        ("x-" * 100_000, "Unsubscribe"),
    ],
)
def test_a_region_takes_the_words_of_its_language(language: str, text: str) -> None:
    assert words_of(language).gettext("Unsubscribe") == text


def test_ten_languages_are_spoken() -> None:
    assert {"ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"} <= set(languages())
    assert speaks("pt-BR")
    assert not speaks("fi")
    assert speaks("fi", {"fi": {"Unsubscribe": "Peruuta"}})


def test_an_owners_words_win() -> None:
    assert words_of("de", OWN).gettext("Unsubscribe") == "Abbestellen"
    assert words_of("de-AT", OWN).gettext("Unsubscribe") == "Abbestellen"
    assert words_of("de-AT", OWN).gettext("Latest") == "Neues"
    assert words_of("de", OWN).gettext("Latest") == "Neueste Beiträge"
    assert words_of("fr", OWN).gettext("Unsubscribe") == "Se désabonner"


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [
        ("de", 1, "ein Stück"),
        ("de", 1000, "1.000"),
        ("pl", 1, "post"),
        ("pl", 3, "3 posty"),
        ("pl", 5, "5 postów"),
        ("en", 1, "1 post"),
        ("en", 1000, "1,000 posts"),
    ],
)
def test_an_owners_plurals_go_by_category(language: str, number: int, text: str) -> None:
    assert words_of(language, OWN).ngettext("%(num)s post", "%(num)s posts", number) == text


def test_a_region_in_a_site_without_words_for_it_speaks_as_the_site() -> None:
    german = gazette().in_language("de")
    assert german.in_language("de-AT").language == "de-AT"
    assert german.in_language("fi").language == "de"
    assert german.in_language("").words.gettext("Unsubscribe") == "Abmelden"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "27 November 2026, 18:05"),
        ("en-US", "November 27, 2026, 6:05\u202fPM"),
        ("de-AT", "27. November 2026, 18:05"),
        ("ja", "2026年11月27日 18:05"),
        ("ar", "27 نوفمبر 2026، 6:05 م"),
        ("xx-nonsense", "27 November 2026, 18:05"),
    ],
)
def test_moments_are_written_as_the_language_does(language: str, written: str) -> None:
    assert words_of(language).moment(EVENING) == written


def test_days_zones_and_languages_have_names() -> None:
    german = words_of("de")
    assert german.weekday(4) == "Freitag"
    assert german.clock(EVENING) == "18:05"
    assert german.zone("Pacific/Auckland") == "Neuseeland-Zeit"
    names = [german.name_of(each) for each in ("de", "en", "ar", "pt-BR", "xx")]
    assert names == ["Deutsch", "English", "العربية", "Português (Brasil)", "xx"]


def test_direction() -> None:
    assert [direction_of(each) for each in ("ar", "he-IL", "de", "fa_IR", "art")] == [
        "rtl", "rtl", "ltr", "rtl", "ltr"
    ]  # fmt: skip


def line(source: str, **context: object) -> str:
    return Templates(None).render_line("subject", source, context)


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; from publisher.cli.entry import run; run(['--help']); "
        "import publisher.rendering.words; print('babel' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False\n"


def test_a_catalogue_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    words_of("nl")
    monkeypatch.setattr("publisher.rendering.words.read_catalogue", None)
    assert words_of("nl-BE").gettext("Unsubscribe") == "Afmelden"


def test_translations_are_no_markup(tmp_path: Path) -> None:
    (tmp_path / "x.html.j2").write_text(
        "{{ _('Latest') }} {{ pgettext('a', '<b>') }} {{ npgettext('a', '<i>', '%(num)s', 1) }}"
        "{% trans name='<u>' %}<s>{{ name }}{% endtrans %} {{ '<q>'|bdi }}",
        encoding="utf-8",
    )
    site = replace(gazette(), own_words={"en-GB": {"Latest": "<script>&"}})
    assert Templates(tmp_path).render("x.html.j2", {"site": site}) == (
        "&lt;script&gt;&amp; &lt;b&gt; &lt;i&gt;&lt;s&gt;&lt;u&gt; &lt;q&gt;"
    )


def test_an_imported_macro_speaks_the_same_language(tmp_path: Path) -> None:
    (tmp_path / "m.html.j2").write_text("{% macro a() %}{{ _('Latest') }}{% endmacro %}")
    (tmp_path / "x.html.j2").write_text("{% import 'm.html.j2' as m %}{{ m.a() }}")
    templates = Templates(tmp_path)
    for language, text in (("de", "Neueste Beiträge"), ("fr", "Dernières publications")):
        site = gazette().in_language(language)
        assert templates.render("x.html.j2", {"site": site}) == text


def test_templates_speak_the_language_of_their_site() -> None:
    site = gazette().in_language("de")
    assert line("{{ _('Unsubscribe') }}", site=site) == "Abmelden"
    assert line("{{ _('Unsubscribe') }}") == "Unsubscribe"
    assert line("{{ _('Unsubscribe') }}", site=site, words=words_of("fr")) == "Se désabonner"
    assert line("{% trans name='Ada' %}Hello {{ name }},{% endtrans %}", site=site) == (
        "Guten Tag Ada,"
    )
    moment = datetime(2026, 11, 27, tzinfo=UTC)
    shown = "{{ at|day }}; {{ at|date }}; {{ at|moment }}; {{ at|clock }}; {{ 1000|number }}"
    assert line(shown, site=site, at=moment) == (
        "Freitag, 27. November 2026; 27. November 2026; 27. November 2026, 00:00; 00:00; 1.000"
    )


def test_a_title_from_the_right_may_begin_with_a_latin_word() -> None:
    words = ("iPhone \u0623\u062f", "iPhone", "\u0623\u062f")
    for language, told in (("ar", ["rtl", "auto", "rtl"]), ("en", ["auto"] * 3)):
        site = gazette().in_language(language)
        assert [line("{{ x|direction }}", x=each, site=site) for each in words] == told


def test_a_name_from_the_right_turns_nothing_in_a_text() -> None:
    source = "{{ _('Hello %(name)s,', name=name|bdi) }}"
    assert line(source, name="Ada") == "Hello Ada,"
    assert line(source, name="\u0623\u062f") == "Hello \u2068\u0623\u062f\u2069,"
    arabic = gazette().in_language("ar")
    assert line(source, name="Ada", site=arabic) == "مرحبًا \u2068Ada\u2069،"


def test_no_line_of_german_ends_within_email() -> None:
    catalogue = Path("locales/de/LC_MESSAGES/publisher.po").read_text(encoding="utf-8")
    assert "E\N{NON-BREAKING HYPHEN}Mail" in catalogue
    assert "E-Mail" not in catalogue
