"""Every word that readers see, in their language: gettext catalogues, read with Babel once each.

English is the source text: what no catalogue and no `words:` of config.yaml translates stands as
it is written in the template. `locales/LANGUAGE/LC_MESSAGES/publisher.po` holds a language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, TypeAlias

import publisher
from publisher.rendering.text import dates

DOMAIN = "publisher"
SOURCE = "en"
"""The language in which templates and code are written."""

OwnTexts: TypeAlias = Mapping[str, str | Mapping[str, str]]
"""An owner's own words by source text; for a plural, by CLDR category (`one`, `few`, …)."""

_LONGEST = 35  # RFC 5646 §4.4.1
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says things; `language` is a BCP 47 tag. `words_of` makes one.

    Texts may have named places (`%(site)s`), which keywords fill; a percent sign is `%%`.
    """

    language: str = SOURCE
    own: tuple[OwnTexts, ...] = ()
    catalogue: NullTranslations = field(default_factory=NullTranslations, repr=False)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """How the language is written."""
        return direction_of(self.language)

    def gettext(self, message: str, /, **values: Any) -> str:
        """`message` in this language."""
        return self.text(message) % values

    def ngettext(self, one: str, many: str, number: int, /, **values: Any) -> str:
        """The form of this language for `number`, which `%(num)s` stands for."""
        return self.plural(one, many, number) % {"num": self.number(number), **values}

    def pgettext(self, context: str, message: str, /, **values: Any) -> str:
        """`message` where `context` tells it from another of the same words."""
        return self.text(message, context) % values

    def text(self, message: str, context: str = "") -> str:
        """`message` in this language, its places not filled."""
        for own in self.own:
            if isinstance(found := own.get(message), str):
                return found
        if context:
            return self.catalogue.pgettext(context, message)
        return self.catalogue.gettext(message)

    def plural(self, one: str, many: str, number: int, context: str = "") -> str:
        """The form for `number`, its places not filled."""
        for own in self.own:
            if forms := own.get(one):
                return self._form(forms, number)
        if context:
            return self.catalogue.npgettext(context, one, many, number)
        return self.catalogue.ngettext(one, many, number)

    def _form(self, forms: str | Mapping[str, str], number: int) -> str:
        if isinstance(forms, str):
            return forms
        category = dates.locale(self.language).plural_form(number)
        return forms.get(category) or forms.get("other") or next(iter(forms.values()))

    def date(self, moment: datetime, style: dates.Style = "long") -> str:
        """The day of `moment`: `24 September 2020`; `full` has the weekday before it."""
        return dates.written_date(moment, self.language, style)

    def moment(self, moment: datetime) -> str:
        """The day and the time, in the zone that `moment` has."""
        return dates.written_moment(moment, self.language)

    def clock(self, moment: time | datetime) -> str:
        """A time of day: `18:00`, where people write it so `6:00 PM`."""
        return dates.written_time(moment, self.language)

    def weekday(self, number: int) -> str:
        """A day of the week, 0 for Monday."""
        return dates.weekday(number, self.language)

    def number(self, number: int) -> str:
        """A whole number with the separators of the language."""
        return dates.written_number(number, self.language)

    def zone(self, name: str) -> str:
        """A time zone such as `Pacific/Auckland` as people know it."""
        return dates.zone_name(name, self.language)

    def name_of(self, language: str) -> str:
        """A language's name, in that language itself: a reader finds the own one best."""
        return dates.language_name(language)


ENGLISH = Words()


def words_of(language: str, own: Mapping[str, OwnTexts] | None = None) -> Words:
    """The words of `language`: of its region first (`de-AT`), then of the language (`de`).

    `own` are the words of config.yaml by language; they win.
    """
    if not own:
        return _shipped(language)
    mine = {_key(tag): texts for tag, texts in own.items()}
    texts = tuple(mine[tag] for tag in _wider(language) if tag in mine)
    return replace(_shipped(language), own=texts)


@lru_cache(maxsize=256)
def _shipped(language: str) -> Words:
    found = next(filter(None, map(_catalogue, _wider(language))), None)
    return Words(language, (), found or ENGLISH.catalogue)


def own_texts(language: str, own: Mapping[str, OwnTexts]) -> set[str]:
    """The texts that `own` says in `language`, or in its region's language."""
    return {text for texts in words_of(language, own).own for text in texts}


def speaks(language: str, own: Mapping[str, OwnTexts] | None = None) -> bool:
    """Whether there are words of `language`, or of its region's language."""
    known = {_key(tag) for tag in (*languages(), *(own or ()))}
    return any(tag in known for tag in _wider(language))


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """How `language`, a BCP 47 tag, is written."""
    return "rtl" if _key(language).partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def languages() -> tuple[str, ...]:
    """The tags of all languages that have a catalogue, and of English, which needs none."""
    return tuple(
        sorted({SOURCE, *(path.parts[-3].replace("_", "-") for path in _files().values())})
    )


def locales_folder() -> Path:
    """Where the catalogues are: inside the wheel, or beside the package in a checkout."""
    package = Path(publisher.__file__).parent
    inside = package / "locales"
    return inside if inside.is_dir() else package.parent / "locales"


@lru_cache(maxsize=1)
def _files() -> Mapping[str, Path]:
    found = locales_folder().glob(f"*/LC_MESSAGES/{DOMAIN}.po")
    return {_key(path.parts[-3]): path for path in found}


@lru_cache(maxsize=64)
def _catalogue(tag: str) -> NullTranslations | None:
    path = _files().get(tag)
    if path is None:
        return ENGLISH.catalogue if tag == SOURCE else None
    return read_catalogue(path)


def read_catalogue(path: Path) -> NullTranslations:
    """The translations of a .po file; what is marked as fuzzy is none."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def _key(tag: str) -> str:
    return tag.replace("_", "-").casefold()


def _wider(language: str) -> Iterator[str]:
    """`de-AT`, then `de`."""
    tag = _key(language)[:_LONGEST]
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
