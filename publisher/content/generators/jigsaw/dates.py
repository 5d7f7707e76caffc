"""PHP's date letters, as Jigsaw's `{date|Y/m/d}` uses them.

The letters are those of https://www.php.net/manual/en/datetime.format.php.
"""

from collections.abc import Callable
from datetime import datetime

_TEENS = range(11, 14)


def php_date(moment: datetime, pattern: str) -> str:
    """`moment` written by PHP's `pattern`; a backslash keeps the next character as it is."""
    written: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            written.append(next(characters, ""))
        else:
            written.append(_letter(character, moment))
    return "".join(written)


def _letter(letter: str, moment: datetime) -> str:
    if letter in _COMPUTED:
        return _COMPUTED[letter](moment)
    if letter in _STRIPPED:
        return moment.strftime(_STRIPPED[letter]).lstrip("0") or "0"
    return moment.strftime(_WRITTEN[letter]) if letter in _WRITTEN else letter


def _ordinal(moment: datetime) -> str:
    last = 0 if moment.day in _TEENS else moment.day % 10
    return {1: "st", 2: "nd", 3: "rd"}.get(last, "th")


_COMPUTED: dict[str, Callable[[datetime], str]] = {
    "w": lambda moment: str(moment.isoweekday() % 7),
    "z": lambda moment: str(moment.timetuple().tm_yday - 1),
    "S": _ordinal,
    "a": lambda moment: moment.strftime("%p").lower(),
    "U": lambda moment: str(int(moment.timestamp())),
}
_WRITTEN = {
    "d": "%d", "D": "%a", "l": "%A", "N": "%u", "W": "%V", "o": "%G", "m": "%m", "M": "%b",
    "F": "%B", "Y": "%Y", "y": "%y", "A": "%p", "h": "%I", "H": "%H", "i": "%M", "s": "%S",
}  # fmt: skip
_STRIPPED = {"j": "%d", "n": "%m", "g": "%I", "G": "%H"}
"""Those that PHP writes without a leading zero."""
