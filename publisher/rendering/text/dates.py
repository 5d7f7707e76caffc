"""Dates as a language writes them."""

from datetime import datetime
from typing import Final, Literal

_ENGLISH: Final = {"full": "EEEE d MMMM y", "long": "d MMMM y"}


def full_date(moment: datetime, language: str) -> str:
    """The day with its weekday: `Thursday 24 September 2020`, `Donnerstag, 24. September 2020`.

    `language` is a BCP 47 tag; one that is not known is taken for English.
    """
    return _date(moment, language, "full")


def long_date(moment: datetime, language: str) -> str:
    """The day without its weekday: `24 September 2020`, `24. September 2020`."""
    return _date(moment, language, "long")


def _date(moment: datetime, language: str, style: Literal["full", "long"]) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    form = _ENGLISH[style] if str(locale) in ("en", "en_GB") else style
    return format_date(moment.date(), form, locale=locale)
