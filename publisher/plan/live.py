"""Whether a post's page is on the web yet: sites are built some time after a post is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.content import Post
from publisher.outbox import Outbox


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """Asks for pages, and remembers which were awaited and when they were first seen.

    `is_live` is None where the site wants no check. A post older than `min_age` counts unasked.
    """

    is_live: Callable[[str], bool] | None
    outbox: Outbox
    min_age: timedelta

    def missing(self, posts: Sequence[Post], as_of: datetime) -> list[str]:
        """The paths of those whose page does not answer; they are awaited from now on."""
        if self.is_live is None:
            return []
        young = [post for post in posts if self._young(post, as_of)]
        absent = [post for post in young if not self.is_live(post.url)]
        self.outbox.awaited.add([post.url for post in absent])
        return [post.path for post in absent]

    def since_seen(self, posts: Sequence[Post]) -> Sequence[Post]:
        """The posts, those once awaited sendable only from the moment their page was seen."""
        seen = self.outbox.awaited.seen() if self.is_live else {}
        return [self._from(post, seen) for post in posts] if seen else posts

    def look_again(self, now: datetime) -> None:
        """Ask for every awaited page; note the moment for those that answer."""
        if self.is_live is None:
            return
        found = [url for url in self.outbox.awaited.waiting() if self.is_live(url)]
        self.outbox.awaited.mark_seen(found, now)

    def _young(self, post: Post, as_of: datetime) -> bool:
        if not self.min_age or post.date is None:
            return True
        return as_of - post.date < self.min_age

    def _from(self, post: Post, seen: dict[str, datetime]) -> Post:
        moment = seen.get(post.url)
        if moment is None or post.sendable_from is None or moment <= post.sendable_from:
            return post
        return replace(post, sendable_from=moment)
