"""Payloads: what the index keeps of a post, ready to be listed and quick to turn into a Post.

The parts are joined by tabs, which none of them holds: the order, the status, the JSON line, the
line for people, and as JSON what these leave out (empty where that is nothing).
"""

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from publisher.content.index import Entry
from publisher.content.listing import Listed, as_json, as_text, order
from publisher.content.making import make_post
from publisher.model.posts import NOTHING_ASKED, Post, Social, Status

FORMAT = 4
_STATUSES = {status.value: status for status in Status}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Codec:
    """Posts to payloads and back, for a site in `zone` whose default language is `language`."""

    def __init__(self, zone: ZoneInfo, language: str) -> None:
        self._zone = zone
        self._language = language

    def encode(self, post: Post) -> str:
        """The payload of a post; `sendable_from` is the entry's business."""
        own_language = None if post.language == self._language else post.language
        left_out = (
            post.weight,
            own_language,
            post.problem_line,
            post.image_alt,
            post.author,
            post.newsletter,
            _social(post),
        )
        rest = "" if left_out == _NOTHING else _encode(left_out)
        text = as_text(post, self._zone)
        return f"{order(post)!r}\t{post.status.value}\t{as_json(post)}\t{text}\t{rest}"

    def decode(self, entries: Sequence[Entry]) -> list[Post]:
        """The posts of entries, in their order."""
        parts = [entry.payload.split("\t") for entry in entries]
        rows = json.loads("[" + ",".join([part[2] for part in parts]) + "]")
        rests = json.loads("[" + ",".join([part[4] or "null" for part in parts]) + "]")
        return list(map(self._post, entries, rows, rests))

    def _post(self, entry: Entry, row: dict[str, Any], rest: list[Any] | None) -> Post:
        (path, url, title, description, image, date, date_only, updated, names, featured, draft,
         expires, status, problem) = row.values()  # fmt: skip
        weight, language, line, image_alt, author, newsletter, social = rest or _NOTHING
        moment = _moment(date)
        return make_post(
            path,
            url,
            title,
            description,
            image,
            moment,
            date_only,
            _moment(updated),
            _shared(*names),
            featured,
            weight,
            draft,
            _moment(expires),
            self._language if language is None else language,
            _STATUSES[status],
            problem,
            line,
            sendable_from(moment, entry.first_seen, self._zone),
            image_alt,
            author,
            newsletter,
            NOTHING_ASKED if social is None else _as_social(*social),
        )


_NOTHING = (None, None, None, "", "", True, None)


def _social(post: Post) -> tuple[Any, ...] | None:
    """What the post asks of its notes, None if it is nothing."""
    asked = post.social
    return None if asked == NOTHING_ASKED else (asked.text, asked.skip, asked.channels, asked.line)


def _as_social(text: str, skip: bool, channels: list[str] | None, line: int | None) -> Social:  # noqa: FBT001 - as JSON had it
    return Social(text, skip, None if channels is None else tuple(channels), line)


def unpacked(entry: Entry) -> Listed:
    """An entry as it is listed, without making a post of it."""
    moment, status, line, text, _ = entry.payload.split("\t")
    return Listed(float(moment), entry.path, status, line, text)


def sorts_as(entry: Entry) -> tuple[float, str]:
    """What sorts an entry: its post's date and path."""
    return float(entry.payload[: entry.payload.index("\t")]), entry.path


def _moment(time: str | None) -> datetime | None:
    return None if time is None else datetime.fromisoformat(time)


def sendable_from(date: datetime | None, first_seen: float | None, zone: tzinfo) -> datetime | None:
    """The later of a post's date and the moment the index first saw it (Unix seconds)."""
    if date is None or first_seen is None or date.timestamp() >= first_seen:
        return date
    return datetime.fromtimestamp(first_seen, zone)


@lru_cache(maxsize=4096)
def _shared(*names: str) -> tuple[str, ...]:
    return names


class Before(NamedTuple):
    """What an entry's post was: its URL, and whether any edition could have included it."""

    url: str
    sendable: bool


def before(entry: Entry) -> Before:
    """What the post of an entry was when it was last read."""
    row = json.loads(entry.payload.split("\t")[2])
    return Before(row["url"], row["date"] is not None and not row["draft"])
