"""Dates as Python's dateutil reads them: where day and month may be either, the month is first."""

import re
from datetime import tzinfo

from publisher.content.frontmatter.dates import PostDate, read_date

_NUMBERS = re.compile(r"(\d\d?)([-/.])(\d\d?)\2(\d{4}|\d\d)(?!\d)(.*)", re.ASCII | re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?)?(.*)", re.ASCII)
_OF_THE_SHELL = re.compile(
    r"[A-Z][a-z]{2},? ([A-Z][a-z]{2,8} \d\d?) (\d\d?:\d\d(?::\d\d)?)(?: ([A-Z]{2,5}))? (\d{4})",
    re.ASCII,
)
_BARE_CLOCK = re.compile(r"(\d{4}-\d\d?-\d\d?)[ T](\d\d)(\d\d)(\d\d)?", re.ASCII)
_ZONE_NAME = re.compile(r"(?<=[\dMm]) ?(?!(?:UTC|GMT|AM|PM)$)[A-Z]{3,5}$")
_USUAL = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?", re.ASCII)
_MOST_MONTHS = 12
_MOST_DAYS = 31
_LAST_OF_THIS_CENTURY = 75


def lenient_date(written: str, zone: tzinfo, date_format: str = "") -> PostDate:
    """The moment that an author wrote; names of zones other than UTC count for nothing.

    Raises:
        ValueError: it cannot be read, and why.
    """
    if written[4:5] == "-" and _USUAL.fullmatch(written):
        return read_date(written, zone, date_format)
    text = _ZONE_NAME.sub("", " ".join(written.replace("_", " ").split()))
    if match := _NUMBERS.fullmatch(text):
        first, _, second, year, rest = match.groups()
        month, day = (second, first) if int(first) > _MOST_MONTHS else (first, second)
        if int(first) > _MOST_DAYS:
            year, month, day = first, second, year
        text = f"{_century(year)}-{month}-{day}{rest}"
    elif match := _OF_THE_SHELL.fullmatch(text):
        day, clock, name, year = match.groups()
        text = f"{day} {year} {clock}{' UTC' if name in {'UTC', 'GMT'} else ''}"
    elif match := _BARE_CLOCK.fullmatch(text):
        text = f"{match[1]} {match[2]}:{match[3]}:{match[4] or '00'}"
    elif match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, rest = match.groups()
        clock = f" {hour}:{minute}:{second or '00'}" if hour else ""
        text = f"{year}-{month}-{day}{clock}{rest}"
    return read_date(text, zone, date_format)


def _century(year: str) -> str:
    """A year of two digits with its century."""
    if len(year) > len("20"):
        return year
    return f"20{year}" if int(year) <= _LAST_OF_THIS_CENTURY else f"19{year}"
