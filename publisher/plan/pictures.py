"""Pictures of notes: from the site's own folder, else from the web; made once for all alike."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from publisher.content.urls import path_of
from publisher.errors import PublisherError
from publisher.model.messages import Limits, Picture, PictureLimits
from publisher.model.posts import Post

Fetch = Callable[[str], bytes]
Find = Callable[[str], Path | None]

MOST_BYTES: Final = 30_000_000
SENT: Final = PictureLimits(size=2_000_000, pixels=4_000_000)
ON_CARDS: Final = PictureLimits(size=1_000_000, pixels=1_000_000)
_FILE: Final = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|avif|hei[cf]|svg|tiff?|bmp)", re.IGNORECASE)
_LFS: Final = b"version https://git-lfs"  # what stands in a folder for a file that is elsewhere


class Pictures:
    """Makes the pictures of one post after the other, and keeps the latest: errors, too.

    A picture is read once for all channels of a post, and made once for those with equal limits.
    """

    def __init__(self, find: Find, fetch: Fetch) -> None:
        self._find = find
        self._fetch = fetch
        self._content = lru_cache(maxsize=1)(self._read)
        self._picture = lru_cache(maxsize=8)(self._made)

    def attached(self, post: Post, limits: Limits) -> Picture:
        """The post's picture as a network takes it, with the text that stands in for it.

        Raises:
            PublisherError: it cannot be had, or not be made to fit.
        """
        from publisher.rendering.images.notes import alternative

        picture = _or_raise(self._picture(post.image, _within(limits.picture, SENT)))
        return replace(picture, alt=alternative(alternative_of(post), limits.alt))

    def thumbnail(self, post: Post, limits: PictureLimits) -> Picture:
        """The post's picture for a card that an adapter makes.

        Raises:
            PublisherError: as `attached` does.
        """
        return _or_raise(self._picture(post.image, _within(limits, ON_CARDS)))

    def tells_place(self, url: str) -> bool:
        """Whether what `attached` or `thumbnail` was made of says where it was taken.

        Raises:
            PublisherError: it could not be had.
        """
        from publisher.rendering.images.notes import says_where

        return says_where(_or_raise(self._content(url)))

    def _made(self, url: str, limits: PictureLimits) -> Picture | PublisherError:
        from publisher.rendering.images.notes import fit_picture, proven

        try:
            if limits.by_url:  # what the network will see is on the web, whatever is here
                return proven(self._fetch(url), limits)
            return fit_picture(_or_raise(self._content(url)), limits)
        except PublisherError as error:
            return error

    def _read(self, url: str) -> bytes | PublisherError:
        try:
            return self._own(url) or self._fetch(url)
        except PublisherError as error:
            return error

    def _own(self, url: str) -> bytes:
        """What the site's folder has at an address; empty: nothing that can be used."""
        path = self._find(url)
        if path is None:
            return b""
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError:
            return b""
        return b"" if len(content) > MOST_BYTES or content.startswith(_LFS) else content


class Illustration(NamedTuple):
    """What goes with a note: its picture, or one for its card, and what had to be left out.

    `pictured` is True as well where a picture is foretold that was not made yet. Without
    `shareable`, nobody may be told where the picture is: it was looked at, and tells a place, or
    could not be had.
    """

    pictured: bool = False
    picture: Picture | None = None
    thumbnail: Picture | None = None
    remark: str = ""
    shareable: bool = True


def illustrated(post: Post, limits: Limits | None, pictures: Pictures | None) -> Illustration:
    """What goes with a post's note; without `pictures`, as if every one could be had.

    Raises:
        PublisherError: the network takes no note without a picture, and there is none.
    """
    if limits is None or not post.image:
        return _checked(Illustration(), limits, "the post has none")
    if pictures is None:
        return Illustration(pictured=limits.pictures > 0)
    picture, why = _tried(pictures.attached, post, limits) if limits.pictures else (None, "")
    if picture or limits.thumbnail is None:
        remark = f"without its picture: {why}" if why else ""
        found = Illustration(picture is not None, picture, None, remark)
        return _checked(_shared(found, post, pictures), limits, why)
    thumbnail, also = _tried(pictures.thumbnail, post, limits.thumbnail)
    missing = "picture" if why else "card's picture" if also else ""
    remark = f"without its {missing}: {why or also}" if missing else ""
    found = Illustration(thumbnail=thumbnail, remark=remark)
    return _checked(_shared(found, post, pictures), limits, why)


def _shared(found: Illustration, post: Post, pictures: Pictures) -> Illustration:
    """A picture of no bytes was proven to tell nothing; of the others, what is on the web may."""
    made = found.picture or found.thumbnail
    if made is None:
        return found._replace(shareable=not found.remark)
    told = bool(made.content) and pictures.tells_place(post.image)
    return found._replace(shareable=not told)


L = TypeVar("L", Limits, PictureLimits)


def _tried(made: Callable[[Post, L], Picture], post: Post, limits: L) -> tuple[Picture | None, str]:
    """The picture, or why there is none."""
    try:
        return made(post, limits), ""
    except PublisherError as error:
        return None, "; ".join(filter(None, (error.message, error.hint)))


def _checked(found: Illustration, limits: Limits | None, why: str) -> Illustration:
    if limits and limits.picture.required and not found.picture:
        text = f"a note needs a picture there: {why}"
        raise PublisherError(text, "give the post an image, or leave the channel out for it")
    return found


T = TypeVar("T", bytes, Picture)


def alternative_of(post: Post) -> str:
    """What stands in for the picture of a post's notes; never the file's name."""
    told = (post.social.alt, post.image_alt)
    return next((words for words in told if _is_said(words, post.image)), post.title)


def _is_said(words: str, image: str) -> bool:
    """Whether somebody wrote this for people: programs fill in the file's name."""
    words, name = words.strip(), path_of(image).rpartition("/")[2]
    stem = name.rpartition(".")[0]
    is_stem = words == stem and not stem.replace("-", "").isalpha()
    return bool(words) and words != name and not is_stem and not _FILE.fullmatch(words)


def _or_raise(outcome: T | PublisherError) -> T:
    if isinstance(outcome, PublisherError):
        raise outcome
    return outcome


def _within(limits: PictureLimits, most: PictureLimits) -> PictureLimits:
    """`limits`, but no larger than what a delivery is to keep."""
    if limits.by_url:
        return limits
    pixels = min(limits.pixels or most.pixels, most.pixels)
    moving = limits.animation and _within(limits.animation, most)
    return replace(limits, size=min(limits.size, most.size), pixels=pixels, animation=moving)
