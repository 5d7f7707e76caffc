"""Whether a post's page is on the web yet: sites are built some time after a post is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from publisher.content import Post
from publisher.outbox import Outbox

AT_ONCE = 8

Seen = Mapping[str, datetime | None]
"""By URL, when an awaited page was first seen; None: nobody has seen it yet."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What one choice learnt of pages: which to wait for, and which awaited ones answer now."""

    absent: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


NO_PAGES = Pages()


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """Asks for pages; reads which are awaited, and writes nothing.

    `is_live` is None where the site wants no check. A post counts unasked once it has been sendable
    for `min_age`, or once its page has been seen.
    """

    is_live: Callable[[str], bool] | None
    outbox: Outbox
    min_age: timedelta

    def awaited(self, posts: Sequence[Post], as_of: datetime) -> Seen:
        """The pages that an earlier edition waited for; age counts as being seen."""
        if self.is_live is None:
            return {}
        seen: dict[str, datetime | None] = dict.fromkeys(self.outbox.awaited.waiting())
        for post in posts if seen and self.min_age else ():
            begun = _begun(post)
            if post.url in seen and begun and begun + self.min_age <= as_of:
                seen[post.url] = begun + self.min_age
        return {**seen, **self.outbox.awaited.seen()}

    def found(self, posts: Sequence[Post], seen: Seen, oldest: datetime) -> tuple[str, ...]:
        """Those pages still awaited, of posts dated since `oldest`, that answer now."""
        urls = {post.url for post in posts if post.date and _utc(post.date) >= oldest}
        awaited = sorted(url for url in urls if url in seen and seen[url] is None)
        return tuple(self._answering(awaited))

    def absent(self, posts: Sequence[Post], seen: Seen, as_of: datetime) -> list[Post]:
        """Those of `posts` that must have a page and have none."""
        asked = [post for post in posts if seen.get(post.url) is None and self._young(post, as_of)]
        answering = set(self._answering(post.url for post in asked))
        return [post for post in asked if post.url not in answering]

    def since_seen(self, posts: Sequence[Post], seen: Seen) -> Sequence[Post]:
        """The posts, those once awaited sendable only from when their page was seen."""
        if not any(seen.values()):
            return posts
        return [_later(post, seen.get(post.url)) for post in posts]

    def _answering(self, urls: Iterable[str]) -> list[str]:
        """Ask for a few pages at a time: a site that is down takes its time with each."""
        asked = list(urls)
        if self.is_live is None or not asked:
            return []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pages") as pool:
            answers = pool.map(self.is_live, asked)
            return [url for url, answers_now in zip(asked, answers, strict=True) if answers_now]

    def _young(self, post: Post, as_of: datetime) -> bool:
        if self.is_live is None:
            return False
        begun = _begun(post)
        return not self.min_age or begun is None or as_of - begun < self.min_age


def _later(post: Post, moment: datetime | None) -> Post:
    begun = _begun(post)
    if begun is None or moment is None or moment <= begun:
        return post
    return replace(post, sendable_from=moment)


def _begun(post: Post) -> datetime | None:
    """Since when the post itself could be sent, in UTC: clocks of one zone may go back."""
    begun = post.sendable_from or post.date
    return _utc(begun) if begun else None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
