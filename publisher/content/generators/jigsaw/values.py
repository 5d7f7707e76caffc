"""What Jigsaw's own YAML (Symfony 5.1.4) and PHP make of a value, for the URLs that follow it."""

import re
from contextlib import suppress
from datetime import UTC, datetime

from publisher.content.frontmatter.yaml import Quoted

_WORDS = {"": "", "~": "", "null": "", "true": "1", "false": ""}
_WHOLE = re.compile(r"[+-]?[0-9][0-9_]*", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F_]+")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.\d*)?)?", re.ASCII
)
_NUMBER_START = frozenset("0123456789+-.")
_LONGEST_WORD = 5
_PRECISION = 14
_LONGEST_INTEGER = 18


def site_value(value: str) -> str:
    """The string that PHP puts into a URL for a front matter value as YAML hands it over.

    Unquoted nulls and `false` are empty, numbers lose their notation, and a bare date or time
    without a zone is its Unix time, as UTC. `Quoted` text stays as it is. `0` is empty, too, as
    Jigsaw passes over what PHP calls false.
    """
    if isinstance(value, Quoted):
        return "" if value == "0" else value
    if len(value) <= _LONGEST_WORD and (word := _WORDS.get(value.lower())) is not None:
        return word
    read = _number(value) if value[0] in _NUMBER_START else value
    return "" if read == "0" else read


def _number(value: str) -> str:
    if _WHOLE.fullmatch(value):
        return _whole(value.replace("_", ""))
    if _HEXADECIMAL.fullmatch(value):
        return str(int(value.replace("_", ""), 16))
    with suppress(ValueError):
        if match := _TIMESTAMP.fullmatch(value):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            return str(int(moment.timestamp()))
        if _NUMBER.fullmatch(value) and any(map(str.isdigit, value)):
            return f"{float(value.replace('_', '')):.{_PRECISION}g}".upper()
    return value


def _whole(digits: str) -> str:
    bare = digits.lstrip("+-")
    if len(bare) > _LONGEST_INTEGER:
        return digits
    sign = "-" if digits[0] == "-" else ""
    if bare[0] != "0" or digits[0] == "+":
        return sign + str(int(bare))
    octal = "".join(digit for digit in bare if digit < "8")
    number = int(octal, 8)
    return f"{sign if number else ''}{number}"
