"""Payloads: posts as compact JSON lists, quick to write and quicker to read.

A list holds URL, title, description, image, date, flags, categories and, only where a post has any
of them, the rest. A time is null, Unix seconds in the site's zone, or seconds and its own offset.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from publisher.content.index import Entry
from publisher.content.making import make_post
from publisher.content.post import Post, Status

FORMAT = 1
_DATE_ONLY, _FEATURED, _DRAFT = 1, 2, 4
_AT_ONCE = 500
_LEAST = 7
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_encode = _ENCODER.encode
_Time = int | float | list[Any] | None


class Codec:
    """Posts to payloads and back, for a site in `zone` whose default language is `language`."""

    def __init__(self, zone: ZoneInfo, language: str) -> None:
        self._zone = zone
        self._language = language

    def encode(self, post: Post) -> str:
        """The payload of a post; its path and `sendable_from` are the entry's business."""
        flags = _DATE_ONLY * post.date_only + _FEATURED * post.featured + _DRAFT * post.draft
        row: list[Any] = [
            post.url,
            post.title,
            post.description,
            post.image,
            self._time(post.date),
            flags,
            post.categories,
        ]
        rest = (
            self._time(post.updated),
            self._time(post.expires),
            post.weight,
            post.language if post.language != self._language else None,
            post.status.value if post.status is not Status.OK else None,
            post.problem or None,
            post.problem_line,
        )
        return _encode(row if rest == _NO_REST else [*row, *rest])

    def decode(self, entries: Sequence[Entry]) -> list[Post]:
        """The posts of entries, in their order."""
        posts: list[Post] = []
        for start in range(0, len(entries), _AT_ONCE):
            some = entries[start : start + _AT_ONCE]
            rows = json.loads("[" + ",".join([entry.payload for entry in some]) + "]")
            posts += map(self._post, some, rows)
        return posts

    def _post(self, entry: Entry, row: list[Any]) -> Post:
        url, title, description, image, time, flags, names = row[:_LEAST]
        date = self._moment(time)
        updated, expires, weight, language, status, problem, line = row[_LEAST:] or _NO_REST
        return make_post(
            entry.path,
            url,
            title,
            description,
            image,
            date,
            flags & _DATE_ONLY != 0,
            self._moment(updated),
            _shared(*names),
            flags & _FEATURED != 0,
            weight,
            flags & _DRAFT != 0,
            self._moment(expires),
            self._language if language is None else language,
            Status.OK if status is None else Status(status),
            problem or "",
            line,
            sendable_from(date, entry.first_seen, self._zone),
        )

    def _time(self, moment: datetime | None) -> _Time:
        if moment is None:
            return None
        seconds = moment.timestamp()
        whole = int(seconds) if seconds.is_integer() else seconds
        if moment.tzinfo is self._zone:
            return whole
        offset = moment.utcoffset() or timedelta(0)
        return [whole, int(offset.total_seconds())]

    def _moment(self, time: _Time) -> datetime | None:
        if time is None:
            return None
        if isinstance(time, list):
            return datetime.fromtimestamp(time[0], _fixed(time[1]))
        return datetime.fromtimestamp(time, self._zone)


_NO_REST = (None,) * 7


def sendable_from(date: datetime | None, first_seen: float | None, zone: tzinfo) -> datetime | None:
    """The later of a post's date and the moment the index first saw it (Unix seconds)."""
    if date is None or first_seen is None or date.timestamp() >= first_seen:
        return date
    return datetime.fromtimestamp(first_seen, zone)


@lru_cache(maxsize=256)
def _fixed(offset: int) -> tzinfo:
    return timezone(timedelta(seconds=offset)) if offset else UTC


@lru_cache(maxsize=4096)
def _shared(*names: str) -> tuple[str, ...]:
    return names


class Before(NamedTuple):
    """What an entry's post was: its URL, and whether any edition could have carried it."""

    url: str
    sendable: bool


def before(entry: Entry) -> Before:
    """What the post of an entry was when it was last read."""
    row = json.loads(entry.payload)
    return Before(row[0], row[4] is not None and not row[5] & _DRAFT)
