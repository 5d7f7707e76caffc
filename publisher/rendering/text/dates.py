"""Dates as a language writes them."""

from datetime import datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BUILT_IN = frozenset({"", "en", "en-gb"})


def full_date(moment: datetime, language: str) -> str:
    """The day with its weekday: `Thursday 24 September 2020`, `Donnerstag, 24. September 2020`.

    `language` is a BCP 47 tag; one that is not known is taken for English.
    """
    return _in(moment, language, "full") or f"{_DAYS[moment.weekday()]} {_english(moment)}"


def long_date(moment: datetime, language: str) -> str:
    """The day without its weekday: `24 September 2020`, `24. September 2020`."""
    return _in(moment, language, "long") or _english(moment)


def _english(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _in(moment: datetime, language: str, style: str) -> str:
    if language.lower() in _BUILT_IN:
        return ""
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return ""
    return format_date(moment.date(), style, locale=locale)
