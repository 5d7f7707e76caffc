"""Dates by formats: the letters of luxon, date-fns, dayjs and moment, and `strftime`'s."""

import re
from datetime import datetime

_LETTERS = re.compile(r"'([^']*)'|\[([^\]]*)\]|([A-Za-z])\3*")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = 3
_TWO, _FULL = 2, 4


def by_letters(date: datetime, written: str, *, days_in_capitals: bool) -> str:
    """`date` as `yyyy/MM/dd` has it, or `YYYY/MM/DD` where days are written `in capitals`.

    Text stands in quotes or brackets; letters that are not known stay.
    """

    def piece(match: re.Match[str]) -> str:
        quoted = match[1] if match[1] is not None else match[2]
        if quoted is not None:
            return quoted
        letters = match[0]
        if days_in_capitals:
            letters = letters.translate({68: "d", 100: "E", 89: "y"})
        return _written(date, letters)

    return _LETTERS.sub(piece, written)


def _written(date: datetime, letters: str) -> str:
    count = len(letters)
    match letters[0]:
        case "y":
            return f"{date.year % 100:02}" if count == _TWO else str(date.year)
        case "M" | "L" if count > _TWO:
            name = _MONTHS[date.month - 1]
            return name[:_SHORT] if count == _SHORT else name
        case "E" | "c" if count >= _SHORT:
            name = _DAYS[date.weekday()]
            return name[:_SHORT] if count == _SHORT else name
    numbers = {
        "M": date.month,
        "L": date.month,
        "d": date.day,
        "o": date.timetuple().tm_yday,
        "H": date.hour,
        "h": date.hour % 12 or 12,
        "m": date.minute,
        "s": date.second,
    }
    number = numbers.get(letters[0])
    return letters if number is None else f"{number:0{count}}"


def by_directives(date: datetime, written: str) -> str:
    """`date` as `%Y/%m/%d` has it; `%-d` and `%e` are without a zero, other letters stay."""
    return re.sub(r"%(-?)([A-Za-z%])", lambda match: _directive(date, match), written)


def _directive(date: datetime, match: re.Match[str]) -> str:
    letter = match[2]
    names = {"B": _MONTHS[date.month - 1], "A": _DAYS[date.weekday()], "%": "%"}
    names |= {"b": names["B"][:_SHORT], "a": names["A"][:_SHORT], "h": names["B"][:_SHORT]}
    if letter in names:
        return names[letter]
    numbers = {
        "Y": f"{date.year}",
        "y": f"{date.year % 100:02}",
        "m": f"{date.month:02}",
        "d": f"{date.day:02}",
        "e": f"{date.day}",
        "j": f"{date.timetuple().tm_yday:03}",
        "H": f"{date.hour:02}",
        "M": f"{date.minute:02}",
        "S": f"{date.second:02}",
        "s": f"{int(date.timestamp())}",
        "F": f"{date:%Y-%m-%d}",
    }
    number = numbers.get(letter, match[0])
    return number.lstrip("0") or "0" if match[1] and letter in numbers else number
