"""Dates as Go's layouts write them, such as `2006`, `Jan` or `02`.

The rules are those of https://pkg.go.dev/time#pkg-constants.
"""

import re
from collections.abc import Callable
from datetime import datetime

_TOKENS = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|_2(?!006)|002|0[1-6]|15|[1-5]|PM|pm"
)
_NOON = 12


def has_layout(written: str) -> bool:
    """Whether Go would write something else for it."""
    return _TOKENS.search(written) is not None


def go_date(moment: datetime, layout: str) -> str:
    """`moment` by Go's `layout`."""
    return _TOKENS.sub(lambda match: _WRITTEN[match[0]](moment), layout)


def _hour(moment: datetime) -> int:
    return moment.hour % _NOON or _NOON


_WRITTEN: dict[str, Callable[[datetime], str]] = {
    "2006": lambda moment: f"{moment.year:04}",
    "06": lambda moment: f"{moment.year % 100:02}",
    "January": lambda moment: f"{moment:%B}",
    "Jan": lambda moment: f"{moment:%b}",
    "01": lambda moment: f"{moment.month:02}",
    "1": lambda moment: f"{moment.month}",
    "Monday": lambda moment: f"{moment:%A}",
    "Mon": lambda moment: f"{moment:%a}",
    "02": lambda moment: f"{moment.day:02}",
    "_2": lambda moment: f"{moment.day:2}",
    "2": lambda moment: f"{moment.day}",
    "002": lambda moment: f"{moment:%j}",
    "15": lambda moment: f"{moment.hour:02}",
    "03": lambda moment: f"{_hour(moment):02}",
    "3": lambda moment: f"{_hour(moment)}",
    "04": lambda moment: f"{moment.minute:02}",
    "4": lambda moment: f"{moment.minute}",
    "05": lambda moment: f"{moment.second:02}",
    "5": lambda moment: f"{moment.second}",
    "PM": lambda moment: "PM" if moment.hour >= _NOON else "AM",
    "pm": lambda moment: "pm" if moment.hour >= _NOON else "am",
    "MST": lambda moment: f"{moment:%Z}",
}
