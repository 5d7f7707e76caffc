"""Whose report it is: a delivery's number with the mark that only this Publisher can make."""

import re
from collections.abc import Iterable
from typing import Final

from publisher.signing import Purpose, Signer

MOST_TRIED: Final = 50
_MARKED: Final = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{0,18})-([0-9a-f]{10})(?![0-9A-Za-z])", re.IGNORECASE
)


def delivery_in(places: Iterable[str], signer: Signer) -> int | None:
    """The delivery that one of `places` names with its mark; None: a stranger's or a forgery."""
    tried = 0
    for text in places:
        for number, mark in _MARKED.findall(text):
            if signer.is_marked(Purpose.REPORT, number, mark.lower()):
                return int(number)
            tried += 1
            if tried >= MOST_TRIED:
                return None
    return None
