"""Dates as a language writes them."""

from datetime import datetime
from typing import Final, Literal

_ENGLISH: Final = {"full": "EEEE d MMMM y", "long": "d MMMM y"}


def written_date(moment: datetime, language: str, style: Literal["full", "long"] = "long") -> str:
    """A day: `24 September 2020`, `24. September 2020`; `full` has the weekday before it.

    `language` is a BCP 47 tag; one that is not known is taken for English.
    """
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    form = _ENGLISH[style] if str(locale) in ("en", "en_GB") else style
    return format_date(moment.date(), form, locale=locale)
