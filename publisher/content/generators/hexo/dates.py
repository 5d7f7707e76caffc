"""Dates as Hexo and JavaScript read them."""

import re
from datetime import date, timedelta, tzinfo

from publisher.content.frontmatter.dates import PostDate, read_date

_MONTH_FIRST = re.compile(r"(\d\d?)([-/.])(\d\d?)\2(\d{4})(.*)", re.ASCII | re.DOTALL)
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)(.*)", re.ASCII | re.DOTALL)
_ZONE_NAME = re.compile(r"\s*\([^)]*\)$|(?<=\d)\s*:\s*$")
_LONGEST_DAY = 31


def hexo_date(written: str, zone: tzinfo, date_format: str = "") -> PostDate:
    """The moment that an author wrote: in the site's zone, where it names none.

    As in JavaScript, 31 April is 1 May, and of two numbers before the year the first is the month.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        return read_date(written, zone, date_format)
    except ValueError:
        if (plain := _plain(written)) == written:
            raise
        return read_date(plain, zone)


def _plain(written: str) -> str:
    text = _ZONE_NAME.sub("", written)
    if match := _MONTH_FIRST.fullmatch(text):
        text = f"{match[4]}-{match[1]}-{match[3]}{match[5]}"
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups()[:3])
        try:
            real = date(year, month, 1) + timedelta(days=day - 1)
        except ValueError:
            return text
        if 1 <= day <= _LONGEST_DAY:
            return f"{real.isoformat()}{match[4]}"
    return text
