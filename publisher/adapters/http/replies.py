"""Reading what a network answered, trusting none of it: any value may have any shape."""

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from requests import Response

LONGEST_URL = 2000
_NO_MARKUP = str.maketrans({mark: f"%{ord(mark):02X}" for mark in '"<>`'})
LONGEST_WORDS = 8_000
LAST_SECOND = 10**11  # in the year 5138
_NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,9})?")
_ID = re.compile(r"[!-~]{1,128}")


def read_json(response: "Response") -> object:
    """The body's JSON, or None where it is no JSON (an HTML page, a cut text, nothing)."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def dig(value: object, *path: str) -> object:
    """`value[a][b]…` along the keys of `path`, None where a step is missing or no object."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def network_id(value: object) -> str:
    """An id as text, '' if `value` cannot be one: short, printable ASCII, no blanks."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    return text if _ID.fullmatch(text) else ""


def ascii_words(value: object) -> str:
    """`value` if it is printable ASCII that a header could carry, blanks included; else ''."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return ""
    return value if len(value) <= LONGEST_WORDS else ""


def web_url(value: object) -> str:
    """`value` if it is a link that is safe to show, else ''; what quotes or is markup, encoded.

    A backslash hides where a link leads.
    """
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isprintable():
        return ""
    if "\\" in value:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    is_link = parts.scheme in ("http", "https") and parts.hostname
    return value.translate(_NO_MARKUP) if is_link else ""


def moment(value: object) -> datetime | None:
    """An ISO 8601 time as an aware datetime; None if `value` is none. Naive means UTC."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def epoch(value: object, *, per_second: int = 1) -> datetime | None:
    """A number since 1970, of so many a second, as an aware datetime; None if `value` is none.

    Some networks write numbers as text.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 < value < LAST_SECOND * per_second:
        return None
    return datetime.fromtimestamp(value / per_second, UTC)
