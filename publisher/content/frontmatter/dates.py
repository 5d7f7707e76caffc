"""Dates as authors write them, read exactly: a shape is known or it is refused, never guessed."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

UNIX_FORMAT = "%s"
"""The format of Unix seconds, of whatever length."""

_YEARS = range(1000, 9999)
_DASHED = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)-(\d\d?)-(\d\d?)-(\d\d?)", re.ASCII)
_TIME = r"""
    (?:
        (?:[ ]*[Tt]|[ ]+)
        (?P<hour>\d\d?) : (?P<minute>\d\d?)
        (?: : (?P<second>\d\d?) (?:[.,](?P<fraction>\d{1,9}))? )?
        (?: [ ]* (?P<half>[AaPp])[Mm] )?
        (?: [ ]* (?P<zone>[Zz]|(?:UTC|GMT)?[+-]\d\d?(?::?[0-5]\d)?|UTC|GMT) [.]? )?
    )?
"""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[.]?"
)
_DAY = "\\d\\d?(?:st|nd|rd|th)?"
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4}) (?P<by>[-/.]) -? (?P<month>\d\d?) (?P=by) -? (?P<day>\d\d?)" + _TIME,
    re.ASCII | re.VERBOSE,
)
_YEAR_LAST = re.compile(
    r"(?P<first>\d\d?) (?P<by>[-/.]) (?P<second_part>\d\d?) (?P=by) (?P<year>\d{4})" + _TIME,
    re.ASCII | re.VERBOSE,
)
_NAMED = re.compile(
    rf"""(?: (?:mon|tue|wed|thu|fri|sat|sun)[a-z]* [.]? ,? [ ]+ )?
    (?: (?P<day>{_DAY}) [ -]+ (?:of[ ]+)? (?P<month>{_MONTH})
      | (?P<us_month>{_MONTH}) [ -]* (?P<us_day>{_DAY}) )
    [ ,-]+ (?P<year>\d{{4}}) ,? {_TIME} (?: [ ]* \([^()]*\) )?""",
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)
_UNIX = re.compile(r"@?(?:(?P<seconds>\d{9,10})(?:\.\d{1,9})?|(?P<milliseconds>\d{13}))", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d?)(?::?(\d\d))?")
_FILE_DATE = re.compile(r"^(\d{4}-\d\d?-\d\d?)-", re.ASCII)
_TIME_DIRECTIVES = re.compile(r"%-?[HIcXTRs]")
_HALF_DAY = 12
_Clock = tuple[int, int, int, int]
_MIDNIGHT: _Clock = (0, 0, 0, 0)


class PostDate(NamedTuple):
    """A date read: aware `value`, and whether the author wrote no time of day."""

    value: datetime
    date_only: bool


class FileTime(PostDate):
    """A date that is only the time of the file, which every fresh copy changes."""

    __slots__ = ()


def read_date(text: str, zone: tzinfo, date_format: str = "") -> PostDate:
    """The moment that `text` names; `zone` holds where it names none.

    Known formats: `Y-m-d-H-i-s`; year, month and day in that order, joined by `-`, `/` or `.`, with
    one or two digits, then perhaps a time (after `T` or blanks; seconds, fractions and AM or PM may
    follow) and an offset (`Z`, `UTC`, `+0200`, `+02:00`, `-4`, `UTC-03:00`); the day or the month
    first where only one order is possible; an English month's name, as in `Jul 8 2022`, `8 July
    2022` or `Fri, 08 Jul 2022 10:00:00 GMT`; Unix time in seconds (9 or 10 digits) or milliseconds
    (13), as Symfony and JavaScript write it. `date_format` (strptime's, or `%s` for Unix seconds of
    any length) is tried before them all. A local time that a clock change skips moves forward by
    the change; one that comes twice is the first of the two.

    Raises:
        ValueError: no known format, an impossible date, or an ambiguous order; said for people.
    """
    if date_format and (moment := _by_format(text, zone, date_format)):
        return moment
    if match := _DASHED.fullmatch(text):
        year, month, day, hour, minute, second = map(int, match.groups())
        return PostDate(
            _at(text, zone, year, month, day, (hour, minute, second, 0)), date_only=False
        )
    if match := _YEAR_FIRST.fullmatch(text):
        return _moment(match, text, int(match["month"]), int(match["day"]), zone)
    if match := _YEAR_LAST.fullmatch(text):
        return _moment(match, text, *_month_and_day(match, text), zone)
    if match := _NAMED.fullmatch(text):
        name = match["month"] or match["us_month"]
        number = (match["day"] or match["us_day"]).rstrip("stndrhSTNDRH")
        return _moment(match, text, _MONTHS.index(name.lower()[:3]) + 1, int(number), zone)
    if match := _UNIX.fullmatch(text):
        seconds = int(match["seconds"] or match["milliseconds"][:10])
        return PostDate(datetime.fromtimestamp(seconds, UTC), date_only=False)
    raise ValueError(f"{_shown(text)} is not a date in a known format")


def file_date(name: str, zone: tzinfo) -> PostDate | None:
    """The date that a file name `YYYY-MM-DD-…` starts with; None if it does not, or cannot be."""
    match = _FILE_DATE.match(name)
    try:
        return read_date(match[1], zone) if match else None
    except ValueError:
        return None


def without_file_date(name: str) -> str:
    """`name` without a leading `YYYY-MM-DD-`."""
    return _FILE_DATE.sub("", name)


def end_of_day(moment: PostDate) -> datetime:
    """The moment itself; for a bare date the midnight that ends the day, in the date's zone."""
    if not moment.date_only:
        return moment.value
    return _existing(moment.value.replace(hour=0, minute=0) + timedelta(days=1))


def _by_format(text: str, zone: tzinfo, date_format: str) -> PostDate | None:
    try:
        if date_format == UNIX_FORMAT:  # strptime does not know it
            return PostDate(datetime.fromtimestamp(float(text), UTC), date_only=False)
        value = datetime.strptime(text, date_format)  # noqa: DTZ007 - naive means the site's zone
    except (ValueError, OverflowError, OSError):
        return None
    if value.year not in _YEARS:
        return None
    date_only = _TIME_DIRECTIVES.search(date_format) is None
    return PostDate(value if value.tzinfo else _existing(value.replace(tzinfo=zone)), date_only)


def _moment(match: re.Match[str], text: str, month: int, day: int, zone: tzinfo) -> PostDate:
    year = int(match["year"])
    if match["hour"] is None:
        return PostDate(_at(text, zone, year, month, day), date_only=True)
    fraction = match["fraction"]
    micro = int(fraction.ljust(6, "0")[:6]) if fraction else 0
    clock = (_hour(match, text), int(match["minute"]), int(match["second"] or 0), micro)
    try:
        place = fixed_zone(match["zone"]) if match["zone"] else zone
    except ValueError:
        raise ValueError(f"{_shown(text)} has an impossible offset") from None
    return PostDate(_at(text, place, year, month, day, clock), date_only=False)


def _hour(match: re.Match[str], text: str) -> int:
    hour, half = int(match["hour"]), match["half"]
    if half is None:
        return hour
    if not 1 <= hour <= _HALF_DAY:
        raise ValueError(f"{_shown(text)} has an hour that does not go with AM or PM")
    return hour % _HALF_DAY + (_HALF_DAY if half in "Pp" else 0)


def _month_and_day(match: re.Match[str], text: str) -> tuple[int, int]:
    first, second = int(match["first"]), int(match["second_part"])
    if first != second and first <= _HALF_DAY and second <= _HALF_DAY:
        raise ValueError(f"{_shown(text)} may mean two different days")
    return (second, first) if first > _HALF_DAY else (first, second)


def _at(
    text: str, zone: tzinfo, year: int, month: int, day: int, clock: _Clock = _MIDNIGHT
) -> datetime:
    hour, minute, second, micro = clock
    try:
        if year in _YEARS:
            return _existing(datetime(year, month, day, hour, minute, second, micro, zone))
    except ValueError:
        pass
    raise ValueError(f"{_shown(text)} is an impossible date")


@lru_cache(maxsize=256)
def fixed_zone(offset: str) -> tzinfo:
    """The zone of an offset as written: `Z`, `UTC`, `+0200`, `-4`, `UTC-03:00`.

    Raises:
        ValueError: the offset is a day or more.
    """
    match = _OFFSET.search(offset)
    if match is None:
        return UTC
    distance = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-distance if match[1] == "-" else distance)


def _existing(local: datetime) -> datetime:
    zone = local.tzinfo
    if zone is None or type(zone) is timezone or _is_steady(local.date(), zone):
        return local
    early, late = local.utcoffset(), local.replace(fold=1).utcoffset()
    if early is not None and late is not None and late > early:
        return local.astimezone(UTC).astimezone(zone)
    return local


@lru_cache(maxsize=4096)
def _is_steady(day: date, zone: tzinfo) -> bool:
    """Whether no clock changes on `day` or near it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    offsets = {(midnight + timedelta(hours=hours)).utcoffset() for hours in range(-3, 28)}
    return len(offsets) == 1


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")  # noqa: PLR2004 - one short line
