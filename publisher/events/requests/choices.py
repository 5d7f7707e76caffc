"""Lines such as `topics: tv, sports` and `weekly friday 18:00` become a reader's choices."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import available_timezones

from publisher.events.requests.wording import ALL, CADENCES, DAYS, KEYS, folded
from publisher.model.contacts import Cadence, Choices

MOST_TOPICS: Final = 50
_LONGEST: Final = 200
_NOON: Final = 12
_HOURS: Final = 24
_pair = re.compile(r"\s*[-*•]?\s*([^:=]{1,40}?)\s*[:=]\s*(.*)").fullmatch
_hour = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h|時)?(?!\d)", re.IGNORECASE
)
_language = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*").fullmatch


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader wants: None where nothing is said of it.

    `unclear` are the lines, or parts of them, that look like choices and are none.
    """

    choices: Choices | None = None
    name: str | None = None
    language: str | None = None
    timezone: str | None = None
    unclear: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        given = (self.choices, self.name, self.language, self.timezone)
        return any(each is not None for each in given)


def has_choices(lines: Iterable[str]) -> bool:
    """Whether somebody chooses something in these lines."""
    return bool(read_wishes(lines, Choices(), None))


def read_wishes(lines: Iterable[str], current: Choices, topics: Collection[str] | None) -> Wishes:
    """What `lines` change of the `current` choices.

    `topics` are those that there are, None if any will do. What one line chooses, a later one may
    choose otherwise.
    """
    wishes = Wishes()
    for line in lines:
        plain = unicodedata.normalize("NFKC", line[:_LONGEST])
        wishes = _with_line(wishes, plain, wishes.choices or current, topics)
    return wishes


def _with_line(
    wishes: Wishes, line: str, current: Choices, topics: Collection[str] | None
) -> Wishes:
    found = _pair(line)
    key = KEYS.get(folded(found[1])) if found else None
    value = found[2].strip() if found else ""
    match key:
        case "topics":
            return _with_topics(wishes, value, current, topics)
        case "name":
            return replace(wishes, name=value)
        case "language":
            return _or_unclear(wishes, line, "language", value if _language(value) else None)
        case "timezone":
            return _or_unclear(wishes, line, "timezone", _zone(value))
        case _:
            choices = _cadence(value if key else line, current)
            said = bool(key) and choices is None
            return _or_unclear(wishes, line if said else "", "choices", choices)


def _or_unclear(wishes: Wishes, line: str, name: str, value: object) -> Wishes:
    if value is not None:
        return replace(wishes, **{name: value})  # type: ignore[arg-type]  # its name says which
    return replace(wishes, unclear=(*wishes.unclear, line)) if line else wishes


def _with_topics(
    wishes: Wishes, value: str, current: Choices, topics: Collection[str] | None
) -> Wishes:
    words = [word.strip() for word in re.split("[,;،、]", value) if word.strip()][:MOST_TOPICS]
    if all(folded(word) in ALL for word in words):
        return replace(wishes, choices=replace(current, topics=()))
    known = None if topics is None else {folded(topic): topic for topic in topics}
    found = [word if known is None else known.get(folded(word), "") for word in words]
    unclear = tuple(word for word, topic in zip(words, found, strict=True) if not topic)
    chosen = tuple(dict.fromkeys(filter(None, found)))
    choices = replace(current, topics=chosen) if chosen else wishes.choices
    return replace(wishes, choices=choices, unclear=(*wishes.unclear, *unclear))


def _cadence(text: str, current: Choices) -> Choices | None:
    """`weekly friday 18:00`, `daily 7 am`, `each edition`; a day alone is weekly."""
    hour = _hour.search(text)
    words = folded(_hour.sub(" ", text)).split()
    if len(words) > 5:  # noqa: PLR2004 - a sentence
        return None
    days = [DAYS[word] for word in words if word in DAYS]
    rest = " ".join(word for word in words if word not in DAYS and word not in {"at", "um", "on"})
    name = CADENCES.get(rest, "weekly" if days and not rest else "")
    if not name:
        return None
    chosen = replace(current, cadence=Cadence(name))
    if hour and (at := _of_day(hour)) is not None:
        chosen = replace(chosen, hour=at)
    return replace(chosen, day=days[0]) if days else chosen


def _of_day(found: re.Match[str]) -> int | None:
    hour, half = int(found[1]), (found[3] or "").lower().replace(".", "")
    if half in {"am", "pm"}:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return hour if hour < _HOURS else None


def _zone(text: str) -> str | None:
    """A time zone by its name, or by its city if there is one of that name."""
    wanted = text.strip().replace(" ", "_").casefold()
    zones = sorted(available_timezones())
    whole = [zone for zone in zones if zone.casefold() == wanted]
    cities = [zone for zone in zones if zone.rpartition("/")[2].casefold() == wanted]
    return next(iter([*whole, *cities]), None) if wanted else None
