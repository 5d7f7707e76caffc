"""Dates, times and numbers as a language writes them."""

from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from babel import Locale

Style: TypeAlias = Literal["full", "long"]
_ENGLISH: Final = {"full": "EEEE d MMMM y", "long": "d MMMM y"}


@lru_cache(maxsize=256)
def locale(language: str) -> "Locale":
    """What is known of a BCP 47 tag; one that is not known is taken for English, of Britain."""
    from babel import Locale, UnknownLocaleError

    parts = language.replace("_", "-").split("-")
    for end in range(len(parts), 0, -1):
        try:
            found = Locale.parse("-".join(parts[:end]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        return Locale("en", "GB") if str(found) == "en" else found
    return Locale("en", "GB")


def written_date(moment: datetime, language: str, style: Style = "long") -> str:
    """A day: `24 September 2020`, `24. September 2020`; `full` has the weekday before it."""
    from babel.dates import format_date

    known = locale(language)
    form = _ENGLISH[style] if str(known) == "en_GB" else style
    return format_date(moment.date(), form, locale=known)


def written_moment(moment: datetime, language: str) -> str:
    """A day and a time, in the zone that `moment` has: `24 September 2020 at 18:00`."""
    from babel.dates import get_datetime_format

    known = locale(language)
    both = str(get_datetime_format("long", locale=known)).replace("'", "")
    return both.format(written_time(moment, language), written_date(moment, language))


def written_time(moment: time | datetime, language: str) -> str:
    """A time of day in hours and minutes: `18:00`, `6:00 PM`."""
    from babel.dates import format_time

    clock = moment.time() if isinstance(moment, datetime) else moment
    return format_time(clock, "short", locale=locale(language))


def weekday(number: int, language: str) -> str:
    """The name of a day of the week as it stands alone; 0 is Monday."""
    from babel.dates import get_day_names

    return str(get_day_names("wide", "stand-alone", locale(language))[number])


def written_number(number: int, language: str) -> str:
    """A whole number: `1,000`, `1.000`."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=locale(language))


def zone_name(name: str, language: str) -> str:
    """A zone as people know it: `New Zealand Time`, or the city where there is no such name."""
    from babel.dates import get_timezone_name

    return get_timezone_name(name, width="long", locale=locale(language), zone_variant="generic")


def language_name(language: str) -> str:
    """A language in its own words, with a capital where sentences have them: `Deutsch`."""
    known, tag = locale(language), language.replace("_", "-").casefold()
    if tag.partition("-")[0] != known.language:
        return language
    bare = tag == known.language
    name = known.get_language_name() if bare else known.get_display_name()
    return f"{name[:1].upper()}{name[1:]}" if name else language
