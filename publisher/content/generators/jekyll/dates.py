"""Dates as Ruby reads them: YAML timestamps are UTC, all else is text that `Time.parse` takes.

https://yaml.org/type/timestamp.html, https://docs.ruby-lang.org/en/3.1/Time.html#method-c-parse
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from publisher.content.frontmatter.dates import PostDate, read_date
from publisher.content.frontmatter.yaml import Quoted

_TIMESTAMP = re.compile(
    r"""(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)
        (?:[Tt]|[ \t]+) (\d\d?):(\d\d):(\d\d)(?:\.\d*)?
        (?:[ \t]*(?P<zone>Z|[-+]\d{1,2}:?(?:\d\d)?))?""",
    re.ASCII | re.VERBOSE,
)
_TIME = re.compile(
    r"""(?<!\d) (?P<hour>\d\d?) \s*:\s* (?P<minute>\d\d?)
        (?: \s*:\s* (?P<second>\d\d?) (?:[.,]\d*)? )?
        (?: \s* (?P<half>[ap])(?:m\b|\.m\.) )?
        (?: \s* (?P<zone>(?:gmt|utc?)?[-+]\d+(?:[,.:]\d+)*|[a-z]+\b) )?""",
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[^-\d\s']*"
_DAY = r"(?<!\d)(?P<day>\d\d?)(?!\d)[^-\d\s']*"
_DAYS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_DAY}[\s-]*\b{_MONTH}[\s-]*(?P<year>\d{{4}}|\d\d)(?!\d)",
        rf"\b{_MONTH}\s*{_DAY}\s*,?\s*(?P<year>\d{{4}}|\d\d)(?!\d)",
        rf"\b{_MONTH}\s*(?P<year>\d{{4}})(?!\d)(?P<day>)",
        r"(?<!\d)(?P<year>\d{4})([-/.])-?(?P<month>\d\d?)\2-?(?P<day>\d\d?)(?!\d)",
        r"(?<!\d)(?P<day>\d\d?)([-/.])(?P<month>\d\d?)\2(?P<year>\d{4})(?!\d)",
        r"(?<!\d)(?P<year>\d\d)([-/.])(?P<month>\d\d?)\2(?P<day>\d\d?)(?!\d)",
        r"\b(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
    )
)
_OFFSET = re.compile(r"([+-])(\d\d)(?::?(\d\d))?", re.ASCII)
_HOURS = {
    "Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_FIRST_OF_1900S = 69
_LONGEST_DAY = 31
_FILE = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-(.*)\.[^.]+", re.ASCII | re.DOTALL)


class _Day(NamedTuple):
    year: int
    month: int
    day: int


def ruby_date(written: str, zone: tzinfo, date_format: str = "") -> PostDate:
    """The moment that an author wrote, in the site's zone.

    Unquoted `2020-09-07 20:19:33` is a YAML timestamp, and so UTC; a day alone, and what YAML takes
    for text, is in the site's zone. As in Ruby, 31 April is 1 May, and an abbreviation of a zone
    that is not American is passed over.

    Raises:
        ValueError: it cannot be read.
    """
    if date_format:
        return _local(read_date(written, zone, date_format), zone)
    if not isinstance(written, Quoted) and (match := _TIMESTAMP.fullmatch(written)):
        return _local(_timestamp(match), zone)
    time = _TIME.search(written)
    dated = written[: time.start()] + " " + written[time.end() :] if time else written
    day = _found_day(dated)
    if day is None:
        return _local(read_date(written, zone), zone)
    if time is None:
        return _moment(day, "", zone)
    place = _offset(time["zone"] or "", zone)
    return _local(_moment(day, _clock(time), place), zone)


def _timestamp(match: re.Match[str]) -> PostDate:
    """What YAML makes of a timestamp; its fraction of a second goes, as Jekyll drops it."""
    year, month, day, hour, minute, second, written = match.groups()
    place = _yaml_zone(written) if written else UTC
    try:
        clock = (int(hour), int(minute), int(second))
        value = datetime(int(year), int(month), int(day), *clock, tzinfo=place)
    except ValueError:
        return _moment(_day(match), f"{hour}:{minute}:{second}", place)
    return PostDate(value, date_only=False)


def _local(moment: PostDate, zone: tzinfo) -> PostDate:
    return moment._replace(value=moment.value.astimezone(zone))


def _moment(day: _Day, time: str, zone: tzinfo) -> PostDate:
    """The moment by way of the known formats, whose checks hold here, too."""
    written = f"{day.year:04}-{day.month}-{day.day} {time}".rstrip()
    try:
        return read_date(written, zone)
    except ValueError:
        if (shifted := _shifted(day)) == day:
            raise
    return _moment(shifted, time, zone)


def _shifted(day: _Day) -> _Day:
    """A day beyond the end of its month, counted on into the next."""
    try:
        first = date(day.year, day.month, 1)
    except ValueError:
        return day
    if not 1 <= day.day <= _LONGEST_DAY:
        return day
    real = first + timedelta(days=day.day - 1)
    return _Day(real.year, real.month, real.day)


def _found_day(text: str) -> _Day | None:
    for pattern in _DAYS:
        match = pattern.search(text)
        if match and match["year"]:
            return _day(match)
    return None


def _day(match: re.Match[str]) -> _Day:
    year, month = match["year"], match["month"]
    if len(year) <= 2:  # noqa: PLR2004 - two digits
        year = ("19" if int(year) >= _FIRST_OF_1900S else "20") + year.zfill(2)
    named = not month.isdecimal()
    number = _MONTHS.index(month[:3].lower()) + 1 if named else int(month)
    return _Day(int(year), number, int(match["day"] or 1))


def _clock(time: re.Match[str]) -> str:
    half = f" {time['half']}m" if time["half"] else ""
    return f"{time['hour']}:{time['minute']}:{time['second'] or 0}{half}"


@lru_cache(maxsize=256)
def _yaml_zone(written: str) -> tzinfo:
    sign, digits = written[0], written[1:].replace(":", "")
    if sign == "Z":
        return UTC
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")  # noqa: PLR2004 - with minutes
    return _fixed(sign, int(hours), int(minutes))


@lru_cache(maxsize=256)
def _offset(written: str, zone: tzinfo) -> tzinfo:
    """The zone that `Time.parse` sees; `zone` where it sees none."""
    if match := _OFFSET.fullmatch(written):
        return _fixed(match[1], int(match[2]), int(match[3] or 0))
    hours = _HOURS.get(written.upper())
    return zone if hours is None else timezone(timedelta(hours=hours))


def _fixed(sign: str, hours: int, minutes: int) -> tzinfo:
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if sign == "-" else distance)


def file_date(name: str, zone: tzinfo) -> PostDate | None:
    """The day that a file's name begins with, at midnight in the site's zone."""
    match = _FILE.fullmatch(name)
    try:
        return ruby_date(match[1], zone) if match else None
    except ValueError:
        return None


def is_dated(name: str) -> bool:
    """Whether Jekyll takes a file of this name for a post."""
    return _FILE.fullmatch(name) is not None


def slug_of(name: str) -> str:
    """A file's name without its date, ending and dots at the end."""
    match = _FILE.fullmatch(name)
    return (match[2] if match else name.rpartition(".")[0]).rstrip(".")
