"""Which slot is due: readable rules, wall clocks, and both nights a year when they change.

A slot is a moment that an edition or note belongs to, an aware datetime in UTC. A rule gives wall
times day by day in the site's zone. A wall time that does not exist (clocks go forward) is moved
forward by the gap; one that occurs twice (clocks go back) counts once, the first time. Only the
rules that repeat within the hour, "every 20 minutes" or "every hour", take both. All of it is pure.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from publisher.durations import WEEKDAYS

if TYPE_CHECKING:
    from cronsim import CronSim

EXAMPLES = (
    '"every day at 07:00", "weekdays at 09:00, 17:30", "every monday, thursday at 08:00", '
    '"every 4 hours", "on the 1st, 15th at 09:00", "cron 0 7 * * mon-fri" or "manual"'
)

_DAY = timedelta(days=1)
_HOUR = 60
_FURTHEST = 50 * 366
_DAILY = {"day", "days", "daily", "everyday"}
_WORKING = {"weekday", "weekdays"}
_WEEKEND = {"weekend", "weekends"}
_NEVER = {"never", "manual", "none", "off"}
_REPEATED = re.compile(r"every (?:(\d{1,6}) )?(minute|hour)s?")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+")
_CRON_FIELDS = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """When slots are; made by `parse_rule`, whose normal form `str()` gives.

    `clocks` are the wall times of each day on `weekdays` (0 is Monday) or, if given, on
    `month_days` (31 is every month's last day at the latest). `step` minutes from midnight, or the
    five fields of `cron`, replace them. Without any of them there never is a slot.
    """

    clocks: tuple[time, ...] = ()
    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    step: int = 0
    cron: str = ""

    def __str__(self) -> str:
        if self.cron:
            return f"cron {self.cron}"
        if self.step:
            whole = self.step % _HOUR == 0
            number, unit = (self.step // _HOUR, "hour") if whole else (self.step, "minute")
            return f"every {unit}" if number == 1 else f"every {number} {unit}s"
        if not self.clocks:
            return "manual"
        return f"{_days_text(self)} at {', '.join(f'{clock:%H:%M}' for clock in self.clocks)}"


def parse_rule(text: str) -> Rule:
    """Read a schedule such as "every day at 07:00", "every 4 hours" or "cron 0 7 * * mon-fri".

    Raises:
        ValueError: it cannot be understood; the text says what is wrong and gives examples.
    """
    words = " ".join(text.casefold().split())
    if words in _NEVER:
        return Rule()
    if words.startswith("cron "):
        return _parse_cron(words.removeprefix("cron "))
    if repeated := _REPEATED.fullmatch(words):
        return _parse_repeated(int(repeated[1] or 1), repeated[2])
    if re.match(r"[\d*]\S* \S+ \S+ \S+ \S+$", words):
        return _parse_cron(words)
    return _parse_days_at_clocks(words)


def parse_clock(text: str) -> time:
    """Read a wall time such as "07:00", "7:30" or "17.30".

    Raises:
        ValueError: it is not a valid time; the text gives an example.
    """
    found = _CLOCK.fullmatch(text.strip())
    with suppress(ValueError):
        if found:
            return time(int(found[1]), int(found[2]))
    raise ValueError(f'"{text.strip()}" is not a valid time: write it as 07:00 or 17:30')


def due_slot(
    rule: Rule, after: datetime | None, now: datetime, zone: tzinfo, max_lateness: timedelta
) -> datetime | None:
    """The latest slot after `after` and not after `now`, at most `max_lateness` ago; else None.

    `after` is the newest slot already planned (None: none ever was). So a machine that was off for
    days plans once when it is back.
    """
    earliest = now - max_lateness
    oldest = max(earliest, after) if after else earliest
    day = now.astimezone(zone).date()
    while day >= oldest.astimezone(zone).date() - _DAY:
        slots = (slot for slot in _slots(rule, day, zone) if earliest <= slot <= now)
        if due := [slot for slot in slots if not after or slot > after]:
            return max(due)
        day -= _DAY
    return None


def next_slot(rule: Rule, after: datetime, zone: tzinfo) -> datetime | None:
    """The first slot after `after`; None if the rule has none in the next fifty years."""
    first = after.astimezone(zone).date() - _DAY
    for offset in range(_FURTHEST if rule != Rule() else 0):
        slots = _slots(rule, first + offset * _DAY, zone)
        if later := [slot for slot in slots if slot > after]:
            return min(later)
    return None


@lru_cache(maxsize=64)
def longest_gap(rule: Rule) -> timedelta:
    """The longest time between two slots; no time for a rule without two slots in some years."""
    return max(_gaps(rule), default=timedelta(0))


@lru_cache(maxsize=64)
def shortest_gap(rule: Rule) -> timedelta:
    """The shortest time between two slots; the longest there is for one without two slots."""
    return min(_gaps(rule), default=timedelta.max)


@lru_cache(maxsize=64)
def slots_a_week(rule: Rule) -> float:
    """How many slots a rule has in a week, on average."""
    gaps = _gaps(rule)
    return timedelta(days=7) / (sum(gaps, timedelta(0)) / len(gaps)) if gaps else 0.0


@lru_cache(maxsize=64)
def _gaps(rule: Rule) -> Sequence[timedelta]:
    """The times between slots, by the wall, in four years and a bit, so that one is a leap year."""
    if rule.step:
        return (timedelta(minutes=rule.step),)
    first = date(2024, 1, 1)
    some_years = (first + number * _DAY for number in range(4 * 366))
    days = ((day, _clocks(rule, day)) for day in some_years)
    found = sorted(datetime.combine(day, clock) for day, clocks in days for clock in clocks)
    return tuple(later - one for one, later in pairwise(found))


def _slots(rule: Rule, day: date, zone: tzinfo) -> set[datetime]:
    """The slots of one local day. PEP 495: fold 0 moves a missing wall time forward by the gap."""
    every_hour = len(_cron(rule.cron).hours) == len(range(24)) if rule.cron else False
    slots = set()
    for clock in _clocks(rule, day):
        wall = datetime.combine(day, clock, tzinfo=zone)
        first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        slots.add(first)
        if second > first and (every_hour or 0 < rule.step <= _HOUR):
            slots.add(second)
    return slots


def _clocks(rule: Rule, day: date) -> list[time]:
    if rule.cron:
        cron = _cron(rule.cron)
        fits = day.month in cron.months and cron.match_day(day)
        return [time(hour, minute) for hour in cron.hours for minute in cron.minutes if fits]
    if rule.step:
        return [time(*divmod(minute, _HOUR)) for minute in range(0, 24 * _HOUR, rule.step)]
    last = monthrange(day.year, day.month)[1]
    in_month = (day.day == min(wanted, last) for wanted in rule.month_days)
    return list(rule.clocks) if day.weekday() in rule.weekdays or any(in_month) else []


@lru_cache(maxsize=64)
def _cron(fields: str) -> "CronSim":
    from cronsim import CronSim

    return CronSim(fields, datetime(2000, 1, 1))  # noqa: DTZ001 - naive: we know the wall times' zone


def _parse_cron(fields: str) -> Rule:
    from cronsim import CronSimError

    if len(fields.split()) != _CRON_FIELDS:
        raise ValueError(
            f'"cron {fields}": cron needs five fields: minute, hour, day of the month, month and '
            "weekday, for example cron 0 7 * * mon-fri"
        )
    try:
        _cron(fields)
    except CronSimError as error:
        what = str(error).replace("Bad", "bad").replace("day-of-week", "weekday")
        raise ValueError(
            f'"cron {fields}": {what}; weekdays are sun, mon … sat (or 0 to 6, Sunday is 0), '
            "for example cron 0 7 * * mon-fri"
        ) from None
    return Rule(cron=fields)


def _parse_repeated(number: int, unit: str) -> Rule:
    step = number * (_HOUR if unit == "hour" else 1)
    if not 0 < step <= 24 * _HOUR:
        raise ValueError(
            f'"every {number} {unit}s" does not fit into a day: write "every 4 hours", '
            'or name a day and a time, such as "every monday at 08:00"'
        )
    return Rule(step=step)


def _parse_days_at_clocks(text: str) -> Rule:
    days, at, clocks = text.partition(" at ")
    weekdays, month_days = _parse_days(days, text)
    if not at:
        raise ValueError(f'"{text}" does not say when: add a time, such as "{text} at 07:00"')
    found = sorted({parse_clock(clock) for clock in _BETWEEN.split(clocks.strip())})
    return Rule(tuple(found), weekdays, month_days)


def _parse_days(days: str, text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    phrase = re.sub(r"^(?:every|each|on)\s+|\bthe\s+|\s+of (?:the|every|each) month$", "", days)
    weekdays: set[int] = set()
    month_days: set[int] = set()
    for word in _BETWEEN.split(phrase.strip()):
        ordinal = _ORDINAL.fullmatch(word)
        if ordinal is None:
            weekdays |= _parse_weekday(word, text)
        elif 1 <= int(ordinal[1]) <= 31:  # noqa: PLR2004
            month_days.add(int(ordinal[1]))
        else:
            raise ValueError(f'"{text}": a month has the days 1st to 31st, not {int(ordinal[1])}')
    if weekdays and month_days:
        raise ValueError(f'"{text}" mixes weekdays and days of the month: use one or the other')
    return tuple(sorted(weekdays)), tuple(sorted(month_days))


def _parse_weekday(word: str, text: str) -> set[int]:
    if word in _DAILY | _WORKING | _WEEKEND:
        return set(range(7) if word in _DAILY else range(5) if word in _WORKING else (5, 6))
    name = word.rstrip("s.")
    for number, weekday in enumerate(WEEKDAYS):
        if len(name) > 2 and weekday.startswith(name):  # noqa: PLR2004 - "t" and "s" are two days
            return {number}
    if near := get_close_matches(word, [*WEEKDAYS, "day", "weekdays", "weekends"], n=1):
        raise ValueError(f'"{text}": "{word}" is not a day; did you mean {near[0]}?')
    raise ValueError(f'"{text}" is not a valid schedule: write {EXAMPLES}')


def _days_text(rule: Rule) -> str:
    if rule.month_days:
        return f"on the {', '.join(map(_ordinal, rule.month_days))}"
    named = {tuple(range(7)): "every day", tuple(range(5)): "weekdays", (5, 6): "weekends"}
    names = ", ".join(WEEKDAYS[number] for number in rule.weekdays)
    return named.get(rule.weekdays, f"every {names}")


def _ordinal(day: int) -> str:
    teens = 11 <= day <= 13  # noqa: PLR2004 - 11th, 12th, 13th
    return f"{day}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def month_start(now: datetime) -> datetime:
    """The first moment of `now`'s calendar month, UTC."""
    utc = now.astimezone(UTC)
    return datetime(utc.year, utc.month, 1, tzinfo=UTC)


def next_month(now: datetime) -> datetime:
    """The first moment of the calendar month after `now`'s, UTC."""
    return month_start(month_start(now) + timedelta(days=32))
