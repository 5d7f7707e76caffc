"""PHP's date letters, as Jigsaw's `{date|Y/m/d}` uses them.

The letters are those of https://www.php.net/manual/en/datetime.format.php.
"""

from collections.abc import Callable
from datetime import datetime

from publisher.durations import MONTHS, WEEKDAYS

_DAYS = tuple(map(str.capitalize, WEEKDAYS))
_MONTHS = tuple(map(str.capitalize, MONTHS))
_TEENS = range(11, 14)


def php_date(moment: datetime, pattern: str) -> str:
    """`moment` written by PHP's `pattern`; a backslash keeps the next character as it is."""
    written: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            written.append(next(characters, ""))
        elif letter := _LETTERS.get(character):
            written.append(letter(moment))
        else:
            written.append(character)
    return "".join(written)


def _ordinal(moment: datetime) -> str:
    last = 0 if moment.day in _TEENS else moment.day % 10
    return {1: "st", 2: "nd", 3: "rd"}.get(last, "th")


_LETTERS: dict[str, Callable[[datetime], str]] = {
    "d": lambda moment: f"{moment.day:02}",
    "j": lambda moment: str(moment.day),
    "D": lambda moment: _DAYS[moment.weekday()][:3],
    "l": lambda moment: _DAYS[moment.weekday()],
    "N": lambda moment: str(moment.isoweekday()),
    "w": lambda moment: str(moment.isoweekday() % 7),
    "z": lambda moment: str(moment.timetuple().tm_yday - 1),
    "S": _ordinal,
    "W": lambda moment: f"{moment.isocalendar().week:02}",
    "o": lambda moment: str(moment.isocalendar().year),
    "m": lambda moment: f"{moment.month:02}",
    "n": lambda moment: str(moment.month),
    "M": lambda moment: _MONTHS[moment.month - 1][:3],
    "F": lambda moment: _MONTHS[moment.month - 1],
    "Y": lambda moment: str(moment.year),
    "y": lambda moment: f"{moment.year % 100:02}",
    "a": lambda moment: "am" if moment.hour < 12 else "pm",  # noqa: PLR2004 - noon
    "A": lambda moment: "AM" if moment.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "g": lambda moment: str(moment.hour % 12 or 12),
    "G": lambda moment: str(moment.hour),
    "h": lambda moment: f"{moment.hour % 12 or 12:02}",
    "H": lambda moment: f"{moment.hour:02}",
    "i": lambda moment: f"{moment.minute:02}",
    "s": lambda moment: f"{moment.second:02}",
    "U": lambda moment: str(int(moment.timestamp())),
}
