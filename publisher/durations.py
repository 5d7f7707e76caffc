"""Lengths, quotas and hours as people write them ("48h", "12 a day"); names of days; the clock."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NAMES = {
    "s second sec": timedelta(seconds=1),
    "m minute min": timedelta(minutes=1),
    "h hour hr": timedelta(hours=1),
    "d day": timedelta(days=1),
    "w week": timedelta(weeks=1),
}
_UNITS = {name: unit for names, unit in _NAMES.items() for name in names.split()}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)(?:\s*(?:,|\band\b|\s)\s*)?")
_QUOTA = re.compile(r"(\d{1,9})\s*(?:an?|per|each|every|/)\s*([a-z]+)")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|\u2013|\bto\b)\s*(\d{1,2}):(\d{2})")
_EXAMPLES = '"90s", "20 minutes", "48h" or "7 days"'
_MONTH = timedelta(days=30)
_LONGEST = timedelta(days=36_525)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]
"""Hears how much of some work is done, and how much it is in all (0: not known)."""


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, as the database holds moments."""
    return (moment - EPOCH) // MICROSECOND


def parse_duration(text: str) -> timedelta:
    """Read a length of time such as "90s", "20 minutes", "1h 30m", "48h", "7 days" or "2 weeks".

    Raises:
        ValueError: it is not valid, or longer than a century; the text gives examples.
    """
    words = text.strip().casefold()
    if words == "0":
        return timedelta(0)
    total, end = timedelta(0), 0
    while end < len(words) or not end:
        part = _PART.match(words, end)
        unit = _unit(part[2]) if part else None
        if part is None or unit is None:
            raise ValueError(f'"{text}" is not a valid duration: write {_EXAMPLES}')
        if float(part[1]) > _LONGEST / unit:
            raise ValueError(f'"{text}" is longer than a century')
        total += float(part[1]) * unit
        end = part.end()
    return total


def parse_quota(text: str) -> tuple[int, timedelta]:
    """Read a quota such as "12 a day", "3 per hour" or "100 a month" (a month is 30 days).

    Raises:
        ValueError: it is not valid; the text gives examples.
    """
    found = _QUOTA.fullmatch(text.strip().casefold())
    is_month = found and found[2].removesuffix("s") == "month"
    length = _MONTH if is_month else _unit(found[2]) if found else None
    if found is None or length is None or int(found[1]) == 0:
        raise ValueError(f'"{text}" is not a valid quota: write "12 a day" or "3 per hour"')
    return int(found[1]), length


def parse_hours(text: str) -> tuple[time, time]:
    """Read hours of the day such as "22:00-07:00"; they may go over midnight.

    Raises:
        ValueError: they are not valid, or as long as a day; the text gives an example.
    """
    found = _HOURS.fullmatch(text.strip().casefold())
    try:
        numbers = [int(number) for number in found.groups()] if found else [0] * 4
        begin, end = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError:
        begin = end = time()
    if begin == end:
        raise ValueError(f'"{text}" is not a valid time range: write "22:00-07:00"')
    return begin, end


def spell_quota(quota: tuple[int, timedelta]) -> str:
    """`quota` for people: "12 a day", "1000 an hour"."""
    number, period = quota
    length = "month" if period == _MONTH else spell(period).removeprefix("1 ")
    each = "every" if length[0].isdigit() else "an" if length == "hour" else "a"
    return f"{number} {each} {length}"


def spell(length: timedelta) -> str:
    """`length` for people, in its largest whole unit: "48 hours" is "2 days"."""
    seconds = round(length.total_seconds())
    for name in ("day", "hour", "minute", "second"):
        number, left = divmod(seconds, round(_UNITS[name].total_seconds()))
        if not left and (seconds or name == "second"):
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    raise AssertionError("every whole second is a number of seconds")


def _unit(word: str) -> timedelta | None:
    singular = word if len(word) == 1 else word.removesuffix("s")
    return _UNITS.get(singular)


def spell_dollars(amount: Decimal) -> str:
    """An amount as people write it: `$0.20`, `$30.00`, `$0.015`."""
    cents = amount.quantize(Decimal("0.01"))
    return f"${cents if cents == amount else amount.normalize():f}"
