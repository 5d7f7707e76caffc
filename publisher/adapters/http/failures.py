"""What an HTTP status means, as one of publisher.errors (design: an adapter's table of errors)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from publisher.adapters.http.replies import dig, moment, read_json
from publisher.errors import DeliveryError, Doubtful, OutcomeUnknown, Rejected, Unavailable
from publisher.masking import masked

if TYPE_CHECKING:
    from requests import Response

LONGEST_REASON = 200
LONGEST_PAUSE = timedelta(days=1)
MOVED = (301, 307, 308)  # "go elsewhere"; 302 and 303 may follow a POST that has acted
_NOT_YET = (408, 425, 503)
_DOUBTFUL = (403, 404, 405, 406, 407, 410, 451)  # whatever is published there would be refused
_NUMBER = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,9})?")  # up to the year 5138
_WORDS = ("detail", "error_description", "error", "message", "description", "errors", "title")


def one_line(text: str, secrets: Sequence[str] = ()) -> str:
    """`text` fit for an error: one printable line of at most 200 characters, without `secrets`."""
    text = masked(text, secrets, "***")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"


def reason(response: "Response", *path: str) -> str:
    """The network's own words: JSON of any usual shape (RFC 9457, lists, bare), or a plain line.

    `path` are the keys below which they stand.
    """
    answer = read_json(response)
    return _first_words(dig(answer, *path) or answer, depth=4) or _plain_line(response)


def _plain_line(response: "Response") -> str:
    """A body that is neither JSON nor HTML, but some words."""
    line = response.content[: LONGEST_REASON + 1].decode(errors="replace").strip()
    told = len(line) <= LONGEST_REASON and line.isprintable() and "<" not in line
    return line if told and read_json(response) is None else ""


def _first_words(value: object, depth: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ": ".join(value[:2])  # a code and its words, as Reddit has them
    if isinstance(value, list):
        value = {"error": value[0]} if value else None
    if not isinstance(value, dict) or not depth:
        return ""
    pair = (value.get("error"), value.get("message"))
    if all(isinstance(each, str) and each for each in pair):
        return ": ".join(map(str, pair))  # a code and its words, as XRPC has them
    found = (_first_words(value.get(word), depth - 1) for word in _WORDS)
    return next(filter(None, found), "")


def retry_at(headers: Mapping[str, str], now: datetime, seconds: object) -> datetime | None:
    """When to come back, at most a day ahead; None where the network does not say.

    From `seconds`, which the body says, and Retry-After (RFC 9110); else from the limits that are
    used up: pairs of headers such as X-RateLimit-Remaining and -Reset (an ISO 8601 time at
    Mastodon, epoch seconds elsewhere).
    """
    asked = (_after(seconds, now), _retry_after(headers.get("Retry-After", ""), now))
    hints = list(filter(None, asked)) or list(filter(None, _resets(headers)))
    if not hints:
        return None
    return min(max(*hints, now + timedelta(seconds=1)), now + LONGEST_PAUSE)


def _after(seconds: object, now: datetime) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        return None  # nan is not
    return now + timedelta(seconds=min(seconds, LONGEST_PAUSE.total_seconds()))


def _retry_after(text: str, now: datetime) -> datetime | None:
    if _is_number(text):
        return _after(float(text), now)
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _resets(headers: Mapping[str, str]) -> Iterator[datetime | None]:
    """When those limits begin anew of which nothing remains."""
    for remaining, text in _limits(headers):
        if remaining in ("0", None):
            yield datetime.fromtimestamp(float(text), UTC) if _is_number(text) else moment(text)


def _limits(headers: Mapping[str, str]) -> Iterator[tuple[str | None, str]]:
    """What remains of each limit, if that is said, and when it begins anew."""
    by_name = {name.lower(): value.strip() for name, value in headers.items()}
    for name, text in by_name.items():
        if "limit" in name and name.endswith("-reset"):
            yield by_name.get(name.replace("reset", "remaining")), text


def used_up_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when a success says that no more will be taken; at most a day ahead.

    By the same headers as `retry_at`, where they say that nothing remains.
    """
    if not any(remaining == "0" for remaining, _ in _limits(headers)):
        return None
    said = {name: text for name, text in headers.items() if name.lower() != "retry-after"}
    until = retry_at(said, now, None)
    return until if until and until > now + timedelta(seconds=1) else None


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def kind_of(code: int, *, acts: bool) -> type[DeliveryError]:
    """The error that a status of no success stands for; `acts`: success would publish."""
    if code in _NOT_YET or code in MOVED:
        return Unavailable
    if 400 <= code < 500:  # noqa: PLR2004 - RFC 9110: client error
        return Doubtful if acts and code in _DOUBTFUL else Rejected
    return OutcomeUnknown if acts else Unavailable
