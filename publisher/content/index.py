"""The index: what was read before, so that a file that did not change need not be opened again.

A payload is what the index keeps of a post: its order, its status, its line for people and itself
as JSON, joined by tabs, which none of them holds. Both forms in which `publish posts` shows it are
kept ready: making them anew of 25,000 posts takes 0.16 s of CPU, a quarter of the whole command.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, tzinfo
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from publisher.model.posts import IndexEntry, Post

FORMAT = 11
"""Part of the fingerprint: raise it when the same files are read otherwise, so that all are read
again after an upgrade."""
_KEYS = tuple(field.name for field in fields(Post) if field.name != "first_seen")
_NO_DATE = " " * 16


class Index(Protocol):
    """Where entries are kept; the outbox implements it in the database."""

    def load(self, fingerprint: str) -> tuple[dict[str, IndexEntry], bool]:
        """Every entry by path, and whether the payloads were written under `fingerprint`.

        False means that payloads are stale (their `first_seen` still holds) or nothing was ever
        indexed.
        """

    def ever_indexed(self) -> bool:
        """Whether any reading was ever saved, even one that found no file."""

    def remembered(self, prefix: str) -> dict[str, str]:
        """The texts that were kept under names that begin with `prefix`."""

    def remember(self, texts: Mapping[str, str]) -> None:
        """Keep texts under their names for good, all or none."""

    def expect_save(self) -> None:
        """Prepare for a save that will follow; there may be a moment to spare now."""

    def save(self, fingerprint: str, changed: Sequence[IndexEntry], removed: Sequence[str]) -> None:
        """Keep `changed`, forget the paths in `removed`, remember `fingerprint`; all or nothing."""


class Listed(NamedTuple):
    """One file as it is listed; they sort by `order` (see there)."""

    order: float
    path: str
    status: str
    json: str
    text: str


class Previous(NamedTuple):
    """What an entry's post was: its URL, and whether any edition could have included it."""

    url: str
    sendable: bool


class Codec:
    """Posts to payloads and back, for a site in `zone`."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._values = attrgetter(*_KEYS)

    @cached_property
    def _json(self) -> tuple[Callable[[Any], bytes], Callable[[str], Post]]:
        import msgspec.json  # takes as long to import as 25,000 posts to list, which need none

        # Quoted text, which msgspec does not take for text, is written as text.
        encode = msgspec.json.Encoder(enc_hook=str).encode
        return encode, msgspec.json.Decoder(Post).decode

    def encode(self, post: Post) -> str:
        """The payload of a post; `first_seen` is the entry's business.

        Raises:
            UnicodeEncodeError: half a character stands in it, which no database can keep.
        """
        values = dict(zip(_KEYS, self._values(post), strict=True))
        json = self._json[0](values).decode()
        return f"{order(post)!r}\t{post.status.value}\t{as_text(post, self._zone)}\t{json}"

    def decode(self, entries: Iterable[IndexEntry]) -> list[Post]:
        """The posts of entries, in their order."""
        return [self._post(entry) for entry in entries]

    def _post(self, entry: IndexEntry) -> Post:
        post = self._json[1](entry.payload.rpartition("\t")[2])
        if entry.first_seen is None:
            return post
        return replace(post, first_seen=datetime.fromtimestamp(entry.first_seen, self._zone))

    def previous(self, entry: IndexEntry) -> Previous:
        """What the post of an entry was when it was last read."""
        post = self._post(entry)
        return Previous(post.url, post.date is not None and not post.draft)


def listed(entry: IndexEntry) -> Listed:
    """An entry as it is listed, without making a post of it."""
    moment, status, text, json = entry.payload.split("\t")
    return Listed(float(moment), entry.path, status, json, text)


def order_of(entry: IndexEntry) -> float:
    """What sorts the post of an entry by its date."""
    return float(entry.payload[: entry.payload.index("\t")])


def order(post: Post) -> float:
    """What sorts a post by its date: Unix seconds, infinite without one."""
    return post.date.timestamp() if post.date else math.inf


def as_text(post: Post, zone: tzinfo) -> str:
    """The post as one line: date in `zone`, how it was read, title, path, what is wrong with it."""
    dated = post.date.astimezone(zone).isoformat(" ", "minutes")[:16] if post.date else _NO_DATE
    flag = "draft" if post.draft else post.status.value
    line = f"{dated}  {flag:<10}  {post.title or '(no title)'}  [{post.path}]"
    if post.problem:
        place = f"line {post.problem_line}: " if post.problem_line else ""
        line = f"{line}  {place}{post.problem}"
    return line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)
