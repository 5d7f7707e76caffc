"""Notes that are longer than one post: several, each a reply to the one before, one a step."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final, TypeVar

from pydantic import Field

from publisher.adapters.http.notes import FindsOwnNotes, Posting
from publisher.adapters.http.pictures import AttachesPictures, PictureSettings, WaitsForPictures
from publisher.errors import DeliveryError
from publisher.model.messages import Later, Limits, Note, Receipt

MOST_POSTS: Final = 25
POSTS: Final = "posts"
"""In a step's state: those that are there, the first of them first."""

REPLIES: Final = "replies"
"""In a receipt's handle: the ids of all posts but the first."""


class ThreadSettings(PictureSettings):
    """How many posts a note may be, one replying to the other; 1: threads are off."""

    thread: int = Field(1, ge=1, le=MOST_POSTS)


T = TypeVar("T", bound=ThreadSettings)


class PostsThreads(AttachesPictures[T]):
    """Posts each part of a note in a step of its own, under a key of its own.

    The first one has the picture; the others go without whatever else the note brings. A receipt is
    the first one's, and its handle has the ids of the others.
    """

    @abstractmethod
    def find_part(
        self, part: Note, key: str, before: Sequence[Receipt], since: datetime
    ) -> Receipt | None:
        """The post of `part`, if it was posted after `since`, in reply to the last of `before`."""

    @abstractmethod
    def delete_post(self, remote_id: str) -> None:
        """Delete one post; what is not there any more is deleted."""

    def find(self, key: str, message: Note, since: datetime) -> Receipt | None:
        """Look for the first post."""
        return self.find_part(message.parts()[0], key, (), since)

    def begin(self, note: Note, key: str, state: str) -> Receipt | Later:  # noqa: ARG002 - for who has steps in it
        """Post the first post; `state` is "" or of an earlier step that posted nothing."""
        return super().send(note, key)

    def current_limits(self) -> Limits | None:
        """As many posts as the channel wants."""
        limits = super().current_limits()
        return limits and replace(limits, posts=self.options.thread)

    def refuse_unfit(self, message: Note) -> None:
        """Say no to all of it where one part is surely refused: else the others would stand."""
        parts = message.parts()
        if len(parts) == 1:
            super().refuse_unfit(message)
        else:
            for part in parts:
                self.refuse_unfit(part)

    def send(self, message: Note, key: str) -> Receipt | Later:  # type: ignore[override] # in steps
        """Post the first post."""
        self.refuse_unfit(message)
        return self._begun(message, key, "")

    def go_on(self, message: Note, key: str, state: str) -> Receipt | Later:
        """Post the one that follows those of `state`."""
        before, parts = _posts(state), message.parts()
        if not before:
            return self._begun(message, key, state)
        number = len(before)
        posting = Posting(parts[number], part_key(key, number), before=before)
        try:
            return _and_then(message, before, self.posted(posting))
        except DeliveryError as error:
            error.message = f"post {number + 1} of {len(parts)}: {error.message}"
            error.args = (error.message,)
            raise

    def _begun(self, message: Note, key: str, state: str) -> Receipt | Later:
        sent = self.begin(message.parts()[0], key, state)
        return sent if isinstance(sent, Later) else _and_then(message, (), sent)

    def find_step(
        self, message: Note, key: str, state: str, since: datetime
    ) -> Receipt | Later | None:
        """Look for the post that follows those of `state`."""
        before = _posts(state)
        part, own = message.parts()[len(before)], part_key(key, len(before))
        found = self.find_part(part, own, before, since)
        return _and_then(message, before, found) if found else None

    def delete(self, receipt: Receipt) -> None:
        """Delete all posts, the newest first, so that no reply is left without its thread."""
        for remote_id in reversed(ids_of(receipt)):
            self.delete_post(remote_id)


class FindsOwnThreads(WaitsForPictures[T], PostsThreads[T], FindsOwnNotes[T]):
    """Finds a post whose answer was lost by its words, its link, and what it replies to."""

    @abstractmethod
    def parent_of(self, shown: object) -> str:
        """The id of the post that a shown one (any JSON) replies to; empty: none."""

    def find_part(
        self, part: Note, key: str, before: Sequence[Receipt], since: datetime
    ) -> Receipt | None:
        """Look among the account's posts."""
        parent = before[-1].remote_id if before else ""

        def is_it(shown: object) -> bool:
            return self.parent_of(shown) == parent and self.matches(shown, key, part)

        return self.find_where(is_it, since)


def part_key(key: str, number: int) -> str:
    """The key under which a part is posted: the note's own for the first, then one of each."""
    return sha256(f"{key} {number}".encode()).hexdigest()[:32] if number else key


def ids_of(receipt: Receipt) -> tuple[str, ...]:
    """The ids of all posts of a note, the first of them first."""
    return (receipt.remote_id, *json.loads(receipt.handle.get(REPLIES, "[]")))


def _posts(state: str) -> tuple[Receipt, ...]:
    """The posts that are there, as a step's state names them."""
    values = json.loads(state) if state else {}
    return tuple(_read(*each) for each in values.get(POSTS, ()))


def _read(remote_id: str, url: str, handle: Mapping[str, str]) -> Receipt:
    return Receipt(remote_id, url, handle=handle)


def _and_then(message: Note, before: Sequence[Receipt], posted: Receipt) -> Receipt | Later:
    """The receipt of the whole note, or how to go on behind what was posted."""
    posts = (*before, posted)
    replies = json.dumps([each.remote_id for each in posts[1:]])
    more = {REPLIES: replies} if len(posts) > 1 else {}
    whole = replace(posts[0], handle={**posts[0].handle, **more}, remark=posted.remark)
    wanted = len(message.parts())
    if len(posts) == wanted:
        return whole
    state = json.dumps(
        {POSTS: [(each.remote_id, each.remote_url, dict(each.handle)) for each in posts]}
    )
    return Later(state, what=f"{len(posts)} of {wanted} posts are there", posted=whole)
